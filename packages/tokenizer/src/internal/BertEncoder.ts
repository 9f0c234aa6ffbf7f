// BERT's normalizer and pre-tokenizer let nothing reach across white space, punctuation and Chinese characters. So the given
// text itself is cut there, and what was between before need not be normalized again: its tokens are known.
import type { StepEncoder } from "../StepEncoder.ts"
import type { TokenRun } from "../TokenRun.ts"
import { alone, bertKinds, bertWordEnd, inWord } from "./BertWords.ts"
import { longestCached, PartCache } from "./PartCache.ts"
import type { Pipeline } from "./Pipeline.ts"
import * as ShortWords from "./ShortWords.ts"
import { codePointAt, lengthOf } from "./Utf8.ts"

const utf8 = new TextEncoder()

/** Zeros after the text, so that four bytes can be read at once wherever a word begins. */
const padding = 16

export class BertEncoder implements StepEncoder {
  readonly #pipeline: Pipeline
  readonly #cache: PartCache
  readonly #kinds: Uint8Array
  readonly #places = ShortWords.emptyPlaces()
  /** 1 + id of characters that stand alone and are one token, 0 for those not yet looked up */
  readonly #characters = new Int32Array(0x10000)
  #bytes = new Uint8Array(1 << 12)
  #view = new DataView(this.#bytes.buffer)
  #position = 0
  #end = 0

  constructor(pipeline: Pipeline, { chineseCharacters }: { readonly chineseCharacters: boolean }) {
    this.#pipeline = pipeline
    this.#cache = new PartCache(pipeline)
    this.#kinds = bertKinds(chineseCharacters)
  }

  load(text: string): number {
    const bound = padding + (text.length < 1 << 20 ? 3 * text.length : Buffer.byteLength(text))
    if (bound > this.#bytes.length) {
      this.#bytes = new Uint8Array(bound)
      this.#view = new DataView(this.#bytes.buffer)
    }
    this.#end = utf8.encodeInto(text, this.#bytes).written
    this.#bytes.fill(0, this.#end, this.#end + padding)
    this.#position = 0
    return this.#end
  }

  advance(run: TokenRun, limit: number): boolean {
    const kinds = this.#kinds
    const bytes = this.#bytes
    const end = this.#end
    const characters = this.#characters
    let start = this.#position
    while (start < end && run.length < limit) {
      const lead = bytes[start]!
      const codePoint = lead < 0x80 ? lead : codePointAt(bytes, start)
      const kind = codePoint < 0x10000 ? kinds[codePoint] : inWord
      if (kind === inWord) {
        const stop = bertWordEnd(kinds, bytes, start, end)
        this.#appendWord(run, start, stop)
        start = stop
        continue
      }
      const stop = start + lengthOf(lead)
      if (kind === alone) {
        const known = characters[codePoint]!
        if (known > 0) run.push(known - 1, start)
        else this.#appendNew(run, start, stop, codePoint)
      }
      start = stop
    }
    this.#position = start
    return start >= end
  }

  #appendWord(run: TokenRun, start: number, stop: number): void {
    const length = stop - start
    if (length > longestCached) {
      this.#pipeline.encodePart(this.#bytes, { from: start, to: stop }, (id, at) => run.push(id, at))
      return
    }
    const value = this.#valueOf(start, stop, length)
    if (value > 0) {
      run.push(value - 1, start)
      return
    }
    const { ids, offsets, starts } = this.#cache
    const to = starts[-value]!
    for (let i = starts[~value]!; i < to; i++) run.push(ids[i]!, start + offsets[i]!)
  }

  /** 1 + id of a word that is one token from its beginning on; of others -1 - their number in the cache. */
  #valueOf(start: number, stop: number, length: number): number {
    // a zero at the end of a word would not be seen in its key
    if (length > ShortWords.longest || this.#bytes[stop - 1] === 0) return this.#cachedValue(start, stop)
    const { masks } = ShortWords
    const view = this.#view
    const places = this.#places
    const k0 = view.getInt32(start, true) & masks[4 * length]!
    const k1 = view.getInt32(start + 4, true) & masks[4 * length + 1]!
    const k2 = view.getInt32(start + 8, true) & masks[4 * length + 2]!
    const place = ShortWords.placeOf(k0, k1, k2)
    if (
      places[place] === k0 &&
      places[place + 1] === k1 &&
      places[place + 2] === k2 &&
      places[place + 3] !== 0
    )
      return places[place + 3]!
    const value = this.#cachedValue(start, stop)
    places[place] = k0
    places[place + 1] = k1
    places[place + 2] = k2
    places[place + 3] = value
    return value
  }

  #cachedValue(start: number, stop: number): number {
    const cache = this.#cache
    const { generation } = cache
    const word = cache.number(this.#bytes, start, stop)
    if (cache.generation !== generation) this.#places.fill(0)
    const from = cache.starts[word]!
    const isOne = cache.starts[word + 1]! - from === 1 && cache.offsets[from] === 0
    return isOne ? 1 + cache.ids[from]! : ~word
  }

  #appendNew(run: TokenRun, start: number, stop: number, codePoint: number): void {
    const before = run.length
    this.#pipeline.encodePart(this.#bytes, { from: start, to: stop }, (id, at) => run.push(id, at))
    if (run.length === before + 1 && run.offsets[before] === start)
      this.#characters[codePoint] = 1 + run.ids[before]!
  }
}
