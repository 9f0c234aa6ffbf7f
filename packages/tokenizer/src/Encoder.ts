// Text to ids, word by word, in steps: a stage can flush and be interrupted inside one huge document.
import { blank } from "./internal/ByteScan.ts"
import type { EncoderTables } from "./internal/EncoderTables.ts"
import * as ShortWords from "./internal/ShortWords.ts"
import { longestCached, WordCache } from "./internal/WordCache.ts"
import { WordMerger } from "./internal/WordMerger.ts"
import type { TokenRun } from "./TokenRun.ts"

const utf8 = new TextEncoder()

/** Zeros after the text, so that four bytes can be read at once wherever a word begins. */
const padding = 16

/** Holds the text being encoded and the words seen before. One at a time: make another for another document at once. */
export class Encoder {
  readonly #tables: EncoderTables
  readonly #merger: WordMerger
  readonly #words: WordCache
  readonly #places = ShortWords.emptyPlaces()
  #bytes = new Uint8Array(1 << 12)
  #view = new DataView(this.#bytes.buffer)
  #position = 0
  /** where the word ends that `#position` is in */
  #wordEnd = 0
  #end = 0

  constructor(tables: EncoderTables) {
    this.#tables = tables
    this.#merger = new WordMerger(tables.merges, tables.byteIds)
    this.#words = new WordCache(this.#merger, tables.borders)
  }

  /** Takes a document; unpaired surrogates become U+FFFD. Gives its length in UTF-8 bytes. */
  load(text: string): number {
    // 3 bytes at most for a UTF-16 unit; counted exactly only where that guess would be big
    const bound = padding + (text.length < 1 << 20 ? 3 * text.length : Buffer.byteLength(text))
    if (bound > this.#bytes.length) {
      this.#bytes = new Uint8Array(bound)
      this.#view = new DataView(this.#bytes.buffer)
    }
    this.#end = utf8.encodeInto(text, this.#bytes).written
    this.#bytes.fill(0, this.#end, this.#end + padding)
    this.#position = 0
    this.#wordEnd = 0
    return this.#end
  }

  /**
   * Encodes on from where it stopped, appending to `run`, whole words until `run` holds at least `limit` tokens. `true`
   * when the document is finished.
   */
  advance(run: TokenRun, limit: number): boolean {
    return this.#tables.hasMerges ? this.#advanceWords(run, limit) : this.#advanceBytes(run, limit)
  }

  #advanceBytes(run: TokenRun, limit: number): boolean {
    const stop = Math.min(this.#end, this.#position + Math.max(1, limit - run.length))
    run.reserve(stop - this.#position)
    const { ids, offsets } = run
    const { byteIds } = this.#tables
    let count = run.length
    for (let at = this.#position; at < stop; at++) {
      ids[count] = byteIds[this.#bytes[at]!]!
      offsets[count++] = at
    }
    run.length = count
    this.#position = stop
    return stop === this.#end
  }

  #advanceWords(run: TokenRun, limit: number): boolean {
    const { borders, byteIds, lengths, plain, wordEnd } = this.#tables
    const { ends, firstFold, laterFold } = plain
    const { masks } = ShortWords
    const words = this.#words
    const bytes = this.#bytes
    const view = this.#view
    const places = this.#places
    const end = this.#end
    let { ids, offsets } = run
    let count = run.length
    let start = this.#position
    let stop = this.#wordEnd
    let wordStop = stop
    while (start < end && count < limit) {
      if (start === wordStop) {
        const first = bytes[start] === blank ? start + 1 : start
        let letters = lettersAt(view.getInt32(first, true), firstFold)
        stop = first + letters
        while (letters === 4) {
          letters = lettersAt(view.getInt32(stop, true), laterFold)
          stop += letters
        }
        if (stop === first || ends[bytes[stop]!] === 0) stop = wordEnd(bytes, start, end)
        wordStop = stop
      }
      if (wordStop - start > longestCached) stop = borders.cut(bytes, start, wordStop)
      else stop = wordStop
      const length = stop - start
      if (count + length > ids.length) {
        run.length = count
        run.reserve(length)
        ids = run.ids
        offsets = run.offsets
      }
      if (length === 1) {
        ids[count] = byteIds[bytes[start]!]!
        offsets[count++] = start
        start = stop
        continue
      }
      if (length > longestCached) {
        count = this.#appendMerged(run, start, stop, count)
        start = stop
        continue
      }
      let value = 0
      // a zero at the end of a word would not be seen in its key
      if (length <= ShortWords.longest && bytes[stop - 1] !== 0) {
        const k0 = view.getInt32(start, true) & masks[4 * length]!
        const k1 = view.getInt32(start + 4, true) & masks[4 * length + 1]!
        const k2 = view.getInt32(start + 8, true) & masks[4 * length + 2]!
        const place = ShortWords.placeOf(k0, k1, k2)
        if (places[place] === k0 && places[place + 1] === k1 && places[place + 2] === k2)
          value = places[place + 3]!
        if (value === 0) {
          value = this.#valueOf(start, stop)
          places[place] = k0
          places[place + 1] = k1
          places[place + 2] = k2
          places[place + 3] = value
        }
      } else value = this.#valueOf(start, stop)
      if (value > 0) {
        ids[count] = value - 1
        offsets[count++] = start
      } else {
        const to = words.starts[-value]!
        const from = words.starts[~value]!
        let offset = start
        for (let i = from; i < to; i++) {
          const id = words.ids[i]!
          ids[count] = id
          offsets[count++] = offset
          offset += lengths[id]!
        }
      }
      start = stop
    }
    run.length = count
    this.#position = start
    this.#wordEnd = wordStop
    return start === end
  }

  /** 1 + id of a word that is one token; of others -1 - their number in the cache. */
  #valueOf(start: number, stop: number): number {
    const words = this.#words
    const { generation } = words
    const word = words.number(this.#bytes, start, stop)
    if (words.generation !== generation) this.#places.fill(0)
    const from = words.starts[word]!
    return words.starts[word + 1]! - from === 1 ? 1 + words.ids[from]! : ~word
  }

  /** Appends the tokens of a word too long for the cache, from place `count` on, and gives where they end. */
  #appendMerged(run: TokenRun, start: number, stop: number, count: number): number {
    const { lengths } = this.#tables
    const { ids, offsets } = run
    const merged = this.#merger.merge(this.#bytes, start, stop)
    let offset = start
    for (let i = 0; i < merged; i++) {
      const id = this.#merger.ids[i]!
      ids[count + i] = id
      offsets[count + i] = offset
      offset += lengths[id]!
    }
    return count + merged
  }
}

/** How many of four bytes are ASCII letters before the first that is none. `fold` makes capitals small. */
const lettersAt = (four: number, fold: number): number => {
  const small = (four | fold) & 0x7f7f7f7f
  // the top bit of a byte: set by the first sum from a on, by the second beyond z
  const isLetter = (small + 0x1f1f1f1f) ^ (small + 0x05050505)
  const others = (~isLetter | four) & 0x80808080
  return others === 0 ? 4 : (31 - Math.clz32(others & -others)) >> 3
}
