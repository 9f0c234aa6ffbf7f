// A few lengths that rows are padded to. Each new shape of a batch is a new compilation, so there must be few; each padded place
// is work for nothing, so they are chosen to waste the least.

export interface Bucketing {
  /** buckets at most */
  readonly most: number
  /** what a network can take: no bucket is longer */
  readonly limit: number
}

/** Lengths are rounded up to a multiple, so that rows of matrices lie where vector units like them. */
const multiple = 8
/** Bounds are looked for among this many. */
const bins = 128

/**
 * The bounds, ascending, for which rows padded to the next bound take the fewest places together: the best of all choices among
 * multiples of 8 (of more for texts of more than 1,024 tokens), found by dynamic programming over their number.
 */
export const boundsOf = (lengths: Uint32Array, { limit, most }: Bucketing): ReadonlyArray<number> => {
  const longest = lengths.reduce((a, b) => Math.max(a, b), 1)
  const unit = multiple * Math.ceil(longest / (multiple * bins))
  const count = Math.ceil(longest / unit)
  // below[n]: rows of at most n units
  const below = new Float64Array(count + 1)
  for (const length of lengths) below[Math.max(1, Math.ceil(length / unit))]! += 1
  for (let n = 1; n <= count; n += 1) below[n]! += below[n - 1]!
  // cost[n]: places of the rows of at most n units, the last bound at n
  let cost = new Float64Array(count + 1).fill(Infinity)
  cost[0] = 0
  let best: ReadonlyArray<number> = []
  let least = Infinity
  const from: Array<Int32Array> = []
  for (let used = 1; used <= Math.min(most, count); used += 1) {
    const next = new Float64Array(count + 1).fill(Infinity)
    const before = new Int32Array(count + 1)
    for (let n = 1; n <= count; n += 1)
      for (let m = 0; m < n; m += 1) {
        const places = cost[m]! + (below[n]! - below[m]!) * n
        if (places < next[n]!) {
          next[n] = places
          before[n] = m
        }
      }
    from.push(before)
    cost = next
    if (cost[count]! >= least) continue
    least = cost[count]!
    const found: Array<number> = []
    for (let n = count, k = used - 1; k >= 0; n = from[k]![n]!, k -= 1) found.unshift(n)
    best = found
  }
  return [...new Set(best.map((n) => Math.min(n * unit, Math.max(limit, longest))))]
}

/** The first bucket that all sides of a row fit in. `bounds` are those of each side, as many of one as of another. */
export const levelOf = (
  lengths: ReadonlyArray<number>,
  bounds: ReadonlyArray<ReadonlyArray<number>>
): number => {
  let level = 0
  for (const [side, length] of lengths.entries())
    while ((bounds[side]?.[level] ?? Infinity) < length) level += 1
  return level
}

/** Bounds of several sides, the last one repeated where a side has fewer. */
export const aligned = (
  bounds: ReadonlyArray<ReadonlyArray<number>>
): ReadonlyArray<ReadonlyArray<number>> => {
  const most = Math.max(...bounds.map(({ length }) => length))
  return bounds.map((own) => Array.from({ length: most }, (_, i) => own[i] ?? own.at(-1) ?? 1))
}
