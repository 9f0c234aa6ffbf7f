// How often each run of text came, in bounded memory.
import { growFloat64 } from "../internal/Grow.ts"
import { hashWord, WordTable } from "../internal/WordTable.ts"

/**
 * Counts are exact while the different runs fit into `limitBytes`. When they no longer do, only every second rare run is
 * kept, with twice the weight, then every fourth, and so on (counting samples: Gibbons and Matias, SIGMOD 1998): expected
 * counts stay what they were, and frequent runs are counted almost exactly. Which are kept depends on the text and its
 * order alone.
 */
export class RunCounts {
  runs = new WordTable()
  counts = new Float64Array(1 << 12)
  /** one of so many new runs is counted, as so many */
  rate = 1
  #seen = 0
  readonly #limitBytes: number

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    const hash = hashWord(bytes, start, end)
    const run = this.runs.find(bytes, start, end, hash)
    if (run >= 0) {
      this.counts[run]! += 1
      return
    }
    if (this.rate > 1 && draw(hash, this.#seen++) >= 1 / this.rate) return
    this.#insert(bytes, start, end, { hash, count: this.rate })
    if (this.runs.byteLength > this.#limitBytes) this.#thin()
  }

  /** Counts a run once, whatever the sample, unless it is there. */
  ensure(bytes: Uint8Array, start: number, end: number): void {
    const hash = hashWord(bytes, start, end)
    if (this.runs.find(bytes, start, end, hash) < 0) this.#insert(bytes, start, end, { hash, count: 1 })
  }

  #insert(
    bytes: Uint8Array,
    start: number,
    end: number,
    { count, hash }: { readonly hash: number; readonly count: number }
  ): void {
    const run = this.runs.add(bytes, start, end, hash)
    if (run >= this.counts.length) this.counts = growFloat64(this.counts, run + 1)
    this.counts[run] = count
  }

  #thin(): void {
    const { counts, runs } = this
    this.rate *= 2
    this.runs = new WordTable()
    this.counts = new Float64Array(1 << 12)
    for (let run = 0; run < runs.size; run++) {
      const [start, end] = [runs.starts[run]!, runs.starts[run + 1]!]
      const hash = hashWord(runs.bytes, start, end)
      const count = counts[run]!
      if (count < this.rate && draw(hash, this.#seen++) >= count / this.rate) continue
      this.#insert(runs.bytes, start, end, { hash, count: Math.max(count, this.rate) })
    }
  }
}

/** A number in [0, 1) that a run and its turn decide (the finalizer of MurmurHash3). */
const draw = (hash: number, turn: number): number => {
  let h = Math.imul(hash ^ Math.imul(turn, 0x9e3779b1), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
}
