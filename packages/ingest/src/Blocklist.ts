// Words and phrases that a text should not have. Those of letters count only as whole words, in any case; those of Han characters and kana
// wherever they stand, since no spaces stand between words there.
import { marks, markTable } from "./measure/Marks.ts"

export class Blocklist {
  /** by first UTF-16 unit, the longest first */
  readonly #byFirst = new Map<number, Array<string>>()
  readonly #isFirst = new Uint8Array(0x1_0000)

  constructor(entries: Iterable<string>) {
    const distinct = new Set(Array.from(entries, (entry) => entry.trim().toLowerCase()))
    for (const entry of [...distinct].toSorted((a, b) => b.length - a.length)) {
      if (entry === "") continue
      const first = entry.charCodeAt(0)
      this.#isFirst[first] = 1
      const known = this.#byFirst.get(first)
      if (known === undefined) this.#byFirst.set(first, [entry])
      else known.push(entry)
    }
  }

  /** One entry a line; lines that begin with # are remarks. */
  static lines(file: string): ReadonlyArray<string> {
    return file.split(/\r?\n/u).filter((line) => !line.startsWith("#"))
  }

  get isEmpty(): boolean {
    return this.#byFirst.size === 0
  }

  /** Places where an entry stands; of two at one place the longer counts. */
  matches(text: string): number {
    const lower = text.toLowerCase()
    let count = 0
    for (let at = 0; at < lower.length; at++) {
      const unit = lower.charCodeAt(at)
      if (this.#isFirst[unit] === 0) continue
      const found = this.#byFirst.get(unit)?.find((entry) => standsAt(lower, entry, at))
      if (found === undefined) continue
      count++
      at += found.length - 1
    }
    return count
  }
}

const standsAt = (text: string, entry: string, at: number): boolean =>
  text.startsWith(entry, at) &&
  !(isLetter(text, at) && isLetter(text, at - 1)) &&
  !(isLetter(text, at + entry.length - 1) && isLetter(text, at + entry.length))

/** Part of a word that goes on beside it. */
const isLetter = (text: string, at: number): boolean =>
  at >= 0 &&
  at < text.length &&
  (markTable()[text.charCodeAt(at)]! & (marks.word | marks.single)) === marks.word
