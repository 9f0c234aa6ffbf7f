// The tokens of parts of texts that came before. When full it starts anew, so that text with ever new parts cannot fill the
// memory.
import { growUint32 } from "./Grow.ts"
import type { Pipeline } from "./Pipeline.ts"
import { hashWord, WordTable } from "./WordTable.ts"

/** Longer parts hardly ever come twice. */
export const longestCached = 64
/** About 15 MB. */
const mostCached = 1 << 18

export class PartCache {
  readonly #pipeline: Pipeline
  readonly #parts = new WordTable()
  /** tokens of part `n`: `ids[starts[n] .. starts[n + 1])`, and where each begins after the part's own beginning */
  starts = new Uint32Array(1 << 12)
  ids = new Uint32Array(1 << 14)
  offsets = new Uint32Array(1 << 14)
  /** how often it started anew; numbers of parts given out before are void then */
  generation = 0

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
  }

  /** Number of the part `bytes[start..stop)`, put here if it is new. */
  number(bytes: Uint8Array, start: number, stop: number): number {
    const hash = hashWord(bytes, start, stop)
    const known = this.#parts.find(bytes, start, stop, hash)
    if (known >= 0) return known
    if (this.#parts.size === mostCached) {
      this.#parts.clear()
      this.generation++
    }
    const part = this.#parts.add(bytes, start, stop, hash)
    if (part + 2 > this.starts.length) this.starts = growUint32(this.starts, part + 2)
    let to = this.starts[part]!
    this.#pipeline.encodePart(bytes, { from: start, to: stop }, (id, at) => {
      if (to === this.ids.length) {
        this.ids = growUint32(this.ids, to + 1)
        this.offsets = growUint32(this.offsets, to + 1)
      }
      this.ids[to] = id
      this.offsets[to++] = at - start
    })
    this.starts[part + 1] = to
    return part
  }
}
