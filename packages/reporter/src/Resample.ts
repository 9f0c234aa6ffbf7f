// Paired bootstrap over documents: the same resampled documents for both models, so that what makes a speech hard for
// both does not blur their difference (Koehn 2004, https://aclanthology.org/W04-3250).

/** Total nats and bytes per document, in one order for all models. */
export interface Paired {
  readonly nats: Float64Array
  readonly bytes: Float64Array
}

export interface Difference {
  /** bits per byte of the first minus those of the second: negative means that the first is better */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** two-sided; never below 1 / (resamples + 1) */
  readonly p: number
}

/** Bits per byte over all documents. */
export const bitsPerByte = ({ nats, bytes }: Paired): number =>
  nats.reduce((sum, n) => sum + n, 0) / bytes.reduce((sum, n) => sum + n, 0) / Math.LN2

/** The finaliser of MurmurHash3 over a counter: draw `i` of seed `s` is the same on every machine. */
const draw = (seed: number, counter: number): number => {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(counter + 1, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * Compares two models on the same documents.
 *
 * @param options.resamples how many times the documents are drawn anew (2,000)
 * @param options.confidence of the interval (0.95)
 */
export const compare = (
  a: Paired,
  b: Paired,
  options: { readonly seed: number; readonly resamples: number; readonly confidence: number }
): Difference => {
  const n = a.nats.length
  const { confidence, resamples, seed } = options
  const differences = new Float64Array(resamples)
  let notBelow = 0
  let notAbove = 0
  for (let r = 0; r < resamples; r++) {
    let natsA = 0
    let natsB = 0
    let bytes = 0
    for (let i = 0; i < n; i++) {
      const d = draw(seed, r * n + i) % n
      natsA += a.nats[d]!
      natsB += b.nats[d]!
      bytes += a.bytes[d]!
    }
    const difference = (natsA - natsB) / bytes / Math.LN2
    differences[r] = difference
    if (difference >= 0) notBelow += 1
    if (difference <= 0) notAbove += 1
  }
  differences.sort()
  const tail = (1 - confidence) / 2
  const at = (q: number) =>
    differences[Math.min(resamples - 1, Math.max(0, Math.round(q * (resamples - 1))))]!
  return {
    difference: bitsPerByte(a) - bitsPerByte(b),
    low: at(tail),
    high: at(1 - tail),
    p: Math.min(1, (2 * (Math.min(notBelow, notAbove) + 1)) / (resamples + 1))
  }
}

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
