// Merges to be made, the next one first.
import { growFloat64 } from "./Grow.ts"

/** A binary min-heap of numbers: rank times 2^31 plus position, exact below 2^53. */
export class CandidateHeap {
  #keys = new Float64Array(64)
  size = 0

  push(key: number): void {
    if (this.size === this.#keys.length) {
      this.#keys = growFloat64(this.#keys, this.size + 1)
    }
    const keys = this.#keys
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (keys[parent]! <= key) break
      keys[at] = keys[parent]!
      at = parent
    }
    keys[at] = key
  }

  pop(): number {
    const keys = this.#keys
    const top = keys[0]!
    const size = --this.size
    const moved = keys[size]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= moved) break
      keys[at] = keys[child]!
      at = child
    }
    keys[at] = moved
    return top
  }
}
