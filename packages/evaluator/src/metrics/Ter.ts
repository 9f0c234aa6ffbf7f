// Translation edit rate (Snover et al., 2006): insertions, deletions, substitutions and shifts of words for each word of the
// reference, as sacreBLEU 2.6 counts them (sacrebleu/metrics/ter.py). Lower is better; above 100 is possible.
import { Codes } from "./Codes.ts"
import { type Segment, check, referencesOf } from "./Segment.ts"
import { edits } from "./Shifts.ts"
import * as Statistics from "./Statistics.ts"
import { type Normalisation, normalize } from "./TercomText.ts"
import { Words } from "./Words.ts"

export type Options = Normalisation

/** sacreBLEU's. For Chinese take `normalized` and `asian`, or a whole sentence is one word. */
export const defaults: Options = {
  normalized: false,
  withoutPunctuation: false,
  asian: false,
  caseSensitive: false
}

/** Of each segment: edits to the nearest reference, and mean words of its references. Throws `SegmentsUnusable`. */
export const statistics = (
  segments: ReadonlyArray<Segment>,
  options: Options = defaults
): Statistics.Statistics => {
  check(segments)
  const [words, codes] = [new Words(), new Codes()]
  const read = (text: string): Int32Array => {
    codes.read(text)
    return words.split(codes)
  }
  // sacreBLEU normalises references twice (`_cache_references` and `_extract_reference_info`): "Parkinson's," becomes two words
  // only the second time, when a space follows
  const twice = (text: string): string => normalize(normalize(text, options), options)
  return Statistics.make(segments.length, 2, (at, row) => {
    words.clear()
    const output = read(normalize(segments[at]!.output, options))
    const references = segments[at]!.references.map((text) =>
      read(options.normalized ? twice(text) : normalize(text, options))
    )
    row[0] = Math.min(...references.map((reference) => edits(output, reference)))
    row[1] = references.reduce((sum, { length }) => sum + length, 0) / references.length
  })
}

/** The rate of summed statistics, in percent: 100 where there are edits but no reference words, 0 where there is neither. */
export const score = (sums: Float64Array): number => {
  const [edited, length] = [sums[0]!, sums[1]!]
  return 100 * (length > 0 ? edited / length : edited > 0 ? 1 : 0)
}

/** TER of a corpus, in percent. Throws `SegmentsUnusable`. */
export const corpus = (segments: ReadonlyArray<Segment>, options: Options = defaults): number =>
  score(Statistics.sums(statistics(segments, options)))

/** TER of each segment by itself. Throws `SegmentsUnusable`. */
export const sentences = (segments: ReadonlyArray<Segment>, options: Options = defaults): Float64Array =>
  Statistics.each(statistics(segments, options), score)

/** sacreBLEU's signature of the same settings, such as `nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0`. */
export const signature = (segments: ReadonlyArray<Segment>, options: Options = defaults): string =>
  [
    `nrefs:${referencesOf(segments)}`,
    `case:${options.caseSensitive ? "mixed" : "lc"}`,
    "tok:tercom",
    `norm:${options.normalized ? "yes" : "no"}`,
    `punct:${options.withoutPunctuation ? "no" : "yes"}`,
    `asian:${options.asian ? "yes" : "no"}`,
    "version:2.6.0"
  ].join("|")
