// BLEU (Papineni et al., 2002) with the arithmetic of sacreBLEU 2.6 (Post, 2018; sacrebleu/metrics/bleu.py): counts of a corpus
// are summed over segments before precisions are taken, the reference closest in length counts for the brevity penalty.
import { Overlap, ngrams } from "./Overlap.ts"
import { type Segment, check, referencesOf } from "./Segment.ts"
import * as Statistics from "./Statistics.ts"
import { Tokenizer, type TokenizerName } from "./Tokenizers.ts"
import { Words } from "./Words.ts"

/** What happens where an order has no match; Chen & Cherry (2014), methods 1, 2 and 3. */
export type Smoothing = "none" | "floor" | "add-k" | "exp"

export interface Options {
  readonly tokenizer: TokenizerName
  readonly lowercase: boolean
  readonly smoothing: Smoothing
  /** of `floor` (0.1 without it) and `add-k` (1) */
  readonly smoothValue?: number
  /** longest n-grams, 4 everywhere but in experiments */
  readonly orders: number
  /** leaves out orders that the output is too short for: for single sentences */
  readonly effectiveOrder: boolean
}

/** sacreBLEU's. For Chinese take the tokenizer `zh`. */
export const defaults: Options = {
  tokenizer: "13a",
  lowercase: false,
  smoothing: "exp",
  orders: 4,
  effectiveOrder: false
}

export interface Score {
  /** 0 to 100 */
  readonly score: number
  /** of each order, 0 to 100, smoothed */
  readonly precisions: ReadonlyArray<number>
  readonly brevityPenalty: number
  /** words */
  readonly outputLength: number
  readonly referenceLength: number
}

const smoothValues = { none: undefined, floor: 0.1, "add-k": 1, exp: undefined } as const

/** The length nearest to the output's, of two equally near ones the smaller. */
const closest = (length: number, references: ReadonlyArray<Int32Array>): number => {
  let best = references[0]!.length
  for (const { length: other } of references) {
    const [near, nearest] = [Math.abs(length - other), Math.abs(length - best)]
    if (near < nearest || (near === nearest && other < best)) best = other
  }
  return best
}

/**
 * Of each segment: words of the output, words of the closest reference, matches of each order, n-grams of each order.
 * Throws `SegmentsUnusable`.
 */
export const statistics = (
  segments: ReadonlyArray<Segment>,
  options: Options = defaults
): Statistics.Statistics => {
  check(segments)
  const { lowercase, orders } = options
  const [tokenizer, words, overlap] = [new Tokenizer(options.tokenizer), new Words(), new Overlap(orders)]
  const read = (text: string) => tokenizer.ids(lowercase ? text.toLowerCase() : text, words)
  return Statistics.make(segments.length, 2 + 2 * orders, (at, row) => {
    words.clear()
    const references = segments[at]!.references.map(read)
    overlap.references(references)
    const output = read(segments[at]!.output)
    overlap.output(output)
    row[0] = output.length
    row[1] = closest(output.length, references)
    row.set(overlap.matches, 2)
    for (let n = 1; n <= orders; n++) row[1 + orders + n] = ngrams(output.length, n)
  })
}

/** The score of summed statistics: of a corpus, of one segment's row, or of a resample. */
export const score = (sums: Float64Array, options: Options = defaults): Score => {
  const { effectiveOrder, orders, smoothing } = options
  const value = options.smoothValue ?? smoothValues[smoothing] ?? 0
  const [outputLength, referenceLength] = [sums[0]!, sums[1]!]
  const short = outputLength < referenceLength
  const brevityPenalty = !short ? 1 : outputLength > 0 ? Math.exp(1 - referenceLength / outputLength) : 0
  const precisions = Array.from({ length: orders }, () => 0)
  const lengths = { brevityPenalty, outputLength, referenceLength }
  if (sums.subarray(2, 2 + orders).every((matches) => matches === 0))
    return { score: 0, precisions, ...lengths }

  let halving = 1
  let order = orders
  for (let n = 0; n < orders; n++) {
    const added = smoothing === "add-k" && n > 0 ? value : 0
    const [matches, total] = [sums[2 + n]! + added, sums[2 + orders + n]! + added]
    if (total === 0) break
    if (effectiveOrder) order = n + 1
    if (matches > 0) precisions[n] = (100 * matches) / total
    else if (smoothing === "exp") {
      halving *= 2
      precisions[n] = 100 / (halving * total)
    } else if (smoothing === "floor") precisions[n] = (100 * value) / total
  }
  // an order without a match and without smoothing makes the whole 0
  const logs = precisions.slice(0, order).map((p) => (p === 0 ? -9_999_999_999 : Math.log(p)))
  return {
    score: brevityPenalty * Math.exp(logs.reduce((sum, log) => sum + log, 0) / order),
    precisions,
    ...lengths
  }
}

/** BLEU of a corpus. Throws `SegmentsUnusable`. */
export const corpus = (segments: ReadonlyArray<Segment>, options: Options = defaults): Score =>
  score(Statistics.sums(statistics(segments, options)), options)

/** BLEU of each segment by itself, 0 to 100; take `effectiveOrder`. Throws `SegmentsUnusable`. */
export const sentences = (
  segments: ReadonlyArray<Segment>,
  options: Options = { ...defaults, effectiveOrder: true }
): Float64Array => Statistics.each(statistics(segments, options), (row) => score(row, options).score)

/** sacreBLEU's signature of the same settings, such as `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0`. */
export const signature = (segments: ReadonlyArray<Segment>, options: Options = defaults): string => {
  const value = options.smoothValue ?? smoothValues[options.smoothing]
  // methods without a value of their own are named without one
  const valued = smoothValues[options.smoothing] === undefined || value === undefined
  return [
    `nrefs:${referencesOf(segments)}`,
    `case:${options.lowercase ? "lc" : "mixed"}`,
    `eff:${options.effectiveOrder ? "yes" : "no"}`,
    `tok:${options.tokenizer}`,
    `smooth:${options.smoothing}${valued ? "" : `[${value.toFixed(2)}]`}`,
    "version:2.6.0"
  ].join("|")
}
