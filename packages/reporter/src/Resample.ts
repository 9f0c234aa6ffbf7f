// Paired bootstrap: what two models scored on the same resamples of the same documents, so that what makes a document hard for both does
// not blur their difference (Koehn 2004, https://aclanthology.org/W04-3250). The evaluator drew the resamples, whatever the metric.

/** A metric of one model on all items, and on each resample of them. */
export interface Resampled {
  readonly value: number
  readonly replicates: Float64Array
  readonly better: "lower" | "higher"
}

export interface Difference {
  /** the first minus the second, in the metric's own unit and direction */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** two-sided; never below 1 / (resamples + 1) */
  readonly p: number
}

/** Compares two models by equal resamples, with an interval of 95 % if nothing else is asked for. */
export const compare = (a: Resampled, b: Resampled, confidence = 0.95): Difference => {
  // a metric that a resample does not have, such as a correlation of equal numbers, says nothing there
  const differences = a.replicates
    .map((value, at) => value - b.replicates[at]!)
    .filter((each) => !Number.isNaN(each))
    .toSorted()
  const resamples = differences.length
  const notBelow = differences.filter((each) => each >= 0).length
  const notAbove = differences.filter((each) => each <= 0).length
  const tail = (1 - confidence) / 2
  const at = (q: number) => differences[Math.round(q * (resamples - 1))] ?? NaN
  return {
    difference: a.value - b.value,
    low: at(tail),
    high: at(1 - tail),
    p: Math.min(1, (2 * (Math.min(notBelow, notAbove) + 1)) / (resamples + 1))
  }
}

/** How much the first is better, with its interval; negative where it is worse. */
export const gain = (
  { difference, high, low }: Difference,
  better: "lower" | "higher"
): { readonly by: number; readonly low: number; readonly high: number } =>
  better === "higher" ? { by: difference, low, high } : { by: -difference, low: -high, high: -low }

/** Holm's step-down correction: adjusted p-values in the order given. */
export const holm = (p: ReadonlyArray<number>): ReadonlyArray<number> => {
  const order = p.map((_, i) => i).toSorted((i, j) => p[i]! - p[j]!)
  const adjusted = Array.from(p)
  let highest = 0
  for (const [rank, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, p[i]! * (p.length - rank)))
    adjusted[i] = highest
  }
  return adjusted
}
