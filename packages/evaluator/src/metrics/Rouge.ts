// ROUGE-1, -2, -L and -Lsum (Lin, 2004) with the arithmetic of rouge-score 0.1.2 (rouge_score/rouge_scorer.py). That tokenizer drops
// all but a-z and 0-9, so that Chinese text scores 0.0 there whatever it says; here such a measurement abstains instead.
import { Overlap, ngrams } from "./Overlap.ts"
import { type RougeTokenizer, RougeText, type Seen } from "./RougeText.ts"
import { type Segment, check } from "./Segment.ts"
import * as Statistics from "./Statistics.ts"
import { Subsequence } from "./Subsequence.ts"
import { Words } from "./Words.ts"

export const kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const
export type Kind = (typeof kinds)[number]

export interface Options {
  readonly tokenizer: RougeTokenizer
  /** least share of the references' characters that the tokenizer must keep, 0 to 1; 0 never abstains, as the peer */
  readonly minimumCoverage: number
}

export const defaults: Options = { tokenizer: "english", minimumCoverage: 0.5 }

/** 0 to 1 */
export interface Scores {
  readonly precision: number
  readonly recall: number
  readonly f: number
}

/** Share of letters, marks, numbers and symbols that are in words after the tokenizer, 0 to 1; 1 where there are none. */
export interface Coverage {
  readonly output: number
  readonly references: number
}

export type Result =
  | ({ readonly measured: true; readonly coverage: Coverage } & Readonly<Record<Kind, Scores>>)
  | { readonly measured: false; readonly coverage: Coverage; readonly reason: string }

/** Precision and recall of each kind in its place, then characters kept and all, of the output and of the references. */
const width = 3 * kinds.length + 4

interface Text {
  readonly words: Int32Array
  readonly lines: ReadonlyArray<Int32Array>
}

/** ROUGE-Lsum: words of each reference line that are in a line of the output, none counted twice. */
const union = (reference: Text, output: Text, subsequence: Subsequence, words: number): number => {
  const [left, right] = [new Int32Array(words), new Int32Array(words)]
  for (const line of reference.lines) for (const word of line) left[word]!++
  for (const line of output.lines) for (const word of line) right[word]!++
  let hits = 0
  for (const line of reference.lines) {
    const marks = new Uint8Array(line.length)
    for (const other of output.lines) subsequence.mark(line, other, marks)
    for (const [at, word] of line.entries()) {
      if (marks[at] === 0 || left[word] === 0 || right[word] === 0) continue
      hits++
      left[word]!--
      right[word]!--
    }
  }
  return hits
}

const total = (lines: ReadonlyArray<Int32Array>): number => lines.reduce((sum, { length }) => sum + length, 0)

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const f = (precision: number, recall: number): number =>
  precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0

/**
 * Of each segment: precision, recall and F of each kind, of several references that with the highest F; then how much of its
 * text was read. Throws `SegmentsUnusable`.
 */
export const statistics = (
  segments: ReadonlyArray<Segment>,
  options: Options = defaults
): Statistics.Statistics => {
  check(segments)
  const [words, overlap, subsequence] = [new Words(), new Overlap(2), new Subsequence()]
  const tokenizer = new RougeText(options.tokenizer, words)
  const read = (text: string, seen: Seen): Text => {
    const whole = tokenizer.ids(text, seen)
    const lines = text.split("\n").filter((line) => line !== "")
    return { words: whole, lines: lines.length < 2 ? [whole] : lines.map((line) => tokenizer.ids(line)) }
  }
  const compare = (output: Text, reference: Text): ReadonlyArray<readonly [number, number]> => {
    const [written, expected] = [output.words.length, reference.words.length]
    overlap.references([reference.words])
    overlap.output(output.words)
    const [one, two] = [overlap.matches[0]!, overlap.matches[1]!]
    const common = subsequence.length(reference.words, output.words)
    const united = union(reference, output, subsequence, words.size)
    return [
      [share(one, written), share(one, expected)],
      [share(two, ngrams(written, 2)), share(two, ngrams(expected, 2))],
      [share(common, written), share(common, expected)],
      [share(united, total(output.lines)), share(united, total(reference.lines))]
    ]
  }
  return Statistics.make(segments.length, width, (at, row) => {
    words.clear()
    const [outputSeen, referenceSeen] = [
      { all: 0, kept: 0 },
      { all: 0, kept: 0 }
    ]
    const output = read(segments[at]!.output, outputSeen)
    for (const [place, text] of segments[at]!.references.entries()) {
      for (const [kind, [precision, recall]] of compare(output, read(text, referenceSeen)).entries()) {
        const value = f(precision, recall)
        if (place === 0 || value > row[3 * kind + 2]!) row.set([precision, recall, value], 3 * kind)
      }
    }
    row.set([outputSeen.kept, outputSeen.all, referenceSeen.kept, referenceSeen.all], 3 * kinds.length)
  })
}

const covered = (part = 0, whole = 0): number => (whole === 0 ? 1 : part / whole)

/** The mean of `segments` rows that were summed, or the reason why there is none. */
export const score = (sums: Float64Array, segments: number, options: Options = defaults): Result => {
  const [outputKept, outputAll, kept, all] = sums.subarray(3 * kinds.length)
  const coverage = { output: covered(outputKept, outputAll), references: covered(kept, all) }
  if (coverage.references < options.minimumCoverage) {
    const [percent, least] = [100 * coverage.references, 100 * options.minimumCoverage]
    const reason = `the tokenizer "${options.tokenizer}" keeps ${percent.toFixed(1)} % of the references' characters, less than ${least} %`
    return {
      measured: false,
      coverage,
      reason: `${reason}. Take the tokenizer of their language, such as "chinese"`
    }
  }
  const of = (kind: number): Scores => ({
    precision: sums[3 * kind]! / segments,
    recall: sums[3 * kind + 1]! / segments,
    f: sums[3 * kind + 2]! / segments
  })
  return { measured: true, coverage, rouge1: of(0), rouge2: of(1), rougeL: of(2), rougeLsum: of(3) }
}

/** Means over the segments of a corpus. Throws `SegmentsUnusable`. */
export const corpus = (segments: ReadonlyArray<Segment>, options: Options = defaults): Result =>
  score(Statistics.sums(statistics(segments, options)), segments.length, options)

/** The scores of each segment. Throws `SegmentsUnusable`. */
export const sentences = (
  segments: ReadonlyArray<Segment>,
  options: Options = defaults
): ReadonlyArray<Result> => {
  const found = statistics(segments, options)
  return segments.map((_, at) => score(Statistics.row(found, at), 1, options))
}
