// Units of a text (words, or characters of scripts without spaces) and the n-grams of them, as 32-bit hashes.
import { alone, digit, folding, gap, nothing } from "./Folding.ts"

/** Spreads every bit over all others (the finalizer of MurmurHash3). */
export const mix = (value: number): number => {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const open = 0x811c9dc5 | 0 // FNV-1a
const prime = 0x01000193
/** Odd, so that no step of the polynomial loses a bit. */
const power = 0x9e3779b1 | 0
const otherPower = 0x85ebca77 | 0

/** Text as UTF-16 units: reading a typed array is twice as fast as `charCodeAt`. */
export class Units {
  values = new Uint16Array(2 ** 12)
  #bytes = Buffer.from(this.values.buffer)

  /** Gives the number of units. */
  fill(text: string): number {
    if (text.length > this.values.length) {
      this.values = new Uint16Array(2 ** Math.ceil(Math.log2(text.length)))
      this.#bytes = Buffer.from(this.values.buffer)
    }
    return this.#bytes.write(text, "utf16le") / 2
  }
}

/** Reused from text to text; what it holds is that of the last one. */
export class Shingles {
  /** one hash a unit of text, and where the unit begins and ends, in UTF-16 units */
  words = new Int32Array(2 ** 10)
  starts = new Int32Array(2 ** 10)
  ends = new Int32Array(2 ** 10)
  wordCount = 0
  /** how many of them are single characters of scripts without spaces */
  aloneCount = 0
  /** one hash an n-gram, in order, repeated ones too; `others` is a second one, if asked for */
  ngrams = new Int32Array(2 ** 10)
  others = new Int32Array(0)
  readonly #table: Int32Array

  constructor(style: "near" | "plain") {
    this.#table = folding(style)
  }

  /** Finds the units of `text[from..to)`. */
  read(text: Uint16Array, from: number, to: number): void {
    const table = this.#table
    this.#room(to - from)
    let count = 0
    let singles = 0
    let hash = open
    let start = -1
    /** behind the last letter: a passed-over mark behind it is no part of the word */
    let end = 0
    let inNumber = false
    for (let i = from; i < to; i++) {
      const unit = text[i]!
      const folded = table[unit]!
      if (folded > nothing && folded < alone) {
        if (start < 0) start = i
        hash = Math.imul(hash ^ folded, prime)
        end = i + 1
        inNumber = false
        continue
      }
      if (folded >= digit) {
        if (start < 0) start = i
        if (!inNumber) hash = Math.imul(hash ^ (folded & 0xffff), prime)
        end = i + 1
        inNumber = true
        continue
      }
      const next = i + 1 < to ? text[i + 1]! : 0
      const paired = unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000
      if (folded === nothing && !paired) continue
      // 1.5 and 1,5 are one number
      if (folded === gap && inNumber && (unit === 0x2e || unit === 0x2c) && table[next]! >= digit) continue
      if (start >= 0 && folded !== nothing) {
        this.#close(count++, hash, start, end)
        hash = open
        start = -1
        inNumber = false
      }
      if (folded >= alone) {
        const low = paired ? next : 0
        singles++
        this.#close(count++, Math.imul(open ^ folded, prime) ^ Math.imul(low, power), i, i + (paired ? 2 : 1))
      }
      if (paired) i++
    }
    if (start >= 0) this.#close(count++, hash, start, end)
    this.wordCount = count
    this.aloneCount = singles
  }

  /** Hashes the n-grams of the units that were read; gives their number, 0 where there are fewer than n units. */
  roll(n: number): number {
    const count = this.wordCount - n + 1
    if (count <= 0) return 0
    this.#polynomials(this.ngrams, n, power)
    return count
  }

  /** The same with a second hash, so that 64 bits tell n-grams apart. */
  rollTwice(n: number): number {
    if (this.others.length < this.ngrams.length) this.others = new Int32Array(this.ngrams.length)
    const count = this.roll(n)
    if (count > 0) this.#polynomials(this.others, n, otherPower)
    return count
  }

  #polynomials(into: Int32Array, n: number, base: number): void {
    const { wordCount, words } = this
    let highest = 1
    for (let i = 1; i < n; i++) highest = Math.imul(highest, base)
    let sum = 0
    for (let i = 0; i < n - 1; i++) sum = (Math.imul(sum, base) + words[i]!) | 0
    for (let i = n - 1, at = 0; i < wordCount; i++, at++) {
      sum = (Math.imul(sum, base) + words[i]!) | 0
      into[at] = mix(sum)
      sum = (sum - Math.imul(words[at]!, highest)) | 0
    }
  }

  #close(at: number, hash: number, start: number, end: number): void {
    this.words[at] = mix(hash)
    this.starts[at] = start
    this.ends[at] = end
  }

  #room(units: number): void {
    if (units <= this.words.length) return
    const size = 2 ** Math.ceil(Math.log2(units))
    this.words = new Int32Array(size)
    this.starts = new Int32Array(size)
    this.ends = new Int32Array(size)
    this.ngrams = new Int32Array(size)
  }
}
