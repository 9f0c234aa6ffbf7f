// Which evaluation was the best, and whether it is time to give up: a pure step from one standing to the next.
import { Schema } from "effect"

export const Standing = Schema.Struct({
  /** step of the best value */
  bestStep: Schema.Int,
  bestValue: Schema.Finite,
  /** the value that the next one must beat by more than `minDelta` */
  reference: Schema.Finite,
  /** evaluations in a row that did not */
  stale: Schema.Int
})
export type Standing = typeof Standing.Type

export interface Rules {
  /** what is judged: `loss`, or one of the task's measures */
  readonly metric: string
  /** whether less is better, or more */
  readonly mode: "min" | "max"
  /** evaluations without improvement after which training stops; 0 = never */
  readonly patience: number
  /** a gain that counts as an improvement, in the unit of the metric */
  readonly minDelta: number
}

/**
 * The standing after one more evaluation. The best step is that of the best value however small the gain; patience is
 * measured against a reference that moves only by gains of more than `minDelta`, so that many small gains add up to one.
 */
export const judge = (
  standing: Standing | undefined,
  { step, value }: { readonly step: number; readonly value: number },
  { minDelta, mode }: Pick<Rules, "mode" | "minDelta">
): Standing => {
  if (standing === undefined) return { bestStep: step, bestValue: value, reference: value, stale: 0 }
  const sign = mode === "min" ? 1 : -1
  const improved = sign * (standing.reference - value) > minDelta
  const best = sign * (standing.bestValue - value) > 0
  return {
    bestStep: best ? step : standing.bestStep,
    bestValue: best ? value : standing.bestValue,
    reference: improved ? value : standing.reference,
    stale: improved ? 0 : standing.stale + 1
  }
}

/** Whether patience is at its end. */
export const isOver = (standing: Standing | undefined, { patience }: Pick<Rules, "patience">): boolean =>
  standing !== undefined && patience > 0 && standing.stale >= patience
