// How often each pair of neighbouring ids occurs, and for the current round at which positions it has newly come up.
import { growFloat64, growInt32 } from "./Grow.ts"

/** Stands for the list of a pair that is too rare to have one. */
const rare = -(2 ** 31)

export class PairCounts {
  size = 0
  left = new Int32Array(1 << 12)
  right = new Int32Array(1 << 12)
  count = new Float64Array(1 << 12)
  /** pair number + 1, 0 for free; at most half full */
  #slots = new Int32Array(1 << 13)
  /** places of each pair in this round */
  #gains = new Int32Array(1 << 12)
  #gainPairs = new Int32Array(1 << 12)
  #gainPositions = new Int32Array(1 << 12)
  #gained = 0

  /** The pair occurs `times` more (or fewer); gives its number. */
  change(left: number, right: number, times: number): number {
    const pair = this.numberOf(left, right)
    this.count[pair]! += times
    return pair
  }

  /** The pair occurs `times` more, at `position`. */
  gain(left: number, right: number, times: number, position: number): void {
    const pair = this.change(left, right, times)
    this.#gains[pair]!++
    if (this.#gained === this.#gainPairs.length) {
      this.#gainPairs = growInt32(this.#gainPairs, this.#gained + 1)
      this.#gainPositions = growInt32(this.#gainPositions, this.#gained + 1)
    }
    this.#gainPairs[this.#gained] = pair
    this.#gainPositions[this.#gained++] = position
  }

  /**
   * Ends a round: visits each pair with gains that occurs at least `least` times; its positions are
   * `positions[from .. to)`, in the order they came. All pairs of a round share one array, since most gain very little.
   */
  drainGains(
    least: number,
    visit: (pair: number, positions: Int32Array, from: number, to: number) => void
  ): void {
    const gains = this.#gains
    const pairs: Array<number> = []
    let total = 0
    // turns the number of gains into where the pair's list begins, below zero: then the pair has been seen
    for (let i = 0; i < this.#gained; i++) {
      const pair = this.#gainPairs[i]!
      const gained = gains[pair]!
      if (gained <= 0) continue
      if (this.count[pair]! < least) {
        gains[pair] = rare
        pairs.push(pair)
        continue
      }
      gains[pair] = -1 - total
      pairs.push(pair)
      total += gained
    }
    const positions = new Int32Array(total)
    for (let i = 0; i < this.#gained; i++) {
      const pair = this.#gainPairs[i]!
      if (gains[pair] !== rare) positions[-1 - gains[pair]!--] = this.#gainPositions[i]!
    }
    let from = 0
    for (const pair of pairs) {
      if (gains[pair] !== rare) {
        const to = -1 - gains[pair]!
        visit(pair, positions, from, to)
        from = to
      }
      gains[pair] = 0
    }
    this.#gained = 0
  }

  /** Number of a pair, a new one if it was never seen. */
  numberOf(left: number, right: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#start(left, right)
    for (;;) {
      const pair = this.#slots[slot]! - 1
      if (pair < 0) return this.#add(left, right, slot)
      if (this.left[pair] === left && this.right[pair] === right) return pair
      slot = (slot + 1) & mask
    }
  }

  #add(left: number, right: number, slot: number): number {
    const pair = this.size++
    if (pair === this.left.length) {
      this.left = growInt32(this.left, pair + 1)
      this.right = growInt32(this.right, pair + 1)
      this.count = growFloat64(this.count, pair + 1)
      this.#gains = growInt32(this.#gains, pair + 1)
    }
    this.left[pair] = left
    this.right[pair] = right
    this.#slots[slot] = pair + 1
    if (2 * this.size > this.#slots.length) this.#rehash()
    return pair
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length)
    const mask = this.#slots.length - 1
    for (let pair = 0; pair < this.size; pair++) {
      let slot = this.#start(this.left[pair]!, this.right[pair]!)
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = pair + 1
    }
  }

  #start(left: number, right: number): number {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1)
  }
}
