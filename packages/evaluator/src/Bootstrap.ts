// Intervals by resampling documents: how much a number would change with other documents of the same kind.
// Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), percentile intervals.
import { Philox } from "@inkstone/model-zoo"
import * as Statistics from "./metrics/Statistics.ts"

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
 * Some numbers of every resample of `n` documents, one array a number. `numbersOf` gets the places drawn, which may repeat. With equal
 * seed and `n` all numbers see the same resamples, so that differences of two models' numbers are those of a paired bootstrap.
 */
export const replicates = (
  n: number,
  { samples, seed }: Pick<Resampling, "samples" | "seed">,
  numbersOf: (drawn: Uint32Array) => ReadonlyArray<number>
): ReadonlyArray<Float64Array> => {
  const found: Array<Float64Array> = []
  for (let sample = 0; sample < samples; sample++)
    for (const [which, number] of numbersOf(draws(n, seed, sample)).entries())
      (found[which] ??= new Float64Array(samples))[sample] = number
  return found
}

/** The interval of a value from its replicates; those that are no number say nothing. */
export const intervalOf = (value: number, replicates: Float64Array, confidence: number): Interval => {
  const ascending = replicates.filter((each) => !Number.isNaN(each)).toSorted()
  const tail = (1 - confidence) / 2
  return { value, low: quantile(ascending, tail), high: quantile(ascending, 1 - tail) }
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
  const [scores = new Float64Array(0)] = replicates(statistics.segments, resampling, (drawn) => [
    score(Statistics.sums(statistics, drawn))
  ])
  return intervalOf(score(Statistics.sums(statistics)), scores, resampling.confidence)
}
