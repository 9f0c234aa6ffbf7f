// What lines and paragraphs say: duplicates, bullets, short ones, how they end.
import type { ProfileName } from "../rules/LanguageProfile.ts"
import { marks, markTable } from "./Marks.ts"
import type { Scan } from "./Scan.ts"
import { Spans } from "./Spans.ts"

export interface LineCounts {
  /** not blank */
  readonly filled: number
  /** distinct ones of them, white space at their ends left out */
  readonly distinct: number
  /** not empty: what a split at line ends gives */
  readonly whole: number
  readonly duplicates: number
  readonly duplicateChars: number
  /** characters in duplicates that are not blank */
  readonly duplicateFilledChars: number
  readonly paragraphs: number
  readonly duplicateParagraphs: number
  readonly duplicateParagraphChars: number
  readonly bullets: number
  readonly ellipses: number
  readonly ended: number
  readonly short: number
}

/** Most characters of a short line (datatrove's FineWebQualityFilter: 30); a Han character says about as much as 2.5 letters. */
const shortChars: Readonly<Record<ProfileName, number>> = { default: 30, en: 30, zh: 12, ja: 12 }
const [minus, bullet, dot, ellipsis] = [0x2d, 0x2022, 0x2e, 0x2026]

export class LineMeasure {
  readonly #spans = new Spans()
  #first = new Int32Array(256)
  #starts = new Int32Array(256)
  #ends = new Int32Array(256)
  #hashes = new Int32Array(256)
  #chars = new Int32Array(256)

  of(scan: Scan, profile: ProfileName): LineCounts {
    this.#grow(scan.lines)
    const duplicates = this.#duplicates(scan)
    return {
      ...duplicates,
      ...this.#paragraphs(scan),
      ...plain(scan, profile),
      distinct: this.#distinct(scan)
    }
  }

  #duplicates(scan: Scan) {
    let whole = 0
    let filled = 0
    for (let line = 0; line < scan.lines; line++) {
      const start = scan.lineStarts[line]!
      const end = scan.lineEnds[line]!
      if (start === end) continue
      const blank = scan.contentStarts[line] === scan.contentEnds[line]
      if (!blank) filled++
      this.#starts[whole] = start
      this.#ends[whole] = end
      this.#hashes[whole] = scan.lineHashes[line]!
      // the sign says whether it is blank
      this.#chars[whole] = blank ? -scan.lineChars[line]! : scan.lineChars[line]!
      whole++
    }
    const distinct = this.#equal(scan, whole)
    let duplicateChars = 0
    let duplicateFilledChars = 0
    if (distinct < whole) {
      for (let i = 0; i < whole; i++) {
        if (this.#first[i] === i) continue
        const chars = this.#chars[i]!
        duplicateChars += Math.abs(chars)
        if (chars > 0) duplicateFilledChars += chars
      }
    }
    return { whole, filled, duplicates: whole - distinct, duplicateChars, duplicateFilledChars }
  }

  #distinct(scan: Scan): number {
    let n = 0
    for (let line = 0; line < scan.lines; line++) {
      const start = scan.contentStarts[line]!
      const end = scan.contentEnds[line]!
      if (start === end) continue
      this.#starts[n] = start
      this.#ends[n] = end
      this.#hashes[n] = scan.lineHashes[line]!
      n++
    }
    return this.#equal(scan, n)
  }

  /** Stretches between two line ends or more. */
  #paragraphs(scan: Scan) {
    let n = 0
    let line = 0
    while (line < scan.lines) {
      if (scan.lineStarts[line] === scan.lineEnds[line]) {
        line++
        continue
      }
      const from = line
      let hash = 0
      let chars = -1
      while (line < scan.lines && scan.lineStarts[line] !== scan.lineEnds[line]) {
        hash = (Math.imul(hash, 31) + scan.lineHashes[line]!) | 0
        chars += scan.lineChars[line]! + 1
        line++
      }
      this.#starts[n] = scan.lineStarts[from]!
      this.#ends[n] = scan.lineEnds[line - 1]!
      this.#hashes[n] = hash
      this.#chars[n] = chars
      n++
    }
    const distinct = this.#equal(scan, n)
    let duplicateParagraphChars = 0
    if (distinct < n) {
      for (let i = 0; i < n; i++) if (this.#first[i] !== i) duplicateParagraphChars += this.#chars[i]!
    }
    return { paragraphs: n, duplicateParagraphs: n - distinct, duplicateParagraphChars }
  }

  #equal(scan: Scan, n: number): number {
    const stretches = { starts: this.#starts, ends: this.#ends, hashes: this.#hashes, n }
    return n < 2 ? n : this.#spans.equal(scan.units, stretches, this.#first)
  }

  #grow(lines: number): void {
    if (lines <= this.#first.length) return
    const size = 2 ** Math.ceil(Math.log2(lines))
    this.#first = new Int32Array(size)
    this.#starts = new Int32Array(size)
    this.#ends = new Int32Array(size)
    this.#hashes = new Int32Array(size)
    this.#chars = new Int32Array(size)
  }
}

const plain = (scan: Scan, profile: ProfileName) => {
  const table = markTable()
  const { contentEnds, contentStarts, lineChars, lineEnds, units } = scan
  const most = shortChars[profile]
  const closing = profile === "zh" || profile === "ja"
  let [bullets, ellipses, ended, short] = [0, 0, 0, 0]
  for (let line = 0; line < scan.lines; line++) {
    const start = contentStarts[line]!
    const end = contentEnds[line]!
    if (start === end) continue
    if (units[start] === bullet || units[start] === minus) bullets++
    if (endsInEllipsis(units, start, end)) ellipses++
    if (lineChars[line]! <= most) short++
    // datatrove looks at the line as it is: white space at its end counts as no end
    let last = (closing ? end : lineEnds[line]!) - 1
    if (closing) while (last > start && (table[units[last]!]! & marks.closer) !== 0) last--
    const bits = table[units[last]!]!
    if ((bits & marks.terminal) !== 0 || (closing && (bits & marks.wide) !== 0)) ended++
  }
  return { bullets, ellipses, ended, short }
}

export const endsInEllipsis = (units: Uint16Array, start: number, end: number): boolean =>
  units[end - 1] === ellipsis ||
  (units[end - 1] === dot && units[end - 2] === dot && units[end - 3] === dot && end - start > 2)
