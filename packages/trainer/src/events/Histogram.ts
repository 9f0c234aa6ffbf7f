// How values are spread: the buckets that TensorBoard's own writer makes (tensorboard/plugins/histogram/summary_v2.py), so
// that weights trained here and elsewhere look alike beside each other.

/** Buckets of one histogram; TensorBoard's default, and what its charts resample to. */
export const BUCKETS = 30

export interface Histogram {
  /** [BUCKETS, 3] row-major: left edge, right edge, number of values */
  readonly rows: Float64Array<ArrayBuffer>
  /** NaN and infinite values: they have no bucket */
  readonly notFinite: number
}

/**
 * Every value is counted, none is sampled. Buckets are equally wide from the least to the greatest value; the greatest belongs
 * to the last one. Values that are all the same are in the last of buckets without width; of no values all is zero.
 */
export const histogramOf = (values: Float32Array): Histogram => {
  let least = Infinity
  let greatest = -Infinity
  let notFinite = 0
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!
    if (value - value !== 0) notFinite += 1
    else {
      if (value < least) least = value
      if (value > greatest) greatest = value
    }
  }
  const rows = new Float64Array(BUCKETS * 3)
  const finite = values.length - notFinite
  if (finite === 0) return { rows, notFinite }
  const width = (greatest - least) / BUCKETS
  const counts = width === 0 ? undefined : counted(values, { least, width })
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const last = bucket === BUCKETS - 1
    rows[bucket * 3] = least + bucket * width
    // not by the sum: rounding must not leave the greatest value outside
    rows[bucket * 3 + 1] = last ? greatest : least + (bucket + 1) * width
    rows[bucket * 3 + 2] = counts === undefined ? (last ? finite : 0) : counts[bucket]!
  }
  return { rows, notFinite }
}

const counted = (
  values: Float32Array,
  { least, width }: { readonly least: number; readonly width: number }
): Float64Array => {
  const counts = new Float64Array(BUCKETS)
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!
    if (value - value !== 0) continue
    const bucket = Math.floor((value - least) / width)
    counts[bucket < BUCKETS ? bucket : BUCKETS - 1]! += 1
  }
  return counts
}
