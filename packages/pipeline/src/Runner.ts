// Runs a pipeline: what the planner calls a hit is taken from the store, the rest is made, as much at once as fits.
import { type StorageFailed, StoreLocal } from "@inkstone/artifact"
import { SourceFiles } from "@inkstone/stage"
import { Clock, Effect, Fiber, Queue } from "effect"
import { capacity } from "./Capacity.ts"
import { isToMake } from "./internal/foresight.ts"
import { Tokens } from "./internal/Tokens.ts"
import { NodeRuns } from "./internal/NodeRuns.ts"
import { lacking, type MemoryLacking } from "./MemoryLacking.ts"
import type { Pipeline } from "./Pipeline.ts"
import * as Planner from "./Planner.ts"
import type { NodeResult, RunEvent, RunResult } from "./RunEvent.ts"

export interface RunOptions extends Planner.PlanOptions {
  /** Most nodes at once; default: as many as there are cpus. */
  readonly jobs?: number
  /** What all running nodes may hold together; default: what the machine has. */
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly gpus?: number
  /** Go on with everything that does not need a failed node; else what runs is stopped at the first failure. */
  readonly keepGoing?: boolean
  /** More attempts after a crash or for want of a resource, for nodes that do not say; default 0. */
  readonly retries?: number
  /** Pause before the second attempt; doubles with each further one. Default 2000. */
  readonly retryDelayMillis?: number
  /** What a process that is stopped may take to leave a checkpoint; default 20,000. */
  readonly graceMillis?: number
  /** Called for one event after another. */
  readonly onEvent?: (event: RunEvent) => Effect.Effect<void>
}

/**
 * Plans and runs. Fails before anything starts if a node cannot fit into memory. A node that fails is not a failure of this effect:
 * see `status` and `nodes[].failure`. On interruption
 * children get SIGTERM and the grace period; then `run-finished` with status `cancelled` is emitted and the interruption goes on.
 */
export const run = (
  pipeline: Pipeline,
  options: RunOptions
): Effect.Effect<RunResult, StorageFailed | Planner.NodeUnknown | MemoryLacking> =>
  withEvents(options.onEvent, (emit) =>
    runAll(pipeline, options, emit).pipe(Effect.provideService(SourceFiles.Fetching, fetching(emit)))
  ).pipe(Effect.provide(StoreLocal.layer(options.root)))

/** Sources are fetched before the nodes that read them are known to run: the same as preparing a stage. */
const fetching =
  (emit: Emit): SourceFiles.Tell =>
  (source, progress) =>
    Effect.sync(() =>
      emit(
        progress === undefined
          ? { type: "prepare-finished", stage: source }
          : { type: "prepare-progress", stage: source, progress }
      )
    )

type Emit = (event: RunEvent) => void

/** Hands events on in order, and all of them before it ends, however it ends. */
const withEvents = <A, E, R>(
  onEvent: RunOptions["onEvent"],
  body: (emit: Emit) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  onEvent === undefined
    ? body(() => undefined)
    : Effect.acquireUseRelease(
        Effect.gen(function* () {
          const queue = yield* Queue.unbounded<RunEvent | "end">()
          const deliver = Effect.gen(function* () {
            for (;;) {
              const event = yield* Queue.take(queue)
              if (event === "end") return
              yield* onEvent(event)
            }
          })
          return { queue, fiber: yield* Effect.forkDetach(deliver) }
        }),
        ({ queue }) => body((event) => void Queue.offerUnsafe(queue, event)),
        ({ queue, fiber }) => Effect.andThen(Queue.offer(queue, "end"), Fiber.join(fiber))
      )

const runAll = Effect.fn("Runner.run")(function* (pipeline: Pipeline, options: RunOptions, emit: Emit) {
  const started = yield* Clock.currentTimeMillis
  const planning = yield* Planner.planning(pipeline, options)
  const plan = yield* Planner.assessAll(pipeline, planning)
  const total = capacity(options)
  const toRun = planning.nodes.filter(({ id }) => isToMake(plan.assessments.get(id)))
  const problem = lacking(toRun, total.memoryBytes)
  if (problem !== undefined) return yield* problem
  emit({ type: "planned", pipeline: pipeline.name, nodes: plan.nodes })
  const tokens = new Tokens(total)
  const { assessments, state } = plan
  const runs = new NodeRuns({ pipeline, options, planning, assessments, state, tokens, emit })
  const finish = Effect.gen(function* () {
    const milliseconds = (yield* Clock.currentTimeMillis) - started
    const result = summary(pipeline, runs.results(), milliseconds)
    emit({ type: "run-finished", result })
    return result
  })
  yield* runs.all.pipe(Effect.onInterrupt(() => finish))
  return yield* finish
})

const summary = (pipeline: Pipeline, nodes: ReadonlyArray<NodeResult>, milliseconds: number): RunResult => {
  const has = (status: NodeResult["status"]) =>
    nodes.some((node) => node.status === status && node.tolerated !== true)
  const status = has("failed") ? "failed" : has("cancelled") ? "cancelled" : "done"
  return { pipeline: pipeline.name, status, nodes, milliseconds }
}
