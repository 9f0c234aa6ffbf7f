// Finds which of many stretches of a text are equal: each gets the place of the first that reads the same.

/**
 * A hash table with open addressing that is made once and used for text after text. Hashes are only hints: stretches are compared
 * unit by unit.
 */
export class Spans {
  #table = new Int32Array(1024)
  #mask = 1023

  /** Empties the table and makes it large enough for `n` entries. */
  #clear(n: number): void {
    let size = 64
    while (size < 2 * n) size *= 2
    if (size > this.#table.length) this.#table = new Int32Array(size)
    else this.#table.fill(0, 0, size)
    this.#mask = size - 1
  }

  /** Writes into `first` the index of the first stretch equal to each of the `n`; gives the number of distinct ones. */
  equal(units: Uint16Array, { starts, ends, hashes, n }: Stretches, first: Int32Array): number {
    this.#clear(n)
    const [table, mask] = [this.#table, this.#mask]
    let distinct = 0
    for (let i = 0; i < n; i++) {
      const start = starts[i]!
      const length = ends[i]! - start
      const hash = hashes[i]!
      let slot = spread(hash) & mask
      let found = i
      for (;;) {
        const entry = table[slot]!
        if (entry === 0) {
          table[slot] = i + 1
          distinct++
          break
        }
        const other = entry - 1
        if (hashes[other] === hash && length === ends[other]! - starts[other]!) {
          let a = start
          let b = starts[other]!
          const end = start + length
          while (a < end && units[a] === units[b]) {
            a++
            b++
          }
          if (a === end) {
            found = other
            break
          }
        }
        slot = (slot + 1) & mask
      }
      first[i] = found
    }
    return distinct
  }

  /**
   * The same for runs that begin at the `n` places in `places`: equal where both `left[place]` and `right[place + offset]` are. Writes
   * the first place of each run into `first[place]` and how often it came into `counts` at that first place.
   */
  pairs({ places, n, left, right, offset }: Pairs, first: Int32Array, counts: Int32Array): void {
    this.#clear(n)
    const [table, mask] = [this.#table, this.#mask]
    for (let i = 0; i < n; i++) {
      const place = places[i]!
      const l = left[place]!
      const r = right[place + offset]!
      let slot = spread(Math.imul(l, 0x9e3779b1) ^ r) & mask
      for (;;) {
        const entry = table[slot]!
        if (entry === 0) {
          table[slot] = place + 1
          first[place] = place
          counts[place] = 1
          break
        }
        const other = entry - 1
        if (left[other] === l && right[other + offset] === r) {
          first[place] = other
          counts[other] = counts[other]! + 1
          break
        }
        slot = (slot + 1) & mask
      }
    }
  }
}

export interface Stretches {
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly hashes: Int32Array
  readonly n: number
}

export interface Pairs {
  readonly places: Int32Array
  readonly n: number
  readonly left: Int32Array
  readonly right: Int32Array
  readonly offset: number
}

/** The finalizer of MurmurHash3: every bit of the hash moves the slot. */
const spread = (hash: number): number => {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  return h ^ (h >>> 16)
}
