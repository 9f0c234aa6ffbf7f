// Few of the many hashes of a text, chosen so that two texts that share a long enough stretch share one of them: winnowing
// (Schleimer, Wilkerson and Aiken 2003). Of every `window` hashes of `width` units the least is taken, the last one of equals.
import { mix } from "./Shingles.ts"

const base = 0x9e3779b1 | 0

export class Fingerprints {
  /** units of one hash */
  readonly width: number
  readonly #window: number
  readonly #highest: number
  /** of the last text: hashes and where each begins */
  hashes = new Int32Array(2 ** 10)
  places = new Int32Array(2 ** 10)
  count = 0
  #all = new Int32Array(2 ** 12)

  /** Any stretch of `shared` units has a fingerprint in it. */
  constructor(shared: number) {
    this.width = Math.ceil(shared / 2)
    this.#window = shared - this.width + 1
    let highest = 1
    for (let i = 1; i < this.width; i++) highest = Math.imul(highest, base)
    this.#highest = highest
  }

  read(units: Uint16Array, length: number): void {
    const all = this.#hashAll(units, length)
    const hashes = length - this.width + 1
    const window = this.#window
    this.count = 0
    let least = -1
    for (let end = window - 1; end < hashes; end++) {
      const from = end - window + 1
      if (least >= from) {
        if (all[end]! <= all[least]!) least = end
        else continue
      } else {
        least = from
        for (let i = from + 1; i <= end; i++) if (all[i]! <= all[least]!) least = i
      }
      this.#take(all[least]!, least)
    }
  }

  #hashAll(units: Uint16Array, length: number): Int32Array {
    if (length > this.#all.length) this.#all = new Int32Array(2 ** Math.ceil(Math.log2(length)))
    const all = this.#all
    const { width } = this
    const highest = this.#highest
    let sum = 0
    for (let i = 0; i < length; i++) {
      sum = (Math.imul(sum, base) + units[i]! + 1) | 0
      if (i < width - 1) continue
      const at = i - width + 1
      all[at] = mix(sum)
      sum = (sum - Math.imul(units[at]! + 1, highest)) | 0
    }
    return all
  }

  #take(hash: number, place: number): void {
    if (this.count === this.hashes.length) {
      const [hashes, places] = [this.hashes, this.places]
      this.hashes = new Int32Array(2 * this.count)
      this.places = new Int32Array(2 * this.count)
      this.hashes.set(hashes)
      this.places.set(places)
    }
    this.hashes[this.count] = hash
    this.places[this.count] = place
    this.count++
  }
}
