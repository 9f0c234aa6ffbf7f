// What has been seen before, for millions of keys: 27 to 53 bytes each, where a map of strings takes some 150.
import { hash } from "node:crypto"

/** words of a key's digest that are kept: two of a billion keys are taken for one with a chance of one in 10^11 */
const words = 3

/**
 * Keys with a number each, compared by the first 96 bits of their SHA-256. Nothing is ever forgotten.
 */
export class Seen {
  #capacity = 2 ** 10
  #size = 0
  #digests = new Uint32Array(words * this.#capacity)
  /** 0 is an empty place, so values are kept one higher */
  #values = new Float64Array(this.#capacity)

  /** The number this key came with the first time; undefined if this is it. Numbers are 0 or more. */
  first(key: string, value: number): number | undefined {
    const place = this.#placeOf(key)
    const before = this.#values[place] ?? 0
    if (before > 0) return before - 1
    this.#fill(place, value + 1)
    return undefined
  }

  /** How often this key has come, this time included. */
  count(key: string): number {
    const place = this.#placeOf(key)
    const count = (this.#values[place] ?? 0) + 1
    if (count > 1) this.#values[place] = count
    else this.#fill(place, count)
    return count
  }

  #fill(place: number, value: number): void {
    this.#values[place] = value
    this.#digests.set(this.#digest, words * place)
    this.#size++
  }

  /** Where the key is, or goes; its digest is left in `#digest`. */
  #placeOf(key: string): number {
    if (this.#size * 4 >= this.#capacity * 3) this.#grow()
    // half the time that bytes would take
    const digits = hash("sha256", key, "hex")
    for (let i = 0; i < words; i++) this.#digest[i] = Number.parseInt(digits.slice(8 * i, 8 * i + 8), 16)
    return this.#find(this.#digest, 0)
  }
  readonly #digest = new Uint32Array(words)

  #find(digests: Uint32Array, from: number): number {
    const [a, b, c] = [digests[from], digests[from + 1], digests[from + 2]]
    let place = (a ?? 0) % this.#capacity
    while (this.#values[place] !== 0) {
      const at = words * place
      if (this.#digests[at] === a && this.#digests[at + 1] === b && this.#digests[at + 2] === c) return place
      place = (place + 1) % this.#capacity
    }
    return place
  }

  #grow(): void {
    const [digests, values, before] = [this.#digests, this.#values, this.#capacity]
    this.#capacity = 2 * before
    this.#digests = new Uint32Array(words * this.#capacity)
    this.#values = new Float64Array(this.#capacity)
    for (let i = 0; i < before; i++) {
      const value = values[i] ?? 0
      if (value === 0) continue
      const place = this.#find(digests, words * i)
      this.#values[place] = value
      this.#digests.set(digests.subarray(words * i, words * (i + 1)), words * place)
    }
  }
}
