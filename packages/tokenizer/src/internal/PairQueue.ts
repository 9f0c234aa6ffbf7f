// Pairs to merge, the most frequent first; of equal ones the one with the lower ids, left before right. That order is
// Hugging Face's, so that both learn the same vocabulary.
import type { PairCounts } from "./PairCounts.ts"

export interface Candidate {
  readonly pair: number
  /** as counted when it was queued; the pair may have become rarer since */
  readonly count: number
  /** it came up at `positions[from .. to)`, ascending; some may be gone since */
  readonly positions: Int32Array
  readonly from: number
  readonly to: number
}

export class PairQueue {
  readonly #pairs: PairCounts
  readonly #heap: Array<Candidate> = []

  constructor(pairs: PairCounts) {
    this.#pairs = pairs
  }

  push(candidate: Candidate): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(candidate)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(candidate, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = candidate
  }

  pop(): Candidate | undefined {
    const heap = this.#heap
    const top = heap[0]
    const moved = heap.pop()
    if (moved === undefined || heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++
      if (!this.#before(heap[child]!, moved)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = moved
    return top
  }

  #before(a: Candidate, b: Candidate): boolean {
    if (a.count !== b.count) return a.count > b.count
    const { left, right } = this.#pairs
    return left[a.pair] === left[b.pair] ? right[a.pair]! < right[b.pair]! : left[a.pair]! < left[b.pair]!
  }
}
