// A training's history as the tables of its trace.
import type { ArtifactInvalid, Draft, StorageFailed, Trace } from "@inkstone/artifact"
import { Effect } from "effect"
import type { TrainSource } from "./Feed.ts"
import * as Guard from "./Guard.ts"
import { evaluationColumns } from "./History.ts"
import type { Outcome } from "./Loop.ts"

/** Rows of a record batch. */
const batchRows = 2 ** 16

/** The value in the middle; 0 of nothing. */
const median = (values: Float64Array): number => values.toSorted()[Math.floor(values.length / 2)] ?? 0

/** What the trace says that the loop does not know. */
export interface About {
  readonly objective: string
  readonly unit: string
  readonly metric: string
  readonly mode: "min" | "max"
  /** T: tokens of a row */
  readonly contextLength: number
  readonly batchSize: number
  /** draws the rows of each step anew for the ledger */
  readonly source: Pick<TrainSource, "draw">
  /** measured by the caller */
  readonly cost: Readonly<Record<string, number>>
}

/** Writes all tables. */
export const write = Effect.fn("TraceTables.write")(function* (
  draft: Draft<typeof Trace>,
  outcome: Outcome,
  about: About
): Effect.fn.Return<void, ArtifactInvalid | StorageFailed> {
  const { detours, evaluations, samples, standing, steps } = outcome
  const { batchSize, contextLength, cost, metric, mode, objective, source, unit } = about
  const stepMs = steps.column("step_ms")
  yield* draft.append("steps", {
    step: Int32Array.from(steps.column("step")),
    tokens_seen: steps.column("tokens_seen"),
    loss_nats: steps.column("loss_nats"),
    learning_rate: steps.column("learning_rate"),
    gradient_norm: steps.column("gradient_norm"),
    update_norm: steps.column("update_norm"),
    step_ms: stepMs,
    tokens_per_second: steps.column("tokens_per_second"),
    ceiling_share: steps.column("ceiling_share"),
    rss_bytes: steps.column("rss_bytes")
  })
  const evaluated = Int32Array.from(evaluations.column("step"))
  const split = Array.from({ length: evaluations.rows }, () => "validation")
  const losses = evaluations.column("loss_nats")
  yield* draft.append("evaluations", {
    step: evaluated,
    split,
    loss_nats: losses,
    bits_per_byte: evaluations.column("bits_per_byte")
  })
  const names = evaluations.columns.filter((name) => !evaluationColumns.some((known) => known === name))
  for (const name of names)
    yield* draft.append("measures", {
      step: evaluated,
      split,
      name: split.map(() => name),
      value: evaluations.column(name)
    })
  yield* draft.append("samples", {
    step: Int32Array.from(samples, ({ step }) => step),
    prompt: samples.map(({ prompt }) => prompt),
    text: samples.map(({ text }) => text)
  })
  yield* draft.append("detours", {
    after_step: Int32Array.from(detours, ({ afterStep }) => afterStep),
    skipped: Int32Array.from(detours, ({ skipped }) => skipped)
  })
  const stepsABatch = Math.max(1, Math.floor(batchRows / batchSize))
  for (let first = 1; first <= steps.rows; first += stepsABatch)
    yield* draft.append(
      "windows",
      ledger(outcome, source, first, Math.min(stepsABatch, steps.rows - first + 1))
    )
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
    objective,
    unit,
    steps: steps.rows,
    stopReason: outcome.stopReason,
    metric,
    mode,
    bestStep: standing.bestStep,
    bestValue: standing.bestValue,
    bestLossNats: losses[evaluated.indexOf(standing.bestStep)] ?? standing.bestValue,
    contextLength,
    batchSize,
    tokensSeen: steps.last("tokens_seen") ?? 0
  })
})

/** Which rows the `count` steps from `first` on saw: drawn anew, since the seed says it all. */
const ledger = (
  { detours }: Pick<Outcome, "detours">,
  source: Pick<TrainSource, "draw">,
  first: number,
  count: number
) => {
  const drawn = Array.from({ length: count }, (_, i) => source.draw(Guard.batchOf(first + i, detours)).places)
  return {
    step: Int32Array.from(drawn.flatMap((places, i) => Array.from(places, () => first + i))),
    row: Int32Array.from(drawn.flatMap((places) => Array.from(places, (_, row) => row))),
    start: Uint32Array.from(drawn.flatMap((places) => [...places]))
  }
}
