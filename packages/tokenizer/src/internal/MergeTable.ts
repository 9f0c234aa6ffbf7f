// Pair of ids -> rank and result, by open addressing over one typed array.
import type { Vocabulary } from "../Vocabulary.ts"

const stride = 4 // left, right, rank, result

export class MergeTable {
  readonly #slots: Int32Array
  readonly #shift: number

  constructor(merges: Vocabulary["merges"]) {
    const count = merges.length / 3
    // at most half full
    const bits = Math.max(4, Math.ceil(Math.log2(count * 2 + 1)))
    this.#shift = 32 - bits
    this.#slots = new Int32Array(stride * 2 ** bits).fill(-1)
    for (let rank = 0; rank < count; rank++) {
      const left = merges[3 * rank]!
      const right = merges[3 * rank + 1]!
      const slot = this.find(left, right)
      this.#slots[slot] = left
      this.#slots[slot + 1] = right
      this.#slots[slot + 2] = rank
      this.#slots[slot + 3] = merges[3 * rank + 2]!
    }
  }

  /** Rank of the merge of two ids, or -1. */
  rank(left: number, right: number): number {
    return this.#slots[this.find(left, right) + 2]!
  }

  /** The id that a mergeable pair becomes. */
  result(left: number, right: number): number {
    return this.#slots[this.find(left, right) + 3]!
  }

  /** Where the merge of two ids stands; `rankAt` tells whether there is one. */
  find(left: number, right: number): number {
    const slots = this.#slots
    let index = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> this.#shift
    const last = slots.length / stride - 1
    for (;;) {
      const slot = index * stride
      const found = slots[slot]!
      if (found === -1 || (found === left && slots[slot + 1] === right)) return slot
      index = index === last ? 0 : index + 1
    }
  }

  /** Rank of a merge that was found, or -1. */
  rankAt(slot: number): number {
    return this.#slots[slot + 2]!
  }

  /** What the pair becomes. */
  resultAt(slot: number): number {
    return this.#slots[slot + 3]!
  }
}
