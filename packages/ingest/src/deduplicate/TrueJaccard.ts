// The n-grams of some documents themselves, to confirm what their signatures suggest.
import { Shingles, Units } from "./Shingles.ts"

export class TrueJaccard {
  readonly #sets = new Map<number, Int32Array>()
  readonly #units = new Units()
  readonly #shingles = new Shingles("near")

  /** Keeps the distinct n-grams of a document: 4 bytes each. */
  add(row: number, text: string, n: number): void {
    this.#shingles.read(this.#units.values, 0, this.#units.fill(text))
    const sorted = this.#shingles.ngrams.slice(0, this.#shingles.roll(n)).toSorted()
    this.#sets.set(
      row,
      sorted.filter((hash, i) => i === 0 || hash !== sorted[i - 1])
    )
  }

  /** Members of both by members of either; 0 where nothing is known of one. */
  of(a: number, b: number): number {
    const one = this.#sets.get(a) ?? nothing
    const other = this.#sets.get(b) ?? nothing
    let [i, j, both] = [0, 0, 0]
    while (i < one.length && j < other.length) {
      const difference = one[i]! - other[j]!
      if (difference === 0) both++
      if (difference <= 0) i++
      if (difference >= 0) j++
    }
    const either = one.length + other.length - both
    return either === 0 ? 0 : both / either
  }
}

const nothing = new Int32Array(0)
