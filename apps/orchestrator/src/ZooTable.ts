// The zoo as data: every family and preset with what a person wants to know before choosing it, and whether it fits here.
import { parameterCount } from "@inkstone/graph"
import { Estimate, type Family, Gpt3, Zoo } from "@inkstone/model-zoo"
import { nearest } from "@inkstone/stage"
import { Effect } from "effect"
import { type CommandFailed, failed } from "./Failure.ts"
import * as Networks from "./Networks.ts"
import { table } from "./Table.ts"
import { bytes } from "./view/Bytes.ts"
import * as Words from "./view/Words.ts"

export interface Row extends Omit<Family.Card, "title"> {
  readonly family: string
  readonly title: string
  /** null for a family of counts, which is as large as its text makes it */
  readonly preset: string | null
  readonly parameters: {
    readonly computed: number | null
    /** of what was counted for the published number: encoders without their head */
    readonly counted: number | null
    /** to the last digit; null where nobody published it so */
    readonly published: number | null
    /** as the paper rounds it, where that is all there is */
    readonly rounded: string | null
  }
  /** most tokens of one text */
  readonly context: number | null
  /** weights alone, and with gradients and two moments of the optimizer: what runs or is trained takes at least this */
  readonly memory: {
    readonly runBytes: number
    readonly trainBytes: number
    readonly runs: boolean
    readonly trains: boolean
  } | null
}

const roundedOf = (name: string): string | null =>
  new Map<string, Gpt3.Published>(Object.entries(Gpt3.table)).get(name)?.parameters ?? null

const ofPreset = Effect.fnUntraced(function* (choice: Networks.Choice, memoryBytes: number) {
  const { family, preset } = choice
  const network = yield* Networks.network(choice)
  const parameters = parameterCount(network)
  const counted = yield* Networks.network({ family, preset: { ...preset, architecture: preset.counted } })
  const [runBytes, trainBytes] = [4 * parameters, 16 * parameters]
  const { contextLength } = network
  return {
    ...family.card,
    family: family.name,
    preset: preset.name,
    parameters: {
      computed: parameters,
      counted: parameterCount(counted),
      published: preset.published ?? null,
      rounded: preset.published === undefined ? roundedOf(preset.name) : null
    },
    context: Number.isFinite(contextLength) ? contextLength : null,
    memory: { runBytes, trainBytes, runs: runBytes <= memoryBytes, trains: trainBytes <= memoryBytes }
  } satisfies Row
})

const ofCounts = ({ card, name }: Family.CountFamily): Row => ({
  ...card,
  family: name,
  preset: null,
  parameters: { computed: null, counted: null, published: null, rounded: null },
  context: null,
  memory: null
})

/** All of them, or those of a family or of one preset; fails with the nearest name there is. */
export const rows = Effect.fnUntraced(function* (
  name: string | undefined,
  memoryBytes: number
): Effect.fn.Return<ReadonlyArray<Row>, CommandFailed> {
  const families = Object.values<Family.Family>(Zoo.zoo)
  const chosen = families.filter((family) => name === undefined || family.name === name)
  if (name !== undefined && chosen.length === 0) {
    const choice = yield* Networks.find(name).pipe(
      Effect.mapError((error) => {
        const names = families.map((family) => family.name)
        const close = nearest(name, names)
        return close === undefined
          ? error
          : failed("usage", `no model is called ${name}. Did you mean ${close}?`)
      })
    )
    return [yield* ofPreset(choice, memoryBytes)]
  }
  const found = yield* Effect.forEach(chosen, (family) =>
    family.kind === "counts"
      ? Effect.succeed([ofCounts(family)])
      : Effect.forEach(family.presets, (preset) => ofPreset({ family, preset }, memoryBytes))
  )
  return found.flat()
})

/** Memory of the whole process for one step of one text as long as may be, of a preset that is not hopeless. */
export const trainingOf = Effect.fnUntraced(function* (name: string) {
  const choice = yield* Networks.find(name)
  const network = yield* Networks.network(choice)
  const length = yield* Networks.lengthOf(choice, network, undefined)
  const { flopsPerToken, residentBytes } = Estimate.training(network, { precision: "bfloat16" })({
    batch: 1,
    length
  })
  return { precision: "bfloat16", batch: 1, length, flopsPerToken, residentBytes } as const
})

const count = ({ computed, rounded }: Row["parameters"]) =>
  computed === null
    ? "grows with its text"
    : `${computed.toLocaleString("en-US")}${rounded === null ? "" : ` (paper: ${rounded})`}`

const fit = ({ memory }: Row): ReadonlyArray<string> =>
  memory === null
    ? ["", ""]
    : [
        `${bytes(memory.runBytes)}${memory.runs ? "" : ", too much"}`,
        `${bytes(memory.trainBytes)}${memory.trains ? "" : ", too much"}`
      ]

const aboutFamily = (row: Row): string =>
  [
    `${row.title} (${row.family}): ${row.objective}`,
    `  paper     ${row.paper}`,
    `  good at   ${row.goodAt}`,
    `  weak at   ${row.weakAt}`,
    `  licence   ${row.licence}`
  ].join("\n")

/** What each family is, then its presets. */
export const inWords = (found: ReadonlyArray<Row>, memoryBytes: number): string => {
  const families = [...new Map(found.map((row) => [row.family, row])).values()]
  return [
    ...families.map(aboutFamily),
    "",
    table([
      ["family", "preset", "parameters", "published", "context", "to run", "to train"],
      ...found.map((row) => [
        row.family,
        row.preset ?? "",
        count(row.parameters),
        row.parameters.published === null ? "" : row.parameters.published.toLocaleString("en-US"),
        row.context === null ? "" : row.context.toLocaleString("en-US"),
        ...fit(row)
      ])
    ]),
    "",
    "Parameters with the published vocabulary. Published counts of encoders are without the head.",
    `Memory in float32: weights, and in training gradients and two moments of the optimizer beside them; activations come on top. This machine has ${bytes(memoryBytes)}`,
    ""
  ].join("\n")
}

export const trainingInWords = ({
  batch,
  flopsPerToken,
  length,
  precision,
  residentBytes
}: Effect.Success<ReturnType<typeof trainingOf>>): string =>
  `Training with texts of ${length} tokens, batch ${batch}, ${precision}: ${bytes(residentBytes)} at most, ${Words.quantity(flopsPerToken)}FLOP a token\n`
