// Every rule's value on a document, as one row in the order of the score columns. Nothing is decided here.
import type { Profile } from "../Profile.ts"
import { profileFor, type ProfileName, type Tongue } from "../rules/LanguageProfile.ts"
import { hasWords } from "../Script.ts"
import { type C4, C4Measure, fates, withoutCitations } from "./C4.ts"
import { LineMeasure } from "./Lines.ts"
import { Repetition } from "./Repeats.ts"
import { Scan } from "./Scan.ts"
import { at, enter, type Known, rowOf, type ScoreRow } from "./ScoreRow.ts"
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
    row[at.chars] = chars
    row[at.replacements] = profile.replacements
    row[at.letter_ratio] = ratio(profile.letters, chars - profile.spaces)
    row[at.digit_ratio] = ratio(profile.digits, chars - profile.spaces)
    row[at.han_ratio] = ratio(profile.han, profile.letters)
    row[at.line_chars] = profile.longestLine
    row[at.unique_line_ratio] = lines.filled === 0 ? 1 : lines.distinct / lines.filled
    row[at.repetition_duplicate_paragraph_ratio] = ratio(lines.duplicateParagraphs, lines.paragraphs)
    row[at.repetition_duplicate_paragraph_char_ratio] = ratio(lines.duplicateParagraphChars, chars)
    row[at.repetition_duplicate_line_ratio] = ratio(lines.duplicates, lines.whole)
    row[at.repetition_duplicate_line_char_ratio] = ratio(lines.duplicateChars, chars)
    row[at.gopher_bullet_line_ratio] = ratio(lines.bullets, scan.lines)
    row[at.gopher_ellipsis_line_ratio] = ratio(lines.ellipses, scan.lines)
    row[at.fineweb_ended_line_ratio] = ratio(lines.ended, lines.filled)
    row[at.fineweb_short_line_ratio] = ratio(lines.short, lines.filled)
    row[at.fineweb_duplicate_line_char_ratio] = ratio(lines.duplicateFilledChars, chars - (scan.lines - 1))
    if (hasWords(script)) {
      row[at.words] = profile.words
      row[at.mean_word_chars] = ratio(chars - profile.spaces, profile.words)
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
    const { duplicate, top } = this.#repetition.of(scan, name === "default" || name === "en")
    const share = (chars: number | undefined): number => ratio(chars ?? 0, profile.chars)
    const stop = stopWords(text, scan, this.#repetition.firstWords, lang)
    const c4 = this.#c4.of(text, scan, name)
    row[at.gopher_words] = scan.plainWords
    row[at.gopher_hash_ratio] = ratio(scan.numberSigns, scan.words)
    row[at.gopher_ellipsis_ratio] = ratio(scan.ellipses, scan.words)
    row[at.gopher_alpha_word_ratio] = ratio(scan.alphaWords, scan.words)
    row[at.fineweb_newline_word_ratio] = ratio(scan.lines - 1, scan.words)
    row[at.repetition_top_2_gram_char_ratio] = share(top[2])
    row[at.repetition_top_3_gram_char_ratio] = share(top[3])
    row[at.repetition_top_4_gram_char_ratio] = share(top[4])
    row[at.repetition_duplicate_5_gram_char_ratio] = share(duplicate[5])
    row[at.repetition_duplicate_6_gram_char_ratio] = share(duplicate[6])
    row[at.repetition_duplicate_7_gram_char_ratio] = share(duplicate[7])
    row[at.repetition_duplicate_8_gram_char_ratio] = share(duplicate[8])
    row[at.repetition_duplicate_9_gram_char_ratio] = share(duplicate[9])
    row[at.repetition_duplicate_10_gram_char_ratio] = share(duplicate[10])
    enter(row, c4Columns(c4))
    if (name === "en" || name === "default") {
      row[at.gopher_mean_word_chars] = ratio(scan.plainChars, scan.plainWords)
    }
    if (stop !== undefined) row[at.gopher_stop_words] = stop
  }
}
