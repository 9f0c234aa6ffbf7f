// Networks by the names that people type: `gpt2-medium`, or `bert:nano` where several families have one of that name.
import { type AnyNetwork, type Family, type ModelUnusable, Zoo } from "@inkstone/model-zoo"
import { nearest } from "@inkstone/stage"
import { Effect } from "effect"
import { type CommandFailed, failed } from "./Failure.ts"

type NetworkFamily = Exclude<Family.Family, Family.CountFamily>

export interface Choice {
  readonly family: NetworkFamily
  readonly preset: Family.Preset
}

const families = (): ReadonlyArray<NetworkFamily> =>
  Object.values<Family.Family>(Zoo.zoo).flatMap((family) => (family.kind === "counts" ? [] : [family]))

const presetsOf = (family: NetworkFamily): ReadonlyArray<Choice> =>
  family.presets.map((preset) => ({ family, preset }))

export const nameOf = ({ family, preset }: Choice): string => `${family.name}:${preset.name}`

/** A preset by its name, alone or behind its family's; fails with the nearest names there are. */
export const find = (name: string): Effect.Effect<Choice, CommandFailed> =>
  Effect.suspend(() => {
    const all = families().flatMap(presetsOf)
    const found = all.filter((choice) => choice.preset.name === name || nameOf(choice) === name)
    const [first, ...others] = found
    if (first !== undefined && others.length === 0) return Effect.succeed(first)
    const names = found.map(nameOf)
    if (first !== undefined)
      return Effect.fail(
        failed("usage", `${name} is a preset of several families. Say which: ${names.join(", ")}`)
      )
    const family = families().find((family) => family.name === name.split(":")[0])
    const known = family === undefined ? all : presetsOf(family)
    const shown = [...new Set(known.map(({ preset }) => preset.name))]
    const close = nearest(name.split(":").at(-1) ?? name, shown) ?? nearest(name, known.map(nameOf))
    return Effect.fail(
      failed(
        "usage",
        `no network is called ${name}. ${close === undefined ? "" : `Did you mean ${close}? `}There are ${shown.join(", ")}`
      )
    )
  })

/** Presets of the same family, in the order of their sizes as the family lists them. */
export const siblings = ({ family }: Choice): ReadonlyArray<Choice> => presetsOf(family)

/** The network of a preset. */
export const network = ({ family, preset }: Choice): Effect.Effect<AnyNetwork, CommandFailed> => {
  const built: Effect.Effect<AnyNetwork, ModelUnusable> = family.network(preset.architecture)
  return Effect.mapError(built, (error) => failed("config", error.message))
}

/** Tokens of a text where the network has no limit, as T5 was trained. */
const usualLength = 512

/** What is asked for, or the whole context; fails for more than that. */
export const lengthOf = (
  choice: Choice,
  { contextLength }: AnyNetwork,
  asked: number | undefined
): Effect.Effect<number, CommandFailed> => {
  if (asked === undefined) return Effect.succeed(contextLength === Infinity ? usualLength : contextLength)
  return asked <= contextLength
    ? Effect.succeed(asked)
    : Effect.fail(
        failed("usage", `${nameOf(choice)} sees ${contextLength} tokens at once, --length asks for ${asked}`)
      )
}
