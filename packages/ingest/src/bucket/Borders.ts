// Which part of its language's corpus a document belongs to, by how likely a language model finds it.
import type { Bucket } from "@inkstone/artifact"

export interface Borders {
  /** bits per byte up to which a document is in the head */
  readonly head: number
  /** and from which on it is in the tail */
  readonly tail: number
}

/** 2 / 3 of 9 are 6, though floating point has a little more. */
const rounding = 1e-9

/** Value below which a share of the sorted values lies (nearest rank). */
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length - rounding) - 1))] ??
  Number.NaN

/** As CCNet has it (Wenzek et al. 2020): a third each, unless said otherwise. */
export const bordersOf = (
  values: ReadonlyArray<number>,
  { head, tail }: { readonly head: number; readonly tail: number }
): Borders => {
  const sorted = Float64Array.from(values).toSorted()
  return { head: quantile(sorted, head), tail: quantile(sorted, 1 - tail) }
}

export const bucketOf = (value: number, { head, tail }: Borders): Bucket =>
  value <= head ? "head" : value > tail ? "tail" : "middle"
