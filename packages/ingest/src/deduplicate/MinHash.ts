// Signatures of sets: the least value of each of many permutations. Two sets agree in one of them with a probability that is
// their Jaccard similarity (Broder 1997), so the share of equal values estimates it.
import { mix } from "./Shingles.ts"

export interface MinHashSettings {
  readonly buckets: number
  readonly hashesPerBucket: number
  readonly seed: number
}

/** Similarity near which it turns out whether a pair shares a bucket: (1 / buckets) ^ (1 / hashesPerBucket). */
export const lshThreshold = ({ buckets, hashesPerBucket }: MinHashSettings): number =>
  (1 / buckets) ** (1 / hashesPerBucket)

/** Above every value of a permutation. */
const most = 0x7fff_ffff

/** Permutations x -> (a x + b) mod 2^32 with odd a, of which the upper 31 bits are compared. */
export class MinHash {
  readonly hashes: number
  /** of the last set */
  readonly least: Int32Array
  readonly #factors: Int32Array
  readonly #terms: Int32Array

  constructor({ buckets, hashesPerBucket, seed }: MinHashSettings) {
    this.hashes = buckets * hashesPerBucket
    this.least = new Int32Array(this.hashes)
    const start = mix((Math.imul(seed, 0x9e3779b1) + 1) | 0)
    this.#factors = Int32Array.from(this.least, (_, i) => mix(Math.imul(start ^ (2 * i), 0x9e3779b1)) | 1)
    this.#terms = Int32Array.from(this.least, (_, i) => mix(Math.imul(start ^ (2 * i + 1), 0x9e3779b1)))
  }

  /** Of the first `count` (at least one) members of a set, repeated or not. */
  sign(members: Int32Array, count: number): void {
    const { hashes, least } = this
    const factors = this.#factors
    const terms = this.#terms
    let i = 0
    // four at a time: members are read once for all of them
    for (; i + 4 <= hashes; i += 4) {
      const [a0, a1, a2, a3] = [factors[i]!, factors[i + 1]!, factors[i + 2]!, factors[i + 3]!]
      const [b0, b1, b2, b3] = [terms[i]!, terms[i + 1]!, terms[i + 2]!, terms[i + 3]!]
      let m0 = most
      let m1 = most
      let m2 = most
      let m3 = most
      for (let j = 0; j < count; j++) {
        const x = members[j]!
        // the sign of a difference of 31-bit numbers says which is less: no branch, twice as fast as Math.min
        let d = (((Math.imul(x, a0) + b0) >>> 1) - m0) | 0
        m0 = (m0 + (d & (d >> 31))) | 0
        d = (((Math.imul(x, a1) + b1) >>> 1) - m1) | 0
        m1 = (m1 + (d & (d >> 31))) | 0
        d = (((Math.imul(x, a2) + b2) >>> 1) - m2) | 0
        m2 = (m2 + (d & (d >> 31))) | 0
        d = (((Math.imul(x, a3) + b3) >>> 1) - m3) | 0
        m3 = (m3 + (d & (d >> 31))) | 0
      }
      least[i] = m0
      least[i + 1] = m1
      least[i + 2] = m2
      least[i + 3] = m3
    }
    for (; i < hashes; i++) {
      const [a, b] = [factors[i]!, terms[i]!]
      let m = most
      for (let j = 0; j < count; j++) m = Math.min(m, (Math.imul(members[j]!, a) + b) >>> 1)
      least[i] = m
    }
  }
}
