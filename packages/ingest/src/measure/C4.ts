// Lines as C4 judges them, one reason a line, in the order of datatrove's C4QualityFilter (c4_filters.py).
import type { ProfileName } from "../rules/LanguageProfile.ts"
import { endsInEllipsis } from "./Lines.ts"
import { marks, markTable } from "./Marks.ts"
import type { Scan } from "./Scan.ts"

/** What becomes of a line. `bracket` and `lorem` are reasons against the whole document. */
export const fates = {
  kept: 0,
  longWord: 1,
  unended: 2,
  short: 3,
  lorem: 4,
  javascript: 5,
  bracket: 6,
  policy: 7
} as const

export interface C4 {
  /** lines by fate */
  readonly lines: Int32Array
  /** in the lines that are kept */
  readonly sentences: number
  /** one of `fates` a line */
  readonly fateOf: Uint8Array
}

const maxWordChars = 1000
/** Least words of a line, or Han characters. */
const leastWords: Readonly<Record<ProfileName, number>> = { default: 3, en: 3, zh: 5, ja: 5 }
const policies = "terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"
const chinesePolicies = "使用条款|使用條款|隐私政策|隱私政策|隐私权政策|隱私權政策|cookie政策"
/** One search over the whole text tells which lines are worth a look. */
const suspicious = new RegExp(`lorem ipsum|javascript|\\{|${policies}|${chinesePolicies}`, "giu")
const policy = new RegExp(`${policies}|${chinesePolicies}`, "u")
const citation = /\[\d*\]|\[edit\]|\[citation needed\]/gu

export class C4Measure {
  #fates = new Uint8Array(256)
  readonly #lines = new Int32Array(8)

  of(text: string, scan: Scan, profile: ProfileName): C4 {
    if (scan.lines > this.#fates.length) this.#fates = new Uint8Array(2 * scan.lines)
    const fateOf = this.#fates
    fateOf.fill(fates.kept, 0, scan.lines)
    this.#ends(text, scan, profile)
    this.#words(text, scan)
    const lines = this.#lines.fill(0)
    let sentences = 0
    for (let line = 0; line < scan.lines; line++) {
      const fate = fateOf[line]!
      lines[fate] = lines[fate]! + 1
      if (fate === fates.kept) sentences += scan.lineSentences[line]!
    }
    return { lines, sentences, fateOf }
  }

  #ends(text: string, scan: Scan, profile: ProfileName): void {
    const { contentEnds, contentStarts, linePieces, lineWords, units } = scan
    const words = profile === "zh" || profile === "ja" ? lineWords : linePieces
    for (let line = 0; line < scan.lines; line++) {
      const start = contentStarts[line]!
      let end = contentEnds[line]!
      if (scan.lineLongest[line]! > maxWordChars && hasLongWord(text.slice(start, end), profile)) {
        this.#fates[line] = fates.longWord
        continue
      }
      if (units[end - 1] === 0x5d && text.slice(start, end).includes("[")) {
        // a citation behind the full stop is taken off before the line's end is looked at
        const bare = withoutCitations(text.slice(start, end))
        if (!endsWell(bare, profile)) this.#fates[line] = fates.unended
        else if (words[line]! < leastWords[profile]) this.#fates[line] = fates.short
        continue
      }
      if (start === end || !endsLine(units, { start, end }, profile)) this.#fates[line] = fates.unended
      else if (words[line]! < leastWords[profile]) this.#fates[line] = fates.short
    }
  }

  /** Looks for words and brackets that lines are removed for, in those that were not removed already. */
  #words(text: string, scan: Scan): void {
    let line = 0
    suspicious.lastIndex = 0
    for (let found = suspicious.exec(text); found !== null; found = suspicious.exec(text)) {
      while (scan.lineEnds[line]! < found.index) line++
      if (this.#fates[line] === fates.kept)
        this.#fates[line] = fateOfWords(text.slice(scan.lineStarts[line], scan.lineEnds[line]))
      suspicious.lastIndex = scan.lineEnds[line]!
    }
  }
}

/** References as encyclopedias have them: [3], [edit], [citation needed]. */
export const withoutCitations = (line: string): string =>
  line.includes("[") ? line.replace(citation, "") : line

const fateOfWords = (line: string): number => {
  const lower = withoutCitations(line).toLowerCase()
  if (lower.includes("lorem ipsum")) return fates.lorem
  if (lower.includes("javascript")) return fates.javascript
  if (lower.includes("{")) return fates.bracket
  return policy.test(lower) ? fates.policy : fates.kept
}

/** Text without spaces has no words to be too long. */
const hasLongWord = (line: string, profile: ProfileName): boolean =>
  profile !== "zh" &&
  profile !== "ja" &&
  line.split(/\s+/u).some((word) => Array.from(word).length > maxWordChars)

/** `.`, `?`, `!`, `"` or `'`, but no ellipsis; in Chinese and Japanese also 。！？…」 and the like. */
const endsLine = (
  units: Uint16Array,
  { start, end }: { readonly start: number; readonly end: number },
  profile: ProfileName
): boolean => {
  const last = units[end - 1]!
  if (last === 0x2e) return !endsInEllipsis(units, start, end)
  if (last === 0x3f || last === 0x21 || last === 0x22 || last === 0x27) return true
  if (profile !== "zh" && profile !== "ja") return false
  return (markTable()[last]! & (marks.wide | marks.closer | marks.terminal)) !== 0
}
const endsWell = (line: string, profile: ProfileName): boolean => {
  const units = Uint16Array.from(line, (_, i) => line.charCodeAt(i))
  return units.length > 0 && endsLine(units, { start: 0, end: units.length }, profile)
}
