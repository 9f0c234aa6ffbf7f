// Every rule's value on a document, as one row in the order of the score columns. Nothing is decided here.
import { type ScoreColumn, scoreColumns } from "@inkstone/artifact"
import type { Profile } from "../Profile.ts"
import { profileFor, type ProfileName, type Tongue } from "../rules/LanguageProfile.ts"
import { hasWords } from "../Script.ts"
import { type C4, C4Measure, fates, withoutCitations } from "./C4.ts"
import { LineMeasure } from "./Lines.ts"
import { Repetition } from "./Repeats.ts"
import { Scan } from "./Scan.ts"
import { stopWords } from "./StopWords.ts"

/** A document as the rules see it: its clean text and what is known about it. */
export interface Measured {
  readonly text: string
  readonly profile: Profile
  readonly lang: string
  readonly script: string
  /** values that were found out before, such as what personal data there was */
  readonly known: Known
}
type Known = { readonly [Column in ScoreColumn]?: number | undefined }

/** A document's scores, in the order of `scoreColumns`. */
export type ScoreRow = Float32Array

const places = new Map(scoreColumns.map((column, place) => [column, place]))
/** Where a column's value stands in a row. */
export const placeOf = (column: ScoreColumn): number => places.get(column) ?? -1

/** A row that says nothing but these. */
export const rowOf = (known: Known): ScoreRow => {
  const row = new Float32Array(scoreColumns.length).fill(Number.NaN)
  enter(row, known)
  return row
}

const enter = (row: ScoreRow, values: Known): void => {
  for (const column of scoreColumns) {
    const value = values[column]
    if (value !== undefined) row[placeOf(column)] = value
  }
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const staying: ReadonlySet<number> = new Set([fates.kept, fates.lorem, fates.bracket])
const c4Columns = (c4: C4): Known => ({
  c4_sentences: c4.sentences,
  c4_long_word_lines: c4.lines[fates.longWord],
  c4_unended_lines: c4.lines[fates.unended],
  c4_short_lines: c4.lines[fates.short],
  c4_javascript_lines: c4.lines[fates.javascript],
  c4_policy_lines: c4.lines[fates.policy],
  c4_lorem_ipsum: c4.lines[fates.lorem],
  c4_curly_brackets: c4.lines[fates.bracket]
})

/** Holds the arrays that one document after the other is measured in. */
export class Measure {
  readonly #scan = new Scan()
  readonly #repetition = new Repetition()
  readonly #lines = new LineMeasure()
  readonly #c4 = new C4Measure()

  /** Scans a text; `languageIn` and `row` work on the last one. */
  read(text: string): Scan {
    this.#scan.read(text)
    return this.#scan
  }

  /** Scans and measures. */
  of(document: Measured): ScoreRow {
    this.read(document.text)
    return this.row(document)
  }

  /** Measures the text that was scanned last. */
  row(document: Measured): ScoreRow {
    const { known, lang, profile, script } = document
    const scan = this.#scan
    const row = rowOf({})
    const name = profileFor({ lang, script })
    const worded = name === "zh" || name === "ja" || hasWords(script)
    const lines = this.#lines.of(scan, name)
    const { chars } = profile
    enter(row, {
      chars,
      replacements: profile.replacements,
      letter_ratio: ratio(profile.letters, chars - profile.spaces),
      digit_ratio: ratio(profile.digits, chars - profile.spaces),
      han_ratio: ratio(profile.han, profile.letters),
      line_chars: profile.longestLine,
      unique_line_ratio: lines.filled === 0 ? 1 : lines.distinct / lines.filled,
      repetition_duplicate_paragraph_ratio: ratio(lines.duplicateParagraphs, lines.paragraphs),
      repetition_duplicate_paragraph_char_ratio: ratio(lines.duplicateParagraphChars, chars),
      repetition_duplicate_line_ratio: ratio(lines.duplicates, lines.whole),
      repetition_duplicate_line_char_ratio: ratio(lines.duplicateChars, chars),
      gopher_bullet_line_ratio: ratio(lines.bullets, scan.lines),
      gopher_ellipsis_line_ratio: ratio(lines.ellipses, scan.lines),
      fineweb_ended_line_ratio: ratio(lines.ended, lines.filled),
      fineweb_short_line_ratio: ratio(lines.short, lines.filled),
      fineweb_duplicate_line_char_ratio: ratio(lines.duplicateFilledChars, chars - (scan.lines - 1))
    })
    if (hasWords(script)) {
      enter(row, { words: profile.words, mean_word_chars: ratio(chars - profile.spaces, profile.words) })
    }
    if (worded) this.#words(row, document, name)
    enter(row, known)
    return row
  }

  /**
   * The text that was scanned last without the lines that C4 takes out, and without citations; a line that speaks against the whole
   * document stays. `columns` are the scores of C4 before. Says nothing about scripts without spaces, but for Han characters and kana.
   */
  withoutC4Lines(
    text: string,
    tongue: Tongue
  ): { readonly text: string; readonly removed: number; readonly columns: Known } {
    const name = profileFor(tongue)
    if (name === "default" && !hasWords(tongue.script)) return { text, removed: 0, columns: {} }
    const scan = this.#scan
    const c4 = this.#c4.of(text, scan, name)
    const kept: Array<string> = []
    for (let line = 0; line < scan.lines; line++) {
      if (!staying.has(c4.fateOf[line]!)) continue
      kept.push(withoutCitations(text.slice(scan.contentStarts[line], scan.contentEnds[line])))
    }
    return { text: kept.join("\n").trim(), removed: scan.lines - kept.length, columns: c4Columns(c4) }
  }

  /** What asks for words: none of it says anything about scripts without spaces, but for Han characters and kana. */
  #words(row: ScoreRow, { lang, profile, text }: Measured, name: ProfileName): void {
    const scan = this.#scan
    const { duplicate, top } = this.#repetition.of(scan)
    const share = (chars: number | undefined): number => ratio(chars ?? 0, profile.chars)
    const stop = stopWords(text, scan, this.#repetition.firstWords, lang)
    const c4 = this.#c4.of(text, scan, name)
    enter(row, {
      gopher_words: scan.plainWords,
      gopher_hash_ratio: ratio(scan.numberSigns, scan.words),
      gopher_ellipsis_ratio: ratio(scan.ellipses, scan.words),
      gopher_alpha_word_ratio: ratio(scan.alphaWords, scan.words),
      fineweb_newline_word_ratio: ratio(scan.lines - 1, scan.words),
      repetition_top_2_gram_char_ratio: share(top[2]),
      repetition_top_3_gram_char_ratio: share(top[3]),
      repetition_top_4_gram_char_ratio: share(top[4]),
      repetition_duplicate_5_gram_char_ratio: share(duplicate[5]),
      repetition_duplicate_6_gram_char_ratio: share(duplicate[6]),
      repetition_duplicate_7_gram_char_ratio: share(duplicate[7]),
      repetition_duplicate_8_gram_char_ratio: share(duplicate[8]),
      repetition_duplicate_9_gram_char_ratio: share(duplicate[9]),
      repetition_duplicate_10_gram_char_ratio: share(duplicate[10]),
      ...c4Columns(c4)
    })
    if (name === "en" || name === "default") {
      enter(row, { gopher_mean_word_chars: ratio(scan.plainChars, scan.plainWords) })
    }
    if (stop !== undefined) enter(row, { gopher_stop_words: stop })
  }
}
