// Signatures of sets: the least value of each of many permutations. Two sets agree in one of them with a probability that is
// their Jaccard similarity (Broder 1997), so the share of equal values estimates it.
import { blockHashes, chunkMembers, kernel, type Kernel } from "./MinHashKernel.ts"
import { mix } from "./Shingles.ts"

export interface MinHashSettings {
  readonly buckets: number
  readonly hashesPerBucket: number
  readonly seed: number
}

/** Similarity near which it turns out whether a pair shares a bucket: (1 / buckets) ^ (1 / hashesPerBucket). */
export const lshThreshold = ({ buckets, hashesPerBucket }: MinHashSettings): number =>
  (1 / buckets) ** (1 / hashesPerBucket)

/** Permutations x -> (a x + b) mod 2^32 with odd a. */
export class MinHash {
  readonly hashes: number
  /** of the last set */
  readonly least: Int32Array
  readonly #kernel: Kernel

  constructor({ buckets, hashesPerBucket, seed }: MinHashSettings) {
    this.hashes = buckets * hashesPerBucket
    this.#kernel = kernel(blockHashes * Math.ceil(this.hashes / blockHashes))
    this.least = this.#kernel.least.subarray(0, this.hashes)
    const start = mix((Math.imul(seed, 0x9e3779b1) + 1) | 0)
    const { factors, terms } = this.#kernel
    for (let i = 0; i < this.hashes; i++) {
      factors[i] = mix(Math.imul(start ^ (2 * i), 0x9e3779b1)) | 1
      terms[i] = mix(Math.imul(start ^ (2 * i + 1), 0x9e3779b1))
    }
  }

  /** Of the first `count` (at least one) members of a set, repeated or not. */
  sign(members: Int32Array, count: number): void {
    const { least, lower, members: chunk } = this.#kernel
    least.fill(-1)
    for (let from = 0; from < count; from += chunkMembers) {
      const some = Math.min(chunkMembers, count - from)
      chunk.set(members.subarray(from, from + some))
      lower(some)
    }
  }
}
