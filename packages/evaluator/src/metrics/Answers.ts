// Exact match and token F1 of short answers, with the normalisation of SQuAD (Rajpurkar et al., 2016; evaluate-v2.0.py), and beside
// it one for Chinese. Of several references the best counts.
import { words } from "./Codes.ts"
import { type Segment, check } from "./Segment.ts"
import * as Statistics from "./Statistics.ts"

/** `chinese`: each Han character is a token (as in CMRC 2018, Cui et al., 2019), and punctuation of all scripts is dropped. */
export type AnswerLanguage = "english" | "chinese"

export interface Score {
  /** share of answers equal to a reference, 0 to 1 */
  readonly exactMatch: number
  /** mean F1 of tokens, 0 to 1 */
  readonly f1: number
}

// \b and \w of Python know all letters; those of JavaScript only English ones
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu

const english = (text: string): ReadonlyArray<string> =>
  words(
    text
      .toLowerCase()
      .replaceAll(/[!-/:-@[-`{-~]/g, "")
      .replaceAll(articles, " ")
  )

const chinese = (text: string): ReadonlyArray<string> =>
  words(
    text
      .normalize("NFKC")
      .toLowerCase()
      .replaceAll(/[\p{P}\p{S}]/gu, "")
      .replaceAll(/\p{Script=Han}/gu, " $& ")
  )

/** The tokens that are compared, such as `["quick", "fox"]` of "The quick fox!". */
export const tokens = (text: string, language: AnswerLanguage = "english"): ReadonlyArray<string> =>
  language === "english" ? english(text) : chinese(text)

/** F1 of two bags of tokens; where one is empty, 1 if both are. */
const f1 = (output: ReadonlyArray<string>, reference: ReadonlyArray<string>): number => {
  if (output.length === 0 || reference.length === 0) return output.length === reference.length ? 1 : 0
  const left = new Map<string, number>()
  for (const token of reference) left.set(token, (left.get(token) ?? 0) + 1)
  let common = 0
  for (const token of output) {
    const count = left.get(token) ?? 0
    if (count === 0) continue
    common++
    left.set(token, count - 1)
  }
  if (common === 0) return 0
  const [precision, recall] = [common / output.length, common / reference.length]
  return (2 * precision * recall) / (precision + recall)
}

/** Of each segment: exact match and F1. Throws `SegmentsUnusable`. */
export const statistics = (
  segments: ReadonlyArray<Segment>,
  language: AnswerLanguage = "english"
): Statistics.Statistics => {
  check(segments)
  return Statistics.make(segments.length, 2, (at, row) => {
    const output = tokens(segments[at]!.output, language)
    for (const text of segments[at]!.references) {
      const reference = tokens(text, language)
      const same = output.length === reference.length && output.every((token, i) => token === reference[i])
      row[0] = Math.max(row[0]!, same ? 1 : 0)
      row[1] = Math.max(row[1]!, f1(output, reference))
    }
  })
}

/** Means over a corpus of answers. Throws `SegmentsUnusable`. */
export const corpus = (segments: ReadonlyArray<Segment>, language: AnswerLanguage = "english"): Score => {
  const [exact = 0, shared = 0] = Statistics.sums(statistics(segments, language))
  return { exactMatch: exact / segments.length, f1: shared / segments.length }
}
