// Relative positions of T5 (Raffel et al. 2020, section 2.1): attention knows how far apart two places are, near ones exactly
// and far ones roughly. Each head learns one number per bucket of distances.
import {
  add,
  gather,
  maximum,
  minimum,
  type Parameter,
  reshape,
  sub,
  type Tensor,
  transpose,
  vector
} from "@inkstone/graph"

export interface Buckets {
  /** in all; for both directions half of them each */
  readonly buckets: number
  /** from here on every distance is in the last bucket of its direction */
  readonly maxDistance: number
  /** whether places to the right are seen, and told from those to the left */
  readonly bidirectional: boolean
}

/**
 * Bucket of an offset: place looked at minus place that looks. Half of the buckets of a direction are for one distance each;
 * the others widen with the logarithm. In float32 steps, as `transformers` has them (`_relative_position_bucket`).
 */
export const bucketOf = (offset: number, { bidirectional, buckets, maxDistance }: Buckets): number => {
  const each = bidirectional ? Math.floor(buckets / 2) : buckets
  const first = bidirectional && offset > 0 ? each : 0
  const distance = bidirectional ? Math.abs(offset) : Math.max(0, -offset)
  const exact = Math.floor(each / 2)
  if (distance < exact) return first + distance
  const { fround, log } = Math
  const share = fround(fround(log(fround(distance / exact))) / fround(log(maxDistance / exact))) // 0 to 1
  return first + Math.min(each - 1, exact + Math.trunc(fround(share * (each - exact))))
}

/** What is added to the scores of one head's attention, `[H, T, S]`, for places of queries int32 `[T]` and of keys int32 `[S]`. */
export const bias =
  (table: Parameter, layout: Buckets) =>
  (queries: Tensor, keys: Tensor): Tensor => {
    const { maxDistance: most } = layout
    const [T = 1] = queries.shape
    const bucketsOfOffsets = Array.from({ length: 2 * most + 1 }, (_, at) => bucketOf(at - most, layout))
    const offsets = sub(keys, reshape(queries, [T, 1])) // [T, S]
    const at = add(minimum(maximum(offsets, -most), most), most) // [T, S], from 0
    const buckets = gather(vector(bucketsOfOffsets, "int32"), at) // [T, S]
    return transpose(gather(table, buckets), [2, 0, 1]) // [T, S, H] -> [H, T, S]
  }
