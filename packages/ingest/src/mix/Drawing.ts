// Which documents a part of a pass takes: those whose hashes come first, so that a larger part holds every smaller one, and the
// order of the documents means nothing.
import { hash } from "node:crypto"

/** A number in [0, 1) from seed and id. */
const place = (id: string, seed: number): number =>
  Number.parseInt(hash("sha256", `mix\0${seed}\0${id}`, "hex").slice(0, 13), 16) / 2 ** 52

/** Collects documents, then says how often each is taken. */
export class Drawing {
  readonly #seed: number
  readonly #places: Array<number> = []
  readonly #bytes: Array<number> = []
  total = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  add(id: string, bytes: number): void {
    this.#places.push(place(id, this.#seed))
    this.#bytes.push(bytes)
    this.total += bytes
  }

  /** Times that each document is taken, in the order of `add`, so that all of them together have about `passes` times the bytes. */
  times(passes: number): Uint8Array {
    const whole = Math.floor(passes)
    const times = new Uint8Array(this.#places.length).fill(whole)
    let left = Math.round((passes - whole) * this.total)
    const order = Array.from(this.#places.keys()).toSorted(
      (a, b) => (this.#places[a] ?? 0) - (this.#places[b] ?? 0)
    )
    for (const row of order) {
      const bytes = this.#bytes[row] ?? 0
      // the one that crosses the border is taken if more than half of it lies before it
      if (left <= bytes / 2) break
      times[row] = whole + 1
      left -= bytes
    }
    return times
  }
}
