// What each cleaning rule measured on each document, kept and dropped ones alike: cuts are a later step. One row a document,
// one column a rule, so that a question about one threshold reads one column.
import { Schema, Struct } from "effect"
import { bool, float32, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

/** Named `<group>_<what>`; what each says and in which unit is in the table of rules of `@inkstone/ingest`. */
const measures = {
  chars: float32,
  replacements: float32,
  control_ratio: float32,
  letter_ratio: float32,
  digit_ratio: float32,
  han_ratio: float32,
  line_chars: float32,
  unique_line_ratio: float32,
  words: float32,
  mean_word_chars: float32,
  language_confidence: float32,
  language_line_share: float32,
  perplexity: float32,
  gopher_words: float32,
  gopher_mean_word_chars: float32,
  gopher_hash_ratio: float32,
  gopher_ellipsis_ratio: float32,
  gopher_bullet_line_ratio: float32,
  gopher_ellipsis_line_ratio: float32,
  gopher_alpha_word_ratio: float32,
  gopher_stop_words: float32,
  repetition_duplicate_paragraph_ratio: float32,
  repetition_duplicate_paragraph_char_ratio: float32,
  repetition_duplicate_line_ratio: float32,
  repetition_duplicate_line_char_ratio: float32,
  repetition_top_2_gram_char_ratio: float32,
  repetition_top_3_gram_char_ratio: float32,
  repetition_top_4_gram_char_ratio: float32,
  repetition_duplicate_5_gram_char_ratio: float32,
  repetition_duplicate_6_gram_char_ratio: float32,
  repetition_duplicate_7_gram_char_ratio: float32,
  repetition_duplicate_8_gram_char_ratio: float32,
  repetition_duplicate_9_gram_char_ratio: float32,
  repetition_duplicate_10_gram_char_ratio: float32,
  c4_sentences: float32,
  c4_long_word_lines: float32,
  c4_unended_lines: float32,
  c4_short_lines: float32,
  c4_javascript_lines: float32,
  c4_policy_lines: float32,
  c4_lorem_ipsum: float32,
  c4_curly_brackets: float32,
  fineweb_ended_line_ratio: float32,
  fineweb_short_line_ratio: float32,
  fineweb_duplicate_line_char_ratio: float32,
  fineweb_newline_word_ratio: float32,
  blocklist_matches: float32,
  personal_items: float32,
  personal_mails: float32,
  personal_ips: float32,
  personal_phones: float32,
  personal_cn_mobiles: float32,
  personal_cn_ids: float32,
  personal_cn_plates: float32,
  personal_bank_cards: float32
}
export type ScoreColumn = keyof typeof measures
export const scoreColumns: ReadonlyArray<ScoreColumn> = Struct.keys(measures)

/** What version 1 called the rules that it had. */
const renamed: Readonly<Record<string, ScoreColumn>> = {
  chars: "chars",
  replacements: "replacements",
  controlRatio: "control_ratio",
  letterRatio: "letter_ratio",
  digitRatio: "digit_ratio",
  hanRatio: "han_ratio",
  lineChars: "line_chars",
  uniqueLineRatio: "unique_line_ratio",
  words: "words",
  meanWordChars: "mean_word_chars"
}

/** Version 1 had a row for each rule of each document. It did not say which were kept: here all count as kept. */
const fromRows: Kind.Upgrader = ({ tables }) => {
  const { id, rule, value } = tables["scores"] ?? {}
  if (!Array.isArray(id) || !Array.isArray(rule) || !(value instanceof Float64Array)) {
    throw new Error("its rows are not id, rule and value")
  }
  const places = new Map<unknown, number>()
  for (const one of id) if (!places.has(one)) places.set(one, places.size)
  const ids = [...places.keys()]
  const columns: Readonly<Record<string, Float32Array>> = Object.fromEntries(
    scoreColumns.map((column) => [column, new Float32Array(ids.length).fill(Number.NaN)])
  )
  const bytes = new Uint32Array(ids.length)
  for (const [i, one] of value.entries()) {
    const place = places.get(id[i]) ?? 0
    const column = columns[renamed[String(rule[i])] ?? ""]
    if (column !== undefined) column[place] = one
    else if (rule[i] === "bytes") bytes[place] = one
  }
  const none = ids.map(() => "")
  const known = {
    id: ids,
    source: none,
    lang: none,
    script: none,
    bytes,
    kept: ids.map(() => true),
    rule: none
  }
  return {
    attributes: { documents: ids.length, kept: ids.length, cuts: "" },
    tables: { scores: { ...known, ...columns } }
  }
}

export const Scores = Kind.define({
  name: "scores",
  version: 2,
  tables: {
    scores: {
      id: utf8,
      source: utf8,
      /** ISO 639-1, or `und` */
      lang: utf8,
      /** ISO 15924 */
      script: utf8,
      /** of the clean text, in UTF-8 */
      bytes: uint32,
      kept: bool,
      /** what cut it, as the ledger names it; "" where it was kept */
      rule: utf8,
      /** NaN: the rule says nothing about such a text, or was not asked */
      ...measures
    }
  },
  attributes: Schema.Struct({
    documents: Schema.Int,
    kept: Schema.Int,
    /** the cuts in force, as canonical JSON of the config; "" if unknown */
    cuts: Schema.String
  }),
  upgraders: { 1: fromRows }
})
