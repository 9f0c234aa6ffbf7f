// How far two series of numbers rise and fall together, -1 to 1.

/** Pearson's r. NaN where there are fewer than two pairs or a side is constant: nothing is known then. */
export const pearson = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers beside ${b.length}`)
  const n = a.length
  let [meanA, meanB] = [0, 0]
  for (let i = 0; i < n; i++) {
    meanA += a[i]!
    meanB += b[i]!
  }
  meanA /= n
  meanB /= n
  let [together, squareA, squareB] = [0, 0, 0]
  let [constantA, constantB] = [true, true]
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB]
    together += x * y
    squareA += x * x
    squareB += y * y
    constantA &&= a[i] === a[0]
    constantB &&= b[i] === b[0]
  }
  if (constantA || constantB) return NaN
  return Math.max(-1, Math.min(1, together / Math.sqrt(squareA) / Math.sqrt(squareB)))
}

/** Ranks from 1; equal values share the mean of their ranks. */
export const ranks = (values: ArrayLike<number>): Float64Array => {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).toSorted(
    (i, j) => values[i]! - values[j]!
  )
  const found = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    // the mean of ranks from + 1 to `to`
    for (let at = from; at < to; at++) found[order[at]!] = (from + 1 + to) / 2
    from = to
  }
  return found
}

/** Spearman's rho: Pearson's r of ranks, so that ties are shared. NaN as there. */
export const spearman = (a: ArrayLike<number>, b: ArrayLike<number>): number => pearson(ranks(a), ranks(b))
