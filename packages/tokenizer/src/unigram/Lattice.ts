// Sums and searches over all ways to cut the runs of a text into pieces, as learning needs them.
import { type ByteStrings, ByteTrie } from "../internal/ByteTrie.ts"
import { growFloat64, growInt32 } from "../internal/Grow.ts"

export interface CountedRuns {
  readonly strings: ByteStrings
  readonly counts: Float64Array
}

/**
 * Nats a byte that probabilities are multiplied by while they are added up, so that sums over long runs stay in the range of
 * a float64. Every way through a run covers the same bytes, so it falls out of the shares.
 */
const tiltNats = 1.5

export class Lattice {
  readonly #pieces: ByteStrings
  readonly #trie: ByteTrie
  /** log probability of each piece in nats; -Infinity for those that are no longer there */
  readonly #scores: Float64Array
  #forward = new Float64Array(128)
  #backward = new Float64Array(128)
  #from = new Int32Array(128)
  #id = new Int32Array(128)
  /** pieces found in a run: where each begins and ends, in order of beginning */
  #starts = new Int32Array(256)
  #ends = new Int32Array(256)
  #ids = new Int32Array(256)

  /** `pieces` in the order of their bytes, every character of every run among them. */
  constructor(pieces: ByteStrings, scores: Float64Array) {
    this.#pieces = pieces
    this.#scores = scores
    const order = new Int32Array(pieces.starts.length - 1)
    for (let i = 0; i < order.length; i++) order[i] = i
    this.#trie = new ByteTrie(pieces, order)
  }

  /** Adds to `expected` how often each piece is used on average over all ways, times the count of the run. */
  addExpected({ counts, strings }: CountedRuns, expected: Float64Array): void {
    const { bytes, starts } = strings
    const scores = this.#scores
    const lengths = this.#pieces.starts
    const shares = new Float64Array(scores.length)
    for (let id = 0; id < shares.length; id++)
      shares[id] = Math.exp(scores[id]! + tiltNats * (lengths[id + 1]! - lengths[id]!))
    for (let run = 0; run + 1 < starts.length; run++) {
      const start = starts[run]!
      const size = starts[run + 1]! - start
      this.#reserve(size)
      const found = this.#sumForward(bytes, start, size, shares)
      const whole = this.#forward[size]!
      if (whole > 0) this.#sumBackward(size, found, { shares, expected, scale: counts[run]! / whole })
    }
  }

  #reserve(size: number): void {
    if (size < this.#forward.length) return
    this.#forward = growFloat64(this.#forward, size + 1)
    this.#backward = growFloat64(this.#backward, size + 1)
    this.#from = growInt32(this.#from, size + 1)
    this.#id = growInt32(this.#id, size + 1)
  }

  #sumForward(bytes: Uint8Array, start: number, size: number, shares: Float64Array): number {
    const { cells } = this.#trie
    const forward = this.#forward
    forward.fill(0, 1, size + 1)
    forward[0] = 1
    let found = 0
    for (let from = 0; from < size; from++) {
      const soFar = forward[from]!
      if (soFar === 0) continue // inside a character
      if (found + size > this.#ids.length) this.#growFound(found + size)
      const [starts, ends, ids] = [this.#starts, this.#ends, this.#ids]
      let node = 0
      for (let at = from; at < size;) {
        const child = cells[4 * node + 1]! ^ bytes[start + at]!
        if (cells[4 * child] !== node) break
        node = child
        at++
        const id = cells[4 * node + 2]!
        if (id < 0) continue
        forward[at]! += soFar * shares[id]!
        starts[found] = from
        ends[found] = at
        ids[found++] = id
      }
    }
    return found
  }

  #growFound(size: number): void {
    this.#starts = growInt32(this.#starts, size)
    this.#ends = growInt32(this.#ends, size)
    this.#ids = growInt32(this.#ids, size)
  }

  #sumBackward(
    size: number,
    found: number,
    into: { readonly shares: Float64Array; readonly expected: Float64Array; readonly scale: number }
  ): void {
    const { expected, scale, shares } = into
    const [forward, backward] = [this.#forward, this.#backward]
    const [starts, ends, ids] = [this.#starts, this.#ends, this.#ids]
    backward.fill(0, 0, size)
    backward[size] = 1
    for (let n = found - 1; n >= 0; n--) {
      const [from, id] = [starts[n]!, ids[n]!]
      const on = shares[id]! * backward[ends[n]!]!
      backward[from]! += on
      expected[id]! += scale * forward[from]! * on
    }
  }

  /** Adds to `uses` how often each piece is used in the best ways, times the count of the run. */
  addBest({ counts, strings }: CountedRuns, uses: Float64Array): void {
    const { bytes, starts } = strings
    for (let run = 0; run + 1 < starts.length; run++) {
      const size = starts[run + 1]! - starts[run]!
      this.#reserve(size)
      if (this.#search(bytes, starts[run]!, size, -1) === -Infinity) continue
      for (let end = size; end > 0; end = this.#from[end]!) uses[this.#id[end]!]! += counts[run]!
    }
  }

  /**
   * The best way to cut the text of a piece without that piece: its score (-Infinity if there is none), and its pieces are
   * put into `into`.
   */
  bestWithout(piece: number, into: Array<number>): number {
    const { bytes, starts } = this.#pieces
    const size = starts[piece + 1]! - starts[piece]!
    this.#reserve(size)
    const score = this.#search(bytes, starts[piece]!, size, piece)
    into.length = 0
    if (score === -Infinity) return score
    for (let end = size; end > 0; end = this.#from[end]!) into.push(this.#id[end]!)
    return score
  }

  #search(bytes: Uint8Array, start: number, size: number, without: number): number {
    const { cells } = this.#trie
    const scores = this.#scores
    const [best, fromOf, idOf] = [this.#forward, this.#from, this.#id]
    best.fill(-Infinity, 1, size + 1)
    best[0] = 0
    for (let from = 0; from < size; from++) {
      const soFar = best[from]!
      if (soFar === -Infinity) continue
      let node = 0
      for (let at = from; at < size;) {
        const child = cells[4 * node + 1]! ^ bytes[start + at]!
        if (cells[4 * child] !== node) break
        node = child
        at++
        const id = cells[4 * node + 2]!
        if (id < 0 || id === without) continue
        const score = soFar + scores[id]!
        if (score <= best[at]!) continue
        best[at] = score
        fromOf[at] = from
        idOf[at] = id
      }
    }
    return best[size]!
  }
}
