// Applies merges to one word, always the one of lowest rank first and of equal ones the leftmost, as Hugging Face does.
import { CandidateHeap } from "./CandidateHeap.ts"
import type { MergeTable } from "./MergeTable.ts"

/** What the rank -1 of a pair that does not merge is as an unsigned number. */
const none = 0xffffffff
const positions = 2 ** 31

/** Up to here looking for the best pair again and again is faster than a heap. */
const shortWord = 32

export class WordMerger {
  readonly #table: MergeTable
  readonly #byteIds: Int32Array
  /** ids of the word last merged, `count` of them */
  ids = new Int32Array(shortWord)
  readonly #ranks = new Uint32Array(shortWord)
  readonly #merged = new Int32Array(shortWord)
  #next = new Int32Array(shortWord)
  #previous = new Int32Array(shortWord)
  readonly #heap = new CandidateHeap()

  constructor(table: MergeTable, byteIds: Int32Array) {
    this.#table = table
    this.#byteIds = byteIds
  }

  /** Merges `bytes[start..end)` into `ids` and gives their number. Time: n log n. */
  merge(bytes: Uint8Array, start: number, end: number): number {
    return end - start <= shortWord ? this.#mergeShort(bytes, start, end) : this.#mergeLong(bytes, start, end)
  }

  #mergeShort(bytes: Uint8Array, start: number, end: number): number {
    const table = this.#table
    const byteIds = this.#byteIds
    const ids = this.ids
    const ranks = this.#ranks // of the pair (i, i + 1)
    const merged = this.#merged // and what it becomes
    let count = end - start
    let id = byteIds[bytes[start]!]!
    ids[0] = id
    for (let i = 1; i < count; i++) {
      const next = byteIds[bytes[start + i]!]!
      const slot = table.find(id, next)
      ranks[i - 1] = table.rankAt(slot)
      merged[i - 1] = table.resultAt(slot)
      ids[i] = next
      id = next
    }
    for (;;) {
      let best = none
      let at = -1
      for (let i = 0; i + 1 < count; i++) {
        const rank = ranks[i]!
        if (rank < best) {
          best = rank
          at = i
        }
      }
      if (at < 0) return count
      id = merged[at]!
      ids[at] = id
      count--
      // a few numbers: a loop is quicker than a call
      for (let i = at + 1; i < count; i++) {
        ids[i] = ids[i + 1]!
        ranks[i] = ranks[i + 1]!
        merged[i] = merged[i + 1]!
      }
      if (at > 0) {
        const slot = table.find(ids[at - 1]!, id)
        ranks[at - 1] = table.rankAt(slot)
        merged[at - 1] = table.resultAt(slot)
      }
      if (at + 1 < count) {
        const slot = table.find(id, ids[at + 1]!)
        ranks[at] = table.rankAt(slot)
        merged[at] = table.resultAt(slot)
      }
    }
  }

  /** A linked list and a heap of candidates; a candidate that no longer fits is dropped when it comes up. */
  #mergeLong(bytes: Uint8Array, start: number, end: number): number {
    const table = this.#table
    const length = end - start
    if (this.ids.length < length) this.ids = new Int32Array(length)
    if (this.#next.length < length) {
      this.#next = new Int32Array(length)
      this.#previous = new Int32Array(length)
    }
    const ids = this.ids
    const next = this.#next
    const previous = this.#previous
    const heap = this.#heap
    for (let i = 0; i < length; i++) {
      ids[i] = this.#byteIds[bytes[start + i]!]!
      next[i] = i + 1
      previous[i] = i - 1
    }
    const offer = (left: number, right: number) => {
      const rank = table.rank(ids[left]!, ids[right]!)
      if (rank >= 0) heap.push(rank * positions + left)
    }
    for (let i = 0; i + 1 < length; i++) offer(i, i + 1)
    while (heap.size > 0) {
      const key = heap.pop()
      const rank = Math.floor(key / positions)
      const left = key - rank * positions
      if (ids[left]! < 0) continue // swallowed by its left neighbour
      const right = next[left]!
      if (right >= length || table.rank(ids[left]!, ids[right]!) !== rank) continue
      ids[left] = table.result(ids[left]!, ids[right]!)
      ids[right] = -1
      const after = next[right]!
      next[left] = after
      if (after < length) {
        previous[after] = left
        offer(left, after)
      }
      if (left > 0) offer(previous[left]!, left)
    }
    let count = 0
    for (let i = 0; i < length; i = next[i]!) ids[count++] = ids[i]!
    return count
  }
}
