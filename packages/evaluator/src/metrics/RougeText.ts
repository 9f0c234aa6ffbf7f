// The words that ROUGE sees, and how much of a text it sees at all.
import { Codes } from "./Codes.ts"
import { stem } from "./Porter.ts"
import type { Words } from "./Words.ts"

/**
 * `english`: runs of a-z and 0-9, lower-cased, all else is a gap (rouge_score/tokenize.py); `english-stemmed`: those of more than
 * three letters by their Porter stems. `chinese`: each Han character, and runs of other letters, marks and numbers, lower-cased.
 */
export type RougeTokenizer = "english" | "english-stemmed" | "chinese"

const gap = 0
const inWord = 1
const unit = 2
const content = 4

const classify = (code: number): number => {
  const character = String.fromCodePoint(code)
  const kept = /[\p{L}\p{M}\p{N}\p{S}]/u.test(character) ? content : gap
  if (/\p{Script=Han}/u.test(character)) return unit | content
  return /[\p{L}\p{M}\p{N}]/u.test(character) ? inWord | kept : kept
}

const unknown = 255
const table = new Uint8Array(0x110000).fill(unknown)
const classOf = (code: number): number => {
  const known = table[code]!
  return known === unknown ? (table[code] = classify(code)) : known
}

const isPlain = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)

/** Characters that say something: letters, marks, numbers and symbols, and how many of them are in words. */
export interface Seen {
  all: number
  kept: number
}

/** Reads texts as ids of `words`; remembers stems. */
export class RougeText {
  readonly #tokenizer: RougeTokenizer
  readonly #words: Words
  readonly #codes = new Codes()
  readonly #stems = new Map<string, string>()

  constructor(tokenizer: RougeTokenizer, words: Words) {
    this.#tokenizer = tokenizer
    this.#words = words
  }

  /** The words of a text; adds to `seen`. */
  ids(text: string, seen?: Seen): Int32Array {
    this.#codes.read(text.toLowerCase())
    const ids = new Int32Array(this.#codes.length)
    const count = this.#tokenizer === "chinese" ? this.#units(ids) : this.#runs(ids)
    if (seen !== undefined) this.#count(seen)
    return ids.subarray(0, count)
  }

  #runs(ids: Int32Array): number {
    const { length, points } = this.#codes
    let [count, at] = [0, 0]
    while (at < length) {
      while (at < length && !isPlain(points[at]!)) at++
      const start = at
      while (at < length && isPlain(points[at]!)) at++
      if (at > start) ids[count++] = this.#word(start, at)
    }
    return count
  }

  #units(ids: Int32Array): number {
    const { length, points } = this.#codes
    let [count, at] = [0, 0]
    while (at < length) {
      const start = at
      const kind = classOf(points[at++]!)
      if ((kind & (unit | inWord)) === 0) continue
      if ((kind & inWord) !== 0) while (at < length && (classOf(points[at]!) & inWord) !== 0) at++
      ids[count++] = this.#words.id(points, start, at)
    }
    return count
  }

  #word(start: number, end: number): number {
    const { points } = this.#codes
    if (this.#tokenizer === "english" || end - start <= 3) return this.#words.id(points, start, end)
    const word = String.fromCharCode(...points.subarray(start, end))
    let stemmed = this.#stems.get(word)
    if (stemmed === undefined) {
      stemmed = stem(word)
      this.#stems.set(word, stemmed)
    }
    return this.#words.idOf(stemmed)
  }

  #count(seen: Seen): void {
    const { length, points } = this.#codes
    const chinese = this.#tokenizer === "chinese"
    for (let at = 0; at < length; at++) {
      const kind = classOf(points[at]!)
      if ((kind & content) === 0) continue
      seen.all++
      if (chinese ? (kind & (unit | inWord)) !== 0 : isPlain(points[at]!)) seen.kept++
    }
  }
}
