// A run as a person sees it: live while it goes on, its reports written, its failures told. `run` and `resume` both come here.
import type { Pipeline, RunResult, Runs } from "@inkstone/pipeline"
import { Effect, Option } from "effect"
import { failed } from "./Failure.ts"
import * as TensorBoard from "./TensorBoard.ts"
import * as Terminal from "./Terminal.ts"
import * as Words from "./view/Words.ts"

const GIB = 2 ** 30

const GOES_ON = "What is finished is kept: inkstone resume, or the same command, goes on from here"

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

export interface Running {
  readonly pipeline: Pipeline.Pipeline
  readonly asked: Runs.Asked
  /** the store's folder */
  readonly store: string
  readonly jobs: Option.Option<number>
  /** GiB */
  readonly memory: Option.Option<number>
  readonly json: boolean
}

/** Runs a pipeline to its end; until then the store knows that it is unfinished. */
export const run = Effect.fn("Running.run")(function* ({
  asked,
  jobs,
  json,
  memory,
  pipeline,
  store
}: Running) {
  const { Runner, Runs } = yield* Effect.promise(() => import("@inkstone/pipeline"))
  const { StoreLocal } = yield* Effect.promise(() => import("@inkstone/artifact"))
  const { force, keepGoing, only, out } = asked
  // a run that is refused leaves nothing to go on with
  let noted: Runs.Run | undefined
  const view = Terminal.view(json)
  const board = TensorBoard.links(store, pipeline.name)
  const result = yield* Runner.run(pipeline, {
    root: store,
    ...Option.match(jobs, { onNone: () => ({}), onSome: (jobs) => ({ jobs }) }),
    ...Option.match(memory, { onNone: () => ({}), onSome: (gib) => ({ memoryBytes: gib * GIB }) }),
    keepGoing,
    force,
    only,
    onEvent: Effect.fnUntraced(function* (event) {
      if (event.type === "planned")
        noted = yield* Effect.orElseSucceed(Runs.begin(store, asked), () => undefined)
      const at = performance.now()
      board.on(event, at)
      view.on(event, at)
    })
  }).pipe(
    Effect.ensuring(Effect.sync(() => view.close())),
    Effect.onInterrupt(() => Effect.sync(() => Terminal.complain(GOES_ON))),
    Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
  )
  if (result.status === "done" && noted !== undefined) yield* Runs.end(store, noted)
  const Experiment = yield* Effect.promise(() => import("./watch/Experiment.ts"))
  yield* Experiment.write(TensorBoard.folderOf(store, pipeline.name), pipeline.name)
  const Reports = yield* Effect.promise(() => import("./Reports.ts"))
  const place = { out, pipeline: pipeline.name }
  const written = yield* Effect.all({
    reports: Reports.collect(result.nodes, place),
    pages: Reports.pages(result.nodes, place)
  }).pipe(Effect.provide(StoreLocal.layer(store)))
  const said = Reports.shown(written, json)
  Terminal.out.write(json ? said : `\n${summary(result)}\n${said === "" ? "" : `\n${said}`}`)
  const failure = failureOf(result)
  if (failure !== undefined) return yield* failure
})
