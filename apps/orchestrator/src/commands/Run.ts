// `inkstone run`: the pipeline, live.
import { StoreLocal } from "@inkstone/artifact"
import { Pipeline, Runner, type RunResult } from "@inkstone/pipeline"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { CommandFailed, exitCodes, failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Reports from "../Reports.ts"
import * as Terminal from "../Terminal.ts"
import * as Words from "../view/Words.ts"

const GIB = 2 ** 30

/** The first failure decides the exit code; what it blocked only follows from it. */
const failureOf = ({ nodes, status }: RunResult) => {
  const first = nodes.find(({ failure }) => failure !== undefined)?.failure
  if (status === "done") return undefined
  return status === "cancelled" || first === undefined
    ? { exitCode: exitCodes.cancelled, message: "stopped; the same command goes on from here" }
    : { exitCode: exitCodes[first.category], message: "" }
}

const summary = ({ milliseconds, nodes }: RunResult) => {
  const parts = (["hit", "ran", "failed", "blocked", "cancelled"] as const).flatMap((status) => {
    const n = nodes.filter((node) => node.status === status).length
    return n === 0 ? [] : [`${n} ${status}`]
  })
  return `${parts.join(", ")} in ${Words.took(milliseconds)}`
}

const logs = ({ nodes }: RunResult) =>
  nodes
    .flatMap(({ id, log, status }) =>
      status === "failed" && log !== undefined ? [`log of ${id}: ${log}\n`] : []
    )
    .join("")

export const run = Command.make(
  "run",
  {
    pipeline: Flags.pipeline,
    jobs: Flag.Int("jobs").pipe(
      Flag.withAlias("j"),
      Flag.withDescription("Most nodes at once (default: one a processor)"),
      Flag.optional
    ),
    memory: Flag.Finite("memory").pipe(
      Flag.withDescription("GiB that nodes may hold together (default: what the machine has)"),
      Flag.optional
    ),
    keepGoing: Flag.Boolean("keep-going").pipe(
      Flag.withAlias("k"),
      Flag.withDescription("After a failure go on with what does not depend on it"),
      Flag.withDefault(false)
    ),
    force: Flags.force,
    only: Flags.only,
    store: Flags.store,
    out: Flags.out,
    json: Flags.json
  },
  Effect.fn("inkstone run")(function* ({ force, jobs, json, keepGoing, memory, only, out, pipeline, store }) {
    const loaded = yield* Pipeline.load(pipeline)
    const view = Terminal.view(json)
    const result = yield* Runner.run(loaded, {
      root: store,
      ...Option.match(jobs, { onNone: () => ({}), onSome: (jobs) => ({ jobs }) }),
      ...Option.match(memory, { onNone: () => ({}), onSome: (gib) => ({ memoryBytes: gib * GIB }) }),
      keepGoing,
      force,
      only,
      onEvent: (event) => Effect.sync(() => view.on(event, performance.now()))
    }).pipe(
      Effect.ensuring(Effect.sync(() => view.close())),
      Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
    )
    const reports = yield* Reports.collect(result.nodes, { out, pipeline: loaded.name }).pipe(
      Effect.provide(StoreLocal.layer(store))
    )
    if (json)
      for (const report of reports) Terminal.out.write(`${JSON.stringify({ type: "report", ...report })}\n`)
    else
      Terminal.out.write(
        `\n${summary(result)}\n${logs(result)}${reports.map((report) => `\n${Reports.inWords(report)}\n`).join("")}`
      )
    const failure = failureOf(result)
    if (failure !== undefined) return yield* new CommandFailed(failure)
  })
).pipe(
  Command.withDescription(
    "Run a pipeline: what the store has is taken from there, the rest is made, in parallel as cores and memory allow. Stop it at any moment; the same command goes on"
  ),
  Command.withExamples([
    { command: "inkstone run pipelines/first-book.yaml", description: "From raw text to a report" },
    { command: "inkstone run pipelines/smoke.yaml --json", description: "One JSON event a line" },
    { command: "inkstone run pipelines/first-book.yaml --only tokenizer", description: "Up to one node" },
    {
      command: "inkstone run pipelines/first-book.yaml --force all --store /tmp/again",
      description: "Once more from nothing"
    }
  ])
)
