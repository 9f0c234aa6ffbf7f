// Applies merges to tokens in place, always the one of lowest rank first and of equal ones the leftmost, as Hugging Face does.
import type { TokenSpans } from "../TokenSpans.ts"
import { growFloat64 } from "./Grow.ts"
import type { MergeTable } from "./MergeTable.ts"

const positions = 2 ** 31

export class CharacterMerger {
  readonly #table: MergeTable
  #next = new Int32Array(64)
  #previous = new Int32Array(64)
  /** a binary min-heap of rank times 2^31 plus position, exact below 2^53 */
  #heap = new Float64Array(64)
  #size = 0

  constructor(table: MergeTable) {
    this.#table = table
  }

  /** Merges the tokens from `from` on. Time: n log n. */
  merge(tokens: TokenSpans, from: number): void {
    const table = this.#table
    const { ends, ids, starts } = tokens
    const length = tokens.length - from
    if (length > this.#next.length) {
      this.#next = new Int32Array(2 * length)
      this.#previous = new Int32Array(2 * length)
    }
    const next = this.#next
    const previous = this.#previous
    const alive = new Uint8Array(length).fill(1)
    const offer = (left: number, right: number) => {
      const rank = table.rank(ids[from + left]!, ids[from + right]!)
      if (rank >= 0) this.#push(rank * positions + left)
    }
    for (let i = 0; i < length; i++) {
      next[i] = i + 1
      previous[i] = i - 1
      if (i > 0) offer(i - 1, i)
    }
    while (this.#size > 0) {
      const key = this.#pop()
      const rank = Math.floor(key / positions)
      const left = key - rank * positions
      const right = next[left]!
      if (alive[left] === 0 || right >= length) continue
      if (table.rank(ids[from + left]!, ids[from + right]!) !== rank) continue
      ids[from + left] = table.result(ids[from + left]!, ids[from + right]!)
      ends[from + left] = ends[from + right]!
      alive[right] = 0
      const after = next[right]!
      next[left] = after
      if (after < length) {
        previous[after] = left
        offer(left, after)
      }
      if (left > 0) offer(previous[left]!, left)
    }
    let count = from
    for (let i = 0; i < length; i = next[i]!) {
      ids[count] = ids[from + i]!
      starts[count] = starts[from + i]!
      ends[count++] = ends[from + i]!
    }
    tokens.length = count
  }

  #push(key: number): void {
    if (this.#size === this.#heap.length) this.#heap = growFloat64(this.#heap, this.#size + 1)
    const heap = this.#heap
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= key) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = key
  }

  #pop(): number {
    const heap = this.#heap
    const top = heap[0]!
    const size = --this.#size
    const moved = heap[size]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= moved) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = moved
    return top
  }
}
