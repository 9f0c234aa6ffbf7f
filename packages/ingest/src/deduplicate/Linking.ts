// Finds documents that share a print or a bucket, in memory of 8 bytes a document beside the signatures.
import type { Clusters } from "./Clusters.ts"
import type { Roster } from "./Roster.ts"
import type { SignatureSettings, SignatureTable } from "./Signatures.ts"

/** Open addressing over rows: a row that is equal to one that is there is handed to `meet`, another is put in. */
class Shelf {
  readonly #slots: Int32Array
  readonly #mask: number

  constructor(rows: number) {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * rows + 2)))
    this.#mask = this.#slots.length - 1
  }

  clear(): void {
    this.#slots.fill(0)
  }

  /** The row that is there already, or -1. */
  place(row: number, hash: number, equal: (a: number, b: number) => boolean): number {
    const slots = this.#slots
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const other = slots[at]! - 1
      if (other < 0) {
        slots[at] = row + 1
        return -1
      }
      if (equal(row, other)) return other
    }
  }
}

/**
 * Which keys come twice, with a few too many: two bits by key. Most keys come once, and this fits a processor's cache where the
 * shelf does not, so few rows need go there.
 */
class Repeats {
  readonly #once: Uint8Array
  readonly #twice: Uint8Array
  readonly #mask: number

  constructor(rows: number) {
    const bits = Math.min(32, Math.ceil(Math.log2(16 * rows + 16)))
    this.#once = new Uint8Array(2 ** (bits - 3))
    this.#twice = new Uint8Array(2 ** (bits - 3))
    this.#mask = this.#once.length - 1
  }

  read(keys: Uint32Array): void {
    const [mask, once, twice] = [this.#mask, this.#once, this.#twice]
    once.fill(0)
    twice.fill(0)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      const at = (key >>> 3) & mask
      const bit = 1 << (key & 7)
      twice[at]! |= once[at]! & bit
      once[at]! |= bit
    }
  }

  has(key: number): boolean {
    return (this.#twice[(key >>> 3) & this.#mask]! & (1 << (key & 7))) !== 0
  }
}

/** Joins documents with the same print. */
export const linkExact = (clusters: Clusters, { prints, rows }: SignatureTable, roster: Roster): void => {
  const shelf = new Shelf(rows)
  const equal = (a: number, b: number): boolean =>
    prints[2 * a] === prints[2 * b] &&
    prints[2 * a + 1] === prints[2 * b + 1] &&
    roster.realm(a) === roster.realm(b)
  for (let row = 0; row < rows; row++) {
    const other = shelf.place(row, prints[2 * row]!, equal)
    if (other >= 0) clusters.join(other, row)
  }
}

interface NearSearch {
  readonly table: SignatureTable
  readonly settings: SignatureSettings
  readonly roster: Roster
  readonly clusters: Clusters
}

/**
 * Joins documents that agree in all hashes of a bucket. The key of 32 bits alone would join about a hundred strangers in a
 * million documents, so the 8 bits kept of each hash must agree too.
 */
export const linkNear = ({ clusters, roster, settings, table }: NearSearch): void => {
  const { buckets } = settings
  const { keys, rows, shingles } = table
  const shelf = new Shelf(rows)
  const repeats = new Repeats(rows)
  const agree = agreement(table, settings)
  for (let bucket = 0; bucket < buckets; bucket++) {
    if (bucket > 0) shelf.clear()
    const start = bucket * rows
    const own = keys.subarray(start, start + rows)
    repeats.read(own)
    const equal = (a: number, b: number): boolean =>
      own[a] === own[b] && agree(bucket, a, b) && roster.realm(a) === roster.realm(b)
    for (let row = 0; row < rows; row++) {
      if (shingles[row] === 0 || !repeats.has(own[row]!)) continue
      const other = shelf.place(row, keys[start + row]!, equal)
      if (other >= 0) clusters.join(other, row)
    }
  }
}

/**
 * The same, but only pairs that `similar` confirms are joined. `candidates` are in order of preference: each is compared with
 * those before it in its bucket that found nobody themselves, at most 16, so that what is joined does not depend on the order
 * in which documents came.
 */
export const linkVerified = (
  { clusters, roster, settings, table }: NearSearch,
  candidates: Int32Array,
  similar: (a: number, b: number) => boolean
): void => {
  const { keys, rows, shingles } = table
  const shelf = new Shelf(candidates.length)
  const agree = agreement(table, settings)
  for (let bucket = 0; bucket < settings.buckets; bucket++) {
    shelf.clear()
    const start = bucket * rows
    const heads = new Map<number, Array<number>>()
    const equal = (a: number, b: number): boolean =>
      keys[start + a] === keys[start + b] && agree(bucket, a, b) && roster.realm(a) === roster.realm(b)
    for (const row of candidates) {
      if (shingles[row] === 0) continue
      const first = shelf.place(row, keys[start + row]!, equal)
      if (first < 0) continue
      const known = heads.get(first) ?? [first]
      const twin = known.find((head) => clusters.root(head) === clusters.root(row) || similar(head, row))
      if (twin !== undefined) clusters.join(twin, row)
      else if (known.length < 16) heads.set(first, [...known, row])
    }
  }
}

const agreement = (
  { sketches }: SignatureTable,
  { buckets, hashesPerBucket }: SignatureSettings
): ((bucket: number, a: number, b: number) => boolean) => {
  const hashes = buckets * hashesPerBucket
  return (bucket, a, b) => {
    const from = bucket * hashesPerBucket
    for (let i = from; i < from + hashesPerBucket; i++) {
      if (sketches[a * hashes + i] !== sketches[b * hashes + i]) return false
    }
    return true
  }
}

/** Estimated Jaccard similarity of two documents: the share of equal hashes, less what 8 bits agree in by chance. */
export const estimate = (
  { sketches, shingles }: SignatureTable,
  { buckets, hashesPerBucket }: SignatureSettings,
  [a, b]: readonly [number, number]
): number => {
  if (shingles[a] === 0 || shingles[b] === 0) return Number.NaN
  const hashes = buckets * hashesPerBucket
  let equal = 0
  for (let i = 0; i < hashes; i++) if (sketches[a * hashes + i] === sketches[b * hashes + i]) equal++
  return Math.max(0, (equal / hashes - 1 / 256) / (1 - 1 / 256))
}
