// `inkstone run`: the pipeline, live.
import type { RunResult } from "@inkstone/pipeline"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as TensorBoard from "../TensorBoard.ts"
import * as Terminal from "../Terminal.ts"
import * as Words from "../view/Words.ts"

const GIB = 2 ** 30

const GOES_ON = "What is finished is kept: the same command goes on from here"

/** Every failure is told; the first one decides the exit code. What they blocked only follows from them. */
const failureOf = ({ nodes, status }: RunResult) => {
  if (status === "done") return undefined
  const failures = nodes.flatMap(({ failure, id, log }) =>
    failure === undefined ? [] : [{ id, failure, log: log === undefined ? "" : `\n  log: ${log}` }]
  )
  const [first] = failures
  return first === undefined
    ? failed("cancelled", `stopped. ${GOES_ON}`)
    : failed(
        first.failure.category,
        failures.map(({ failure, id, log }) => `${id}: ${failure.message}${log}`).join("\n")
      )
}

const summary = ({ milliseconds, nodes }: RunResult) => {
  const parts = (["hit", "ran", "skipped", "failed", "blocked", "cancelled"] as const).flatMap((status) => {
    const n = nodes.filter((node) => node.status === status).length
    return n === 0 ? [] : [`${n} ${status}`]
  })
  return `${parts.join(", ")} in ${Words.took(milliseconds)}`
}

export const run = Command.make(
  "run",
  {
    pipeline: Flags.pipeline,
    profile: Flags.profile,
    jobs: Flag.Int("jobs").pipe(
      Flag.withAlias("j"),
      Flag.withDescription("Most nodes at once (default: one a processor)"),
      Flags.between(1),
      Flag.optional
    ),
    memory: Flag.Finite("memory").pipe(
      Flag.withDescription("GiB that nodes may hold together (default: what the machine has)"),
      Flag.filter(
        (gib) => gib > 0,
        () => "more than 0"
      ),
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
  Effect.fn("inkstone run")(function* ({
    force,
    jobs,
    json,
    keepGoing,
    memory,
    only,
    out,
    pipeline,
    profile,
    store
  }) {
    const { Pipeline, Runner } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const { StoreLocal } = yield* Effect.promise(() => import("@inkstone/artifact"))
    const loaded = yield* Pipeline.load(pipeline, { profile })
    const view = Terminal.view(json)
    const board = TensorBoard.links(store, loaded.name)
    const result = yield* Runner.run(loaded, {
      root: store,
      ...Option.match(jobs, { onNone: () => ({}), onSome: (jobs) => ({ jobs }) }),
      ...Option.match(memory, { onNone: () => ({}), onSome: (gib) => ({ memoryBytes: gib * GIB }) }),
      keepGoing,
      force,
      only,
      onEvent: (event) =>
        Effect.sync(() => {
          const at = performance.now()
          board.on(event, at)
          view.on(event, at)
        })
    }).pipe(
      Effect.ensuring(Effect.sync(() => view.close())),
      Effect.onInterrupt(() => Effect.sync(() => Terminal.complain(GOES_ON))),
      Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
    )
    const Reports = yield* Effect.promise(() => import("../Reports.ts"))
    const place = { out, pipeline: loaded.name }
    const written = yield* Effect.all({
      reports: Reports.collect(result.nodes, place),
      pages: Reports.pages(result.nodes, place)
    }).pipe(Effect.provide(StoreLocal.layer(store)))
    const said = Reports.shown(written, json)
    Terminal.out.write(json ? said : `\n${summary(result)}\n${said === "" ? "" : `\n${said}`}`)
    const failure = failureOf(result)
    if (failure !== undefined) return yield* failure
  })
).pipe(
  Command.withDescription(
    "Run a pipeline: what the store has is taken from there, the rest is made, in parallel as cores and memory allow. Stop it at any moment; the same command goes on"
  ),
  Command.withExamples([
    { command: "inkstone run pipelines/first-book.yaml", description: "From raw text to a report" },
    { command: "inkstone run pipelines/smoke.yaml --json", description: "One JSON event a line" },
    {
      command: "inkstone run pipelines/chat.yaml --profile full",
      description: "At the size that its author named `full`"
    },
    { command: "inkstone run pipelines/first-book.yaml --only tokenizer", description: "Up to one node" },
    {
      command: "inkstone run pipelines/first-book.yaml --force all --store /tmp/again",
      description: "Once more from nothing"
    }
  ])
)
