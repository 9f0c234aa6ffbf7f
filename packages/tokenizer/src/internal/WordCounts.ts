// Counts the words of a corpus in bounded memory. Numbers are float64, exact up to 2^53.
import type { WordEnd } from "../Pattern.ts"
import { growFloat64 } from "./Grow.ts"
import { hashWord, WordTable } from "./WordTable.ts"

/** Longer words are counted in parts. English has none; in text without spaces a whole line can be one word. */
export const longestCounted = 256
/** Where parts get no shorter: two Chinese characters. */
const shortestPart = 6

const utf8 = new TextEncoder()

/** Words and how often each came, in arrays that can be handed from thread to thread. */
export interface CountedWords {
  /** the bytes of all words, one after another */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** word `n` is `bytes[starts[n] .. starts[n + 1])` */
  readonly starts: Int32Array<ArrayBuffer>
  readonly counts: Float64Array<ArrayBuffer>
  /** UTF-8 bytes of the text they were counted in */
  readonly textBytes: number
}

export interface CountLimits {
  /** bytes of all different words together; training needs about 20 times as much */
  readonly bytes: number
}

/**
 * Words longer than `longest` bytes (256 at first) are cut between characters into parts of at most that; only counting
 * does so, encoding never. Should the different words still outgrow `limits.bytes`, `longest` is halved and what was
 * counted is cut again, so that parts begin to repeat. The outcome depends on the text and its order alone.
 */
export class WordCounts {
  words = new WordTable()
  /** how often each word came */
  counts = new Float64Array(1 << 12)
  longest = longestCounted
  /** UTF-8 bytes of text seen */
  textBytes = 0
  readonly #wordEnd: WordEnd
  readonly #limits: CountLimits
  #buffer = new Uint8Array(1 << 12)

  constructor(wordEnd: WordEnd, limits: CountLimits) {
    this.#wordEnd = wordEnd
    this.#limits = limits
  }

  /** Counts the words of one document. */
  add(text: string): void {
    const bound = text.length < 1 << 20 ? 3 * text.length : Buffer.byteLength(text)
    if (bound > this.#buffer.length) this.#buffer = new Uint8Array(bound)
    const end = utf8.encodeInto(text, this.#buffer).written
    this.textBytes += end
    for (let start = 0; start < end;) {
      const stop = this.#wordEnd(this.#buffer, start, end)
      this.#count(this.#buffer, start, stop, 1)
      start = stop
      this.#keepWithinLimits()
    }
  }

  /** Adds what was counted elsewhere. */
  addCounted({ bytes, counts, starts, textBytes }: CountedWords): void {
    this.textBytes += textBytes
    for (let word = 0; word < counts.length; word++) {
      this.#count(bytes, starts[word]!, starts[word + 1]!, counts[word]!)
      this.#keepWithinLimits()
    }
  }

  /** A copy of all words so far, in the order in which they first came. */
  counted(): CountedWords {
    const { byteLength, bytes, size, starts } = this.words
    return {
      bytes: bytes.slice(0, byteLength),
      starts: starts.slice(0, size + 1),
      counts: this.counts.slice(0, size),
      textBytes: this.textBytes
    }
  }

  #keepWithinLimits(): void {
    if (this.words.byteLength > this.#limits.bytes && this.longest > shortestPart) this.#cutAgain()
  }

  #count(bytes: Uint8Array, start: number, stop: number, times: number): void {
    for (let from = start; from < stop;) {
      let to = Math.min(stop, from + this.longest)
      // never inside a character: back to its lead byte
      if (to < stop) while ((bytes[to]! & 0xc0) === 0x80) to--
      this.#countPart(bytes, from, to, times)
      from = to
    }
  }

  #countPart(bytes: Uint8Array, from: number, to: number, times: number): void {
    const hash = hashWord(bytes, from, to)
    let word = this.words.find(bytes, from, to, hash)
    if (word < 0) {
      word = this.words.add(bytes, from, to, hash)
      if (word >= this.counts.length) this.counts = growFloat64(this.counts, word + 1)
      this.counts[word] = 0
    }
    this.counts[word]! += times
  }

  #cutAgain(): void {
    const { words, counts } = this
    this.words = new WordTable()
    this.counts = new Float64Array(1 << 12)
    this.longest = Math.max(shortestPart, this.longest >> 1)
    for (let word = 0; word < words.size; word++)
      this.#count(words.bytes, words.starts[word]!, words.starts[word + 1]!, counts[word]!)
  }
}
