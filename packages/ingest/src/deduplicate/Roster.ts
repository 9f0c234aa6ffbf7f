// Who the documents are, in the order they come in, and which of two that say the same stays.
import type { Split } from "@inkstone/artifact"

/** How the one that stays is chosen; ties go to the smallest id, so the order of the documents decides nothing. */
export interface Preference {
  readonly keep: "longest" | "smallest-id"
  /**
   * `held-out-stays`: test before validation before train, so that no twin of a held-out document is left in train.
   * `apart`: documents of different splits are never compared. `ignored`: splits do not matter.
   */
  readonly splits: "held-out-stays" | "apart" | "ignored"
}

const order: Readonly<Record<Split, number>> = { test: 0, validation: 1, train: 2 }
const names: ReadonlyArray<string> = ["test", "validation", "train"]

/** Ids lie in one buffer: a million of them take 32 MB, not 100. */
export class Roster {
  readonly #preference: Preference
  #ids = Buffer.alloc(2 ** 16)
  #filled = 0
  readonly #ends: Float64Array
  readonly #bytes: Uint32Array
  readonly #splits: Uint8Array
  rows = 0

  constructor(rows: number, preference: Preference) {
    this.#preference = preference
    this.#ends = new Float64Array(rows)
    this.#bytes = new Uint32Array(rows)
    this.#splits = new Uint8Array(rows)
  }

  add(id: string, split: string, bytes: number): void {
    const most = 3 * id.length
    if (this.#filled + most > this.#ids.length) {
      const larger = Buffer.alloc(2 * this.#ids.length + most)
      larger.set(this.#ids.subarray(0, this.#filled))
      this.#ids = larger
    }
    this.#filled += this.#ids.write(id, this.#filled)
    this.#ends[this.rows] = this.#filled
    this.#bytes[this.rows] = bytes
    this.#splits[this.rows] = isSplit(split) ? order[split] : order.train
    this.rows++
  }

  id(row: number): string {
    return this.#ids.toString("utf8", this.#from(row), this.#ends[row])
  }

  split(row: number): string {
    return names[this.#splits[row] ?? 2] ?? "train"
  }

  /** Only documents of the same realm are compared: all are of one, unless splits are kept apart. */
  realm(row: number): number {
    return this.#preference.splits === "apart" ? this.#splits[row]! : 0
  }

  /** Below 0 where `a` stays rather than `b`. */
  compare(a: number, b: number): number {
    if (this.#preference.splits === "held-out-stays") {
      const difference = this.#splits[a]! - this.#splits[b]!
      if (difference !== 0) return difference
    }
    if (this.#preference.keep === "longest") {
      const difference = this.#bytes[b]! - this.#bytes[a]!
      if (difference !== 0) return difference
    }
    return this.#ids.compare(this.#ids, this.#from(b), this.#ends[b], this.#from(a), this.#ends[a])
  }

  #from(row: number): number {
    return row === 0 ? 0 : this.#ends[row - 1]!
  }
}

const isSplit = (name: string): name is Split => Object.hasOwn(order, name)
