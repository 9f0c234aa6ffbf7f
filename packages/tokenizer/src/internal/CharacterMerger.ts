// Applies merges to tokens in place, always the one of lowest rank first and of equal ones the leftmost, as Hugging Face does.
import type { TokenSpans } from "../TokenSpans.ts"
import { CandidateHeap } from "./CandidateHeap.ts"
import type { MergeTable } from "./MergeTable.ts"

const positions = 2 ** 31

export class CharacterMerger {
  readonly #table: MergeTable
  #next = new Int32Array(64)
  #previous = new Int32Array(64)
  readonly #heap = new CandidateHeap()

  constructor(table: MergeTable) {
    this.#table = table
  }

  /** Merges the tokens from `from` on. Time: n log n. */
  merge(tokens: TokenSpans, from: number): void {
    const table = this.#table
    const heap = this.#heap
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
      if (rank >= 0) heap.push(rank * positions + left)
    }
    for (let i = 0; i < length; i++) {
      next[i] = i + 1
      previous[i] = i - 1
      if (i > 0) offer(i - 1, i)
    }
    while (heap.size > 0) {
      const key = heap.pop()
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
}
