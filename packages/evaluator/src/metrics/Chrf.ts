// chrF (Popović, 2015) and chrF++ (Popović, 2017): F-score of character n-grams, with words as well in chrF++. The arithmetic is
// sacreBLEU 2.6's (sacrebleu/metrics/chrf.py): of several references the best counts, n-grams are summed over the corpus.
import { Codes, isSpace } from "./Codes.ts"
import { Overlap, ngrams } from "./Overlap.ts"
import { type Segment, check, referencesOf } from "./Segment.ts"
import * as Statistics from "./Statistics.ts"
import { Words } from "./Words.ts"

export interface Options {
  /** longest n-grams of characters */
  readonly characters: number
  /** longest n-grams of words: 0 is chrF, 2 is chrF++ */
  readonly words: number
  /** how much more recall counts than precision */
  readonly beta: number
  readonly lowercase: boolean
  /** white space is part of n-grams */
  readonly whitespace: boolean
  /** orders that are missing count as 1e-16, as in Moses and NLTK, instead of being left out */
  readonly epsilon: boolean
}

export const defaults: Options = {
  characters: 6,
  words: 0,
  beta: 2,
  lowercase: false,
  whitespace: false,
  epsilon: false
}

/** chrF++ */
export const plusPlus: Options = { ...defaults, words: 2 }

/** The 32 characters of Python's `string.punctuation`. */
const isPunctuation = (code: number): boolean =>
  (code >= 0x21 && code <= 0x2f) ||
  (code >= 0x3a && code <= 0x40) ||
  (code >= 0x5b && code <= 0x60) ||
  (code >= 0x7b && code <= 0x7e)

interface Text {
  readonly characters: Int32Array
  readonly words: Int32Array
}

/** Words between white space; one punctuation character at the end, or else at the start, is a word of its own. */
const wordsOf = ({ length, points }: Codes, words: Words): Int32Array => {
  const ids = new Int32Array(length + 1)
  let [count, at] = [0, 0]
  while (at < length) {
    while (at < length && isSpace(points[at]!)) at++
    const start = at
    while (at < length && !isSpace(points[at]!)) at++
    if (at === start) break
    let cut = at
    if (at - start > 1) {
      if (isPunctuation(points[at - 1]!)) cut = at - 1
      else if (isPunctuation(points[start]!)) cut = start + 1
    }
    ids[count++] = words.id(points, start, cut)
    if (cut < at) ids[count++] = words.id(points, cut, at)
  }
  return ids.subarray(0, count)
}

const reader = (options: Options, words: Words): ((text: string) => Text) => {
  const codes = new Codes()
  return (text) => {
    codes.read(options.lowercase ? text.toLowerCase() : text)
    const characters = new Int32Array(codes.length)
    let count = 0
    for (let at = 0; at < codes.length; at++) {
      const code = codes.points[at]!
      if (options.whitespace || !isSpace(code)) characters[count++] = code
    }
    return {
      characters: characters.subarray(0, count),
      words: options.words > 0 ? wordsOf(codes, words) : new Int32Array(0)
    }
  }
}

/**
 * Of each segment and order, characters first: n-grams of the output, of the best reference, and in both.
 * Throws `SegmentsUnusable`.
 */
export const statistics = (
  segments: ReadonlyArray<Segment>,
  options: Options = defaults
): Statistics.Statistics => {
  check(segments)
  const words = new Words()
  const read = reader(options, words)
  const [ofCharacters, ofWords] = [new Overlap(options.characters), new Overlap(options.words)]
  const width = 3 * (options.characters + options.words)
  const candidate = new Float64Array(width)
  const compare = (overlap: Overlap, output: Int32Array, reference: Int32Array, from: number) => {
    overlap.references([reference])
    overlap.output(output)
    for (let n = 1; n <= overlap.orders; n++) {
      const at = from + 3 * (n - 1)
      const expected = ngrams(reference.length, n)
      // an order that the reference is too short for says nothing about the output
      candidate[at] = expected > 0 ? ngrams(output.length, n) : 0
      candidate[at + 1] = expected
      candidate[at + 2] = overlap.matches[n - 1]!
    }
  }
  return Statistics.make(segments.length, width, (at, row) => {
    words.clear()
    const output = read(segments[at]!.output)
    let best = -1
    for (const text of segments[at]!.references) {
      const reference = read(text)
      compare(ofCharacters, output.characters, reference.characters, 0)
      compare(ofWords, output.words, reference.words, 3 * options.characters)
      const value = score(candidate, options)
      if (value > best) {
        best = value
        row.set(candidate)
      }
    }
  })
}

/** The score of summed statistics, 0 to 100. */
export const score = (sums: Float64Array, options: Options = defaults): number => {
  const orders = options.characters + options.words
  const factor = options.beta ** 2
  let [precisions, recalls, counted, smoothed] = [0, 0, 0, 0]
  for (let i = 0; i < orders; i++) {
    const [output, reference, matches] = [sums[3 * i]!, sums[3 * i + 1]!, sums[3 * i + 2]!]
    const precision = output > 0 ? matches / output : 1e-16
    const recall = reference > 0 ? matches / reference : 1e-16
    const denominator = factor * precision + recall
    smoothed += denominator > 0 ? ((1 + factor) * precision * recall) / denominator : 1e-16
    if (output > 0 && reference > 0) {
      precisions += precision
      recalls += recall
      counted++
    }
  }
  if (options.epsilon) return (100 * smoothed) / orders
  if (counted === 0) return 0
  const [precision, recall] = [precisions / counted, recalls / counted]
  if (precision + recall === 0) return 0
  return 100 * (((1 + factor) * precision * recall) / (factor * precision + recall))
}

/** chrF of a corpus, 0 to 100. Throws `SegmentsUnusable`. */
export const corpus = (segments: ReadonlyArray<Segment>, options: Options = defaults): number =>
  score(Statistics.sums(statistics(segments, options)), options)

/** chrF of each segment by itself. Throws `SegmentsUnusable`. */
export const sentences = (segments: ReadonlyArray<Segment>, options: Options = defaults): Float64Array =>
  Statistics.each(statistics(segments, options), (row) => score(row, options))

/** sacreBLEU's signature of the same settings, such as `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0`. */
export const signature = (segments: ReadonlyArray<Segment>, options: Options = defaults): string =>
  [
    `nrefs:${referencesOf(segments)}`,
    `case:${options.lowercase ? "lc" : "mixed"}`,
    `eff:${options.epsilon ? "no" : "yes"}`,
    `nc:${options.characters}`,
    `nw:${options.words}`,
    `space:${options.whitespace ? "yes" : "no"}`,
    "version:2.6.0"
  ].join("|")
