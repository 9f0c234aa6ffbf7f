// Text to ids, word by word, in steps: a stage can flush and be interrupted inside one huge document.
import type { EncoderTables } from "./internal/EncoderTables.ts"
import { growUint32 } from "./internal/Grow.ts"
import { WordMerger } from "./internal/WordMerger.ts"
import { hashWord, WordTable } from "./internal/WordTable.ts"
import type { TokenRun } from "./TokenRun.ts"

const utf8 = new TextEncoder()

/** Longer words hardly ever come twice. */
const longestCached = 64
/** About 10 MB; when full the cache starts anew, so that text with ever new words cannot fill the memory. */
const mostCached = 1 << 18

/** Holds the text being encoded and the words seen before. One at a time: make another for another document at once. */
export class Encoder {
  readonly #tables: EncoderTables
  readonly #merger: WordMerger
  readonly #words = new WordTable()
  /** ids of cached word `n`: `#cachedIds[#idStarts[n] .. #idStarts[n + 1])` */
  #idStarts = new Uint32Array(1 << 12)
  #cachedIds = new Uint32Array(1 << 14)
  #bytes = new Uint8Array(1 << 12)
  #position = 0
  #end = 0

  constructor(tables: EncoderTables) {
    this.#tables = tables
    this.#merger = new WordMerger(tables.merges, tables.byteIds)
  }

  /** Takes a document; unpaired surrogates become U+FFFD. Gives its length in UTF-8 bytes. */
  load(text: string): number {
    // 3 bytes at most for a UTF-16 unit; counted exactly only where that guess would be big
    const bound = text.length < 1 << 20 ? 3 * text.length : Buffer.byteLength(text)
    if (bound > this.#bytes.length) this.#bytes = new Uint8Array(bound)
    this.#end = utf8.encodeInto(text, this.#bytes).written
    this.#position = 0
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
    const { wordEnd, byteIds, lengths } = this.#tables
    const bytes = this.#bytes
    const end = this.#end
    let start = this.#position
    while (start < end && run.length < limit) {
      const stop = wordEnd(bytes, start, end)
      run.reserve(stop - start)
      let count = run.length
      if (stop - start === 1) {
        run.ids[count] = byteIds[bytes[start]!]!
        run.offsets[count++] = start
      } else {
        let source: Int32Array | Uint32Array
        let from = 0
        let to: number
        if (stop - start <= longestCached) {
          const word = this.#cached(start, stop)
          source = this.#cachedIds
          from = this.#idStarts[word]!
          to = this.#idStarts[word + 1]!
        } else {
          to = this.#merger.merge(bytes, start, stop)
          source = this.#merger.ids
        }
        const { ids, offsets } = run
        let offset = start
        for (let i = from; i < to; i++) {
          const id = source[i]!
          ids[count] = id
          offsets[count++] = offset
          offset += lengths[id]!
        }
      }
      run.length = count
      start = stop
    }
    this.#position = start
    return start === end
  }

  /** Number of the word in the cache, put there if it is new. */
  #cached(start: number, stop: number): number {
    const hash = hashWord(this.#bytes, start, stop)
    const known = this.#words.find(this.#bytes, start, stop, hash)
    if (known >= 0) return known
    if (this.#words.size === mostCached) this.#words.clear()
    const count = this.#merger.merge(this.#bytes, start, stop)
    const word = this.#words.add(this.#bytes, start, stop, hash)
    if (word + 2 > this.#idStarts.length) this.#idStarts = growUint32(this.#idStarts, word + 2)
    const from = this.#idStarts[word]!
    if (from + count > this.#cachedIds.length) this.#cachedIds = growUint32(this.#cachedIds, from + count)
    for (let i = 0; i < count; i++) this.#cachedIds[from + i] = this.#merger.ids[i]!
    this.#idStarts[word + 1] = from + count
    return word
  }
}
