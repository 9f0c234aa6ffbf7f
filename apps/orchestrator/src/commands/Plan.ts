// `inkstone plan`: what a run would do, and why; or what the training of a network would take.
import type { Pipeline, Planner } from "@inkstone/pipeline"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import { largest, rowsOf } from "../PlanRows.ts"
import { table } from "../Table.ts"
import * as Terminal from "../Terminal.ts"
import { bytes } from "../view/Bytes.ts"
import * as Words from "../view/Words.ts"

/** `1.33 M parameters, 9.87 MFLOP a token, 0.82 GB` of nodes whose stages know; else empty. */
const takes = ({ resources }: Pipeline.PipelineNode): string => {
  const { estimate, memoryBytes } = resources
  if (estimate === undefined) return ""
  const figures = Object.entries(estimate.figures).map(([name, value]) =>
    name.endsWith("Bytes")
      ? `${name.slice(0, -"Bytes".length)} ${bytes(value)}`
      : name === "flopsPerToken"
        ? `${Words.quantity(value)}FLOP a token`
        : `${Words.quantity(value)} ${name}`
  )
  return `${bytes(memoryBytes)}: ${figures.join(", ")}`
}

const inWords = (planned: Planner.Plan, loaded: Pipeline.Pipeline): string => {
  const rows = rowsOf(planned, loaded)
  const count = (decision: string) => planned.nodes.filter((node) => node.decision === decision).length
  const toMake = new Set(
    planned.nodes.flatMap(({ decision, id }) => (decision === "run" || decision === "may run" ? [id] : []))
  )
  const sized = largest(loaded.nodes.filter(({ id }) => toMake.has(id)))
  const memory = sized.map((node) => [node.id, takes(node)]).filter(([, what]) => what !== "")
  const skipped = count("skip") === 0 ? "" : `, ${count("skip")} skip`
  return [
    table([["node", "plan", "because"], ...rows]),
    ...(memory.length === 0 ? [] : ["", table([["node", "would hold at most"], ...memory])]),
    "",
    `${count("hit")} hit, ${count("run")} run, ${count("may run")} may run${skipped}`,
    ""
  ].join("\n")
}

interface PipelineAsked {
  readonly profile: string | undefined
  readonly store: string
  readonly force: "all" | ReadonlyArray<string>
  readonly only: ReadonlyArray<string>
  readonly json: boolean
}

const ofPipeline = Effect.fnUntraced(function* (
  file: string,
  { force, json, only, profile, store }: PipelineAsked
) {
  const { capacity, lacking, Pipeline, Planner } = yield* Effect.promise(() => import("@inkstone/pipeline"))
  const { SourceFiles } = yield* Effect.promise(() => import("@inkstone/stage"))
  const loaded = yield* Pipeline.load(file, { profile })
  const planned = yield* Planner.plan(loaded, { root: store, force, only }).pipe(
    Effect.provideService(SourceFiles.Fetching, Terminal.fetching()),
    Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
  )
  const decisions = new Map(planned.nodes.map(({ decision, id }) => [id, decision]))
  const toRun = loaded.nodes.filter(({ id }) => ["run", "may run"].includes(decisions.get(id) ?? ""))
  if (json) {
    const resources = new Map(loaded.nodes.map((node) => [node.id, node.resources]))
    const nodes = planned.nodes.map((node) => ({ ...node, resources: resources.get(node.id) }))
    Terminal.out.write(`${JSON.stringify({ type: "plan", ...planned, nodes })}\n`)
  } else Terminal.out.write(inWords(planned, loaded))
  const problem = lacking(toRun, capacity({}).memoryBytes)
  if (problem !== undefined) return yield* problem
})

interface NetworkAsked {
  readonly batch: number
  readonly length: number | undefined
  readonly rematerialize: boolean
  readonly json: boolean
}

const ofNetwork = Effect.fnUntraced(function* (name: string, { json, ...asked }: NetworkAsked) {
  const Networks = yield* Effect.promise(() => import("../Networks.ts"))
  const Plans = yield* Effect.promise(() => import("../NetworkPlans.ts"))
  const { capacity } = yield* Effect.promise(() => import("@inkstone/pipeline"))
  const choice = yield* Networks.find(name)
  const { memoryBytes } = capacity({})
  const plan = yield* Plans.plan(choice, { ...asked, memoryBytes })
  Terminal.out.write(json ? `${JSON.stringify({ type: "network", ...plan })}\n` : Plans.inWords(plan))
  // as a pipeline with such a node is refused
  if (!plan.fits)
    return yield* failed("resource", `${plan.network} does not fit into ${bytes(plan.memoryBytes)}`)
})

export const plan = Command.make(
  "plan",
  {
    pipeline: Flags.pipeline.pipe(Argument.optional),
    profile: Flags.profile,
    model: Flag.String("model").pipe(
      Flag.withDescription(
        "Instead of a pipeline a network, by preset (gpt3-175b) or family:preset (bert:nano): parameters, arithmetic and memory of its training"
      ),
      Flag.optional
    ),
    batch: Flags.batch,
    length: Flags.length,
    rematerialize: Flags.rematerialize,
    store: Flags.store,
    force: Flags.force,
    only: Flags.only,
    json: Flags.json
  },
  Effect.fn("inkstone plan")(function* (given) {
    const { json, length, model, pipeline } = given
    if (Option.isSome(model)) {
      if (Option.isSome(pipeline)) return yield* failed("usage", "a pipeline or --model, not both")
      const { batch, rematerialize } = given
      return yield* ofNetwork(model.value, {
        batch,
        length: Option.getOrUndefined(length),
        rematerialize,
        json
      })
    }
    if (Option.isNone(pipeline))
      return yield* failed("usage", "a pipeline file is missing, or --model with a network")
    yield* ofPipeline(pipeline.value, given)
  })
).pipe(
  Command.withDescription(
    "Say for each node whether a run would take it from the store (hit), make it (run), or whether that depends on what comes before it (may run), which setting, input or code made the difference, and what its training would hold; or what the training of a network would take on this machine. Sources of pypi:, apt: and apt-lists: are fetched for it, once for this user"
  ),
  Command.withExamples([
    { command: "inkstone plan pipelines/first-book.yaml", description: "What would run, and why" },
    { command: "inkstone plan pipelines/first-book.yaml --json", description: "The same for a program" },
    {
      command: "inkstone plan pipelines/first-book.yaml --force tokenizer",
      description: "As if its result were gone"
    },
    {
      command: "inkstone plan --model gpt2-medium --batch 4 --length 512",
      description: "Whether GPT-2 medium can be trained here, and what to change if not"
    }
  ])
)
