// What is kept of every document while duplicates are sought: 14 keys of 32 bits, 112 hashes of 8 bits and two 64-bit prints,
// 188 bytes with datatrove's settings. The arrays are shared, so that worker threads write where the main thread reads.
import { TextPrint } from "./TextPrint.ts"
import { MinHash, type MinHashSettings } from "./MinHash.ts"
import { mix, Shingles, Units } from "./Shingles.ts"

export interface SignatureSettings extends MinHashSettings {
  /** units of an n-gram of words, and of one of characters */
  readonly wordNgrams: number
  readonly charNgrams: number
  readonly near: boolean
  readonly exact: boolean
  readonly ignoreCase: boolean
}

/** Documents one after the other: `ends` in UTF-16 units, `spaced` 1 where the script has spaces between words. */
export interface Texts {
  readonly text: string
  readonly ends: Uint32Array
  readonly spaced: Uint8Array
}

export interface SignatureTable {
  readonly rows: number
  /** of each bucket, one after the other: equal for documents that agree in all hashes of it */
  readonly keys: Uint32Array<SharedArrayBuffer>
  /** 8 bits of every hash, document by document (b-bit minwise hashing, Li and König 2010) */
  readonly sketches: Uint8Array<SharedArrayBuffer>
  /** n-grams, repeated ones too; 0: too short to be compared */
  readonly shingles: Uint32Array<SharedArrayBuffer>
  /** two halves of the print of the whole text */
  readonly prints: Uint32Array<SharedArrayBuffer>
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes)

export const signatureTable = (rows: number, settings: SignatureSettings): SignatureTable => {
  const { buckets, hashesPerBucket } = settings
  const near = settings.near ? rows : 0
  return {
    rows,
    keys: new Uint32Array(shared(4 * near * buckets)),
    sketches: new Uint8Array(shared(near * buckets * hashesPerBucket)),
    shingles: new Uint32Array(shared(4 * near)),
    prints: new Uint32Array(shared(settings.exact ? 8 * rows : 0))
  }
}

/** Fills rows of a table. One for each thread. */
export class Signer {
  readonly #settings: SignatureSettings
  readonly #table: SignatureTable
  readonly #units = new Units()
  readonly #shingles = new Shingles("near")
  readonly #minhash: MinHash
  readonly #print: TextPrint

  constructor(table: SignatureTable, settings: SignatureSettings) {
    this.#table = table
    this.#settings = settings
    this.#minhash = new MinHash(settings)
    this.#print = new TextPrint(settings)
  }

  sign(firstRow: number, { ends, spaced, text }: Texts): void {
    const { near, exact, charNgrams, wordNgrams } = this.#settings
    this.#units.fill(text)
    const units = this.#units.values
    let from = 0
    for (let i = 0; i < ends.length; i++) {
      const to = ends[i]!
      if (exact) {
        this.#print.read(units, from, to)
        this.#table.prints[2 * (firstRow + i)] = this.#print.low
        this.#table.prints[2 * (firstRow + i) + 1] = this.#print.high
      }
      if (near) this.#sketch(firstRow + i, from, to, spaced[i] === 1 ? wordNgrams : charNgrams)
      from = to
    }
  }

  #sketch(row: number, from: number, to: number, n: number): void {
    const { keys, rows, shingles, sketches } = this.#table
    const { buckets, hashesPerBucket } = this.#settings
    this.#shingles.read(this.#units.values, from, to)
    const count = this.#shingles.roll(n)
    shingles[row] = count
    if (count === 0) return
    const { hashes, least } = this.#minhash
    this.#minhash.sign(this.#shingles.ngrams, count)
    for (let bucket = 0, i = 0; bucket < buckets; bucket++) {
      let key = bucket
      for (const end = i + hashesPerBucket; i < end; i++) {
        const value = mix(least[i]!)
        sketches[row * hashes + i] = value
        key = (Math.imul(key, 0x9e3779b1) + value) | 0
      }
      keys[bucket * rows + row] = mix(key)
    }
  }
}
