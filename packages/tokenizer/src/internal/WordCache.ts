// The tokens of words that came before. When full it starts anew, so that text with ever new words cannot fill the memory.
import { growUint32 } from "./Grow.ts"
import type { MergeBorders } from "./MergeBorders.ts"
import { hashWord, WordTable } from "./WordTable.ts"
import type { WordMerger } from "./WordMerger.ts"

/** Longer words hardly ever come twice. */
export const longestCached = 64
/** About 10 MB. */
const mostCached = 1 << 18

export class WordCache {
  readonly #merger: WordMerger
  readonly #borders: MergeBorders
  readonly #collected = new Uint32Array(longestCached)
  readonly #words = new WordTable()
  /** ids of word `n`: `ids[starts[n] .. starts[n + 1])` */
  starts = new Uint32Array(1 << 12)
  ids = new Uint32Array(1 << 14)
  /** how often it started anew; numbers of words given out before are void then */
  generation = 0

  constructor(merger: WordMerger, borders: MergeBorders) {
    this.#merger = merger
    this.#borders = borders
  }

  /** Number of the word `bytes[start..stop)`, put here if it is new. */
  number(bytes: Uint8Array, start: number, stop: number): number {
    const hash = hashWord(bytes, start, stop)
    const known = this.#words.find(bytes, start, stop, hash)
    return known >= 0 ? known : this.#add(bytes, start, stop, hash)
  }

  #add(bytes: Uint8Array, start: number, stop: number, hash: number): number {
    const cut = this.#borders.cut(bytes, start, stop)
    const isWhole = cut === stop
    const count = isWhole ? this.#merger.merge(bytes, start, stop) : this.#collect(bytes, start, stop, cut)
    const source = isWhole ? this.#merger.ids : this.#collected
    if (this.#words.size === mostCached) {
      this.#words.clear()
      this.generation++
    }
    const word = this.#words.add(bytes, start, stop, hash)
    if (word + 2 > this.starts.length) this.starts = growUint32(this.starts, word + 2)
    const from = this.starts[word]!
    if (from + count > this.ids.length) this.ids = growUint32(this.ids, from + count)
    for (let i = 0; i < count; i++) this.ids[from + i] = source[i]!
    this.starts[word + 1] = from + count
    return word
  }

  /** Tokens of a word that can be cut, the first time before `cut`; gives their number. */
  #collect(bytes: Uint8Array, start: number, stop: number, cut: number): number {
    let count = 0
    let to = cut
    for (let from = start; from < stop;) {
      const part = this.number(bytes, from, to)
      const end = this.starts[part + 1]!
      for (let i = this.starts[part]!; i < end; i++) this.#collected[count++] = this.ids[i]!
      from = to
      to = this.#borders.cut(bytes, from, stop)
    }
    return count
  }
}
