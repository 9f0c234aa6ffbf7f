// Intervals by resampling documents: how much a number would change with other documents of the same kind.
// Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), percentile intervals of ratio estimators.
import { Philox } from "@inkstone/model-zoo"
import * as Statistics from "./metrics/Statistics.ts"

/** What each document adds to a ratio such as nats per token. */
export interface Ratio {
  readonly numerators: Float64Array
  readonly denominators: ArrayLike<number>
}

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface Resampling {
  readonly samples: number
  /** such as 0.95 */
  readonly confidence: number
  readonly seed: number
}

/** Linear between the two nearest of ascending values. */
const quantile = (ascending: Float64Array, q: number): number => {
  const at = q * (ascending.length - 1)
  const [below, above] = [ascending[Math.floor(at)] ?? NaN, ascending[Math.ceil(at)] ?? NaN]
  return below + (above - below) * (at - Math.floor(at))
}

/** Which document is drawn at each place of a resample; four draws a block of random words. */
const draws = (n: number, seed: number, sample: number): Uint32Array => {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  const chosen = new Uint32Array(n)
  for (let at = 0; at < n; at += 4)
    for (const [lane, word] of Philox.block([at, sample, 0, 0], key).entries())
      if (at + lane < n) chosen[at + lane] = Math.floor((word / 2 ** 32) * n)
  return chosen
}

/**
 * The interval of `of(sum of numerators / sum of denominators)`; `of` must not decrease. With equal seed and number of
 * documents every ratio sees the same resamples.
 */
export const interval = (
  { numerators, denominators }: Ratio,
  resampling: Resampling,
  of: (ratio: number) => number
): Interval => {
  const ratio = (documents: Iterable<number>) => {
    let [up, down] = [0, 0]
    for (const document of documents) {
      up += numerators[document] ?? 0
      down += denominators[document] ?? 0
    }
    return up / down
  }
  const ratios = Float64Array.from({ length: resampling.samples }, (_, sample) =>
    ratio(draws(numerators.length, resampling.seed, sample))
  ).toSorted()
  const tail = (1 - resampling.confidence) / 2
  return {
    value: of(ratio(numerators.keys())),
    low: of(quantile(ratios, tail)),
    high: of(quantile(ratios, 1 - tail))
  }
}

/**
 * The interval of a score of sums over segments, such as corpus BLEU: segments are drawn, their statistics summed, and the sums
 * scored, as sacreBLEU does. With equal seed and number of segments every score sees the same resamples.
 */
export const intervalOfSums = (
  statistics: Statistics.Statistics,
  resampling: Resampling,
  score: (sums: Float64Array) => number
): Interval => {
  const scores = Float64Array.from({ length: resampling.samples }, (_, sample) =>
    score(Statistics.sums(statistics, draws(statistics.segments, resampling.seed, sample)))
  ).toSorted()
  const tail = (1 - resampling.confidence) / 2
  return {
    value: score(Statistics.sums(statistics)),
    low: quantile(scores, tail),
    high: quantile(scores, 1 - tail)
  }
}
