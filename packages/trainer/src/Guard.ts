// What is done when a training goes wrong: back to the last good checkpoint, past the batches that upset it, at a lower rate.
import type { Detour } from "./Checkpoint.ts"

export interface Rules {
  /** a loss this many times the median of the steps before is a spike; 0 = only what is no number counts */
  readonly spike: number
  /** rollbacks after which the training is given up */
  readonly rollbacks: number
  /** what the learning rate is multiplied by at each rollback */
  readonly rateFactor: number
}

/** Steps whose median a loss is held against, and the fewest of them. */
export const window = 50
const fewest = 20

/** What is wrong with an update, in words; undefined if nothing is. `losses` are those of the `window` steps before, or of fewer. */
export const wrong = (
  { gradientNorm, loss }: { readonly loss: number; readonly gradientNorm: number },
  losses: Float64Array,
  { spike }: Pick<Rules, "spike">
): string | undefined => {
  if (!Number.isFinite(loss)) return "the loss is not a number"
  if (!Number.isFinite(gradientNorm)) return "the gradient is not a number"
  if (spike === 0 || losses.length < fewest) return undefined
  const usual = losses.toSorted()[Math.floor(losses.length / 2)] ?? loss
  return loss > spike * usual
    ? `the loss is ${loss.toPrecision(3)}, more than ${spike} times the usual ${usual.toPrecision(3)}`
    : undefined
}

/** The batch that a step takes: as many as were left out by rollbacks come before it. */
export const batchOf = (step: number, detours: ReadonlyArray<Detour>): number =>
  detours.reduce((batch, { afterStep, skipped }) => (step > afterStep ? batch + skipped : batch), step)

/** What the scheduled rate of a step is multiplied by. */
export const rateShare = (
  step: number,
  detours: ReadonlyArray<Detour>,
  { rateFactor }: Pick<Rules, "rateFactor">
): number => detours.reduce((share, { afterStep }) => (step > afterStep ? share * rateFactor : share), 1)
