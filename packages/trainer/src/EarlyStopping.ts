// Which evaluation was the best, and whether it is time to give up: a pure step from one standing to the next.
import { Schema } from "effect"

export const Standing = Schema.Struct({
  /** step of the lowest loss */
  bestStep: Schema.Int,
  bestLossNats: Schema.Finite,
  /** the loss that the next one must beat by more than `minDelta` */
  referenceLossNats: Schema.Finite,
  /** evaluations in a row that did not */
  stale: Schema.Int
})
export type Standing = typeof Standing.Type

export interface Rules {
  /** evaluations without improvement after which training stops; 0 = never */
  readonly patience: number
  /** nats per token that count as an improvement */
  readonly minDelta: number
}

/**
 * The standing after one more evaluation. The best step is that of the lowest loss however small the gain; patience is
 * measured against a reference that moves only by gains of more than `minDelta`, so that many small gains add up to one.
 */
export const judge = (
  standing: Standing | undefined,
  evaluation: { readonly step: number; readonly lossNats: number },
  rules: Rules
): Standing => {
  const { step, lossNats } = evaluation
  if (standing === undefined)
    return { bestStep: step, bestLossNats: lossNats, referenceLossNats: lossNats, stale: 0 }
  const improved = standing.referenceLossNats - lossNats > rules.minDelta
  const best = lossNats < standing.bestLossNats
  return {
    bestStep: best ? step : standing.bestStep,
    bestLossNats: best ? lossNats : standing.bestLossNats,
    referenceLossNats: improved ? lossNats : standing.referenceLossNats,
    stale: improved ? 0 : standing.stale + 1
  }
}

/** Whether patience is at its end. */
export const isOver = (standing: Standing | undefined, rules: Rules): boolean =>
  standing !== undefined && rules.patience > 0 && standing.stale >= rules.patience
