// A training's history as the tables of its trace.
import type { ArtifactInvalid, Draft, StorageFailed, Trace } from "@inkstone/artifact"
import { Effect } from "effect"
import * as Batches from "./Batches.ts"
import type { Outcome } from "./Loop.ts"

/** Rows of a record batch. */
const batchRows = 2 ** 16

/** The value in the middle; 0 of nothing. */
const median = (values: Float64Array): number => values.toSorted()[Math.floor(values.length / 2)] ?? 0

/** Writes all tables; `cost` adds measurements that only the caller has. */
export const write = Effect.fn("TraceTables.write")(function* (
  draft: Draft<typeof Trace>,
  outcome: Outcome,
  { layout, cost }: { readonly layout: Batches.Layout; readonly cost: Readonly<Record<string, number>> }
): Effect.fn.Return<void, ArtifactInvalid | StorageFailed> {
  const { steps, evaluations, standing } = outcome
  const { batchSize, contextLength } = layout
  const stepMs = steps.column("step_ms")
  yield* draft.append("steps", {
    step: Int32Array.from(steps.column("step")),
    tokens_seen: steps.column("tokens_seen"),
    loss_nats: steps.column("loss_nats"),
    learning_rate: steps.column("learning_rate"),
    gradient_norm: steps.column("gradient_norm"),
    step_ms: stepMs,
    tokens_per_second: steps.column("tokens_per_second")
  })
  yield* draft.append("evaluations", {
    step: Int32Array.from(evaluations.column("step")),
    split: Array.from({ length: evaluations.rows }, () => "validation"),
    loss_nats: evaluations.column("loss_nats"),
    bits_per_byte: evaluations.column("bits_per_byte")
  })
  const stepsABatch = Math.max(1, Math.floor(batchRows / batchSize))
  for (let first = 1; first <= steps.rows; first += stepsABatch)
    yield* draft.append("windows", windows(layout, first, Math.min(stepsABatch, steps.rows - first + 1)))
  const measured = {
    train_ms: outcome.cost.trainMs,
    evaluate_ms: outcome.cost.evaluateMs,
    checkpoint_ms: outcome.cost.checkpointMs,
    // The first step also compiles the program.
    compile_ms: Math.max(0, (stepMs[0] ?? 0) - median(stepMs)),
    tokens_per_second: median(steps.column("tokens_per_second")),
    ...cost
  }
  yield* draft.append("cost", {
    name: Object.keys(measured),
    value: Float64Array.from(Object.values(measured))
  })
  yield* draft.describe({
    steps: steps.rows,
    stopReason: outcome.stopReason,
    bestStep: standing.bestStep,
    bestLossNats: standing.bestLossNats,
    contextLength,
    batchSize,
    tokensSeen: steps.rows * batchSize * contextLength
  })
})

/** Which windows the `count` steps from `first` on saw: computed anew, since the seed says it all. */
const windows = (layout: Batches.Layout, first: number, count: number) => {
  const { batchSize } = layout
  const start = new Uint32Array(count * batchSize)
  for (let i = 0; i < count; i += 1) start.set(Batches.startsOf(layout, first + i), i * batchSize)
  return {
    step: Int32Array.from(start, (_, i) => first + Math.floor(i / batchSize)),
    row: Int32Array.from(start, (_, i) => i % batchSize),
    start
  }
}
