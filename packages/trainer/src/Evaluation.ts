// One look at the held-out rows: the loss over all of them, and what the task measures beside it.
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { type HeldSource, windowOf } from "./Feed.ts"
import type { Cost, Learner } from "./Learner.ts"
import type { Measures } from "./Task.ts"

export interface Result {
  /** the sum over the objective's terms of factor times mean, in the unit of the objective */
  readonly loss: number
  /** by the names of the measures */
  readonly measured: Readonly<Record<string, number>>
}

/** Evaluates `size` rows at a time; interruptible between batches. */
export const run = Effect.fn("Evaluation.run")(function* (
  learner: Learner,
  held: HeldSource,
  { measures, size }: { readonly measures: Measures; readonly size: number }
): Effect.fn.Return<Result, StageFailure> {
  const totals = new Map<string, Cost>()
  const measuring = measures.begin()
  for (const { batch, rows } of windowOf(held, held.rows, size)) {
    const { costs, said } = yield* learner.evaluate(batch)
    for (const [name, cost] of Object.entries(costs)) {
      const before = totals.get(name) ?? { sum: 0, weight: 0, factor: cost.factor }
      totals.set(name, { ...cost, sum: before.sum + cost.sum, weight: before.weight + cost.weight })
    }
    measuring.add(batch, said, rows)
    yield* Effect.yieldNow
  }
  const loss = [...totals.values()].reduce(
    (loss, { factor, sum, weight }) => loss + (weight === 0 ? 0 : (factor * sum) / weight),
    0
  )
  return { loss, measured: measuring.result() }
})
