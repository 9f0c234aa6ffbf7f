// Appends the tokens of parts of a text: short parts that are one token are found by their bytes at once, other parts that
// came before in a cache, and the rest is encoded.
import type { TokenRun } from "../TokenRun.ts"
import { longestCached, PartCache } from "./PartCache.ts"
import type { Pipeline } from "./Pipeline.ts"
import * as ShortWords from "./ShortWords.ts"

/** Zeros after the text, so that four bytes can be read at once wherever a part begins. */
export const padding = 16

export class KnownParts {
  readonly #pipeline: Pipeline
  readonly #cache: PartCache
  readonly #places = ShortWords.emptyPlaces()
  #bytes: Uint8Array = new Uint8Array(0)
  #view: DataView = new DataView(new ArrayBuffer(0))

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
    this.#cache = new PartCache(pipeline)
  }

  /** The text that parts are of, with `padding` zeros after it. */
  load(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Encodes a part without looking whether it is known, or remembering it. */
  encode(run: TokenRun, start: number, stop: number): void {
    this.#pipeline.encodePart(this.#bytes, { from: start, to: stop }, (id, at) => run.push(id, at))
  }

  append(run: TokenRun, start: number, stop: number): void {
    if (stop - start > longestCached) {
      this.encode(run, start, stop)
      return
    }
    const value = this.#valueOf(start, stop)
    if (value > 0) {
      run.push(value - 1, start)
      return
    }
    const { ids, offsets, starts } = this.#cache
    const to = starts[-value]!
    for (let i = starts[~value]!; i < to; i++) run.push(ids[i]!, start + offsets[i]!)
  }

  /** 1 + id of a part that is one token from its beginning on; of others -1 - their number in the cache. */
  #valueOf(start: number, stop: number): number {
    const length = stop - start
    // a zero at the end of a part would not be seen in its key
    if (length > ShortWords.longest || this.#bytes[stop - 1] === 0) return this.#cachedValue(start, stop)
    const { masks } = ShortWords
    const view = this.#view
    const places = this.#places
    const k0 = view.getInt32(start, true) & masks[4 * length]!
    const k1 = view.getInt32(start + 4, true) & masks[4 * length + 1]!
    const k2 = view.getInt32(start + 8, true) & masks[4 * length + 2]!
    const place = ShortWords.placeOf(k0, k1, k2)
    const isThere = places[place] === k0 && places[place + 1] === k1 && places[place + 2] === k2
    if (isThere && places[place + 3] !== 0) return places[place + 3]!
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
    const part = cache.number(this.#bytes, start, stop)
    if (cache.generation !== generation) this.#places.fill(0)
    const from = cache.starts[part]!
    const isOne = cache.starts[part + 1]! - from === 1 && cache.offsets[from] === 0
    return isOne ? 1 + cache.ids[from]! : ~part
  }
}
