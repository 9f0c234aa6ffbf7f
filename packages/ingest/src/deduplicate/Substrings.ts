// Repeated stretches of text: of all that are equal the first stays, in the document that is preferred; the others are cut out.
// Two passes find the documents that share a fingerprint with another, or with themselves; only their texts are held.
import { Fingerprints } from "./Fingerprints.ts"
import type { Roster } from "./Roster.ts"
import { Units } from "./Shingles.ts"

interface Suspect {
  readonly row: number
  /** a copy: a slice of a string would keep the whole batch it was cut from */
  readonly units: Uint16Array
  /** fingerprints that were met before, and where */
  readonly hashes: Int32Array
  readonly places: Int32Array
}

interface Occurrence {
  readonly suspect: Suspect
  readonly place: number
}

/** From and to in UTF-16 units, `to` left out, in order and apart. */
export type Stretch = readonly [from: number, to: number]

/** Places tried for each fingerprint; a phrase that stands in more has been cut from most of them. */
const mostOccurrences = 32

export class Substrings {
  readonly #minChars: number
  readonly #roster: Roster
  readonly #fingerprints: Fingerprints
  readonly #units = new Units()
  readonly #once: Uint8Array
  readonly #twice: Uint8Array
  readonly #mask: number
  readonly #suspects: Array<Suspect> = []

  /** `bytes` of all texts decide how large the two filters are: 8 bits each for a fingerprint, a tenth of the text in all. */
  constructor(minChars: number, roster: Roster, bytes: number) {
    this.#minChars = minChars
    this.#roster = roster
    this.#fingerprints = new Fingerprints(minChars)
    const expected = (4 * bytes) / minChars
    const bits = Math.min(32, Math.max(16, Math.ceil(Math.log2(8 * expected))))
    this.#once = new Uint8Array(2 ** (bits - 3))
    this.#twice = new Uint8Array(2 ** (bits - 3))
    this.#mask = bits === 32 ? -1 : 2 ** bits - 1
  }

  /** First pass, for every document. */
  note(text: string): void {
    const { count, hashes } = this.#read(text)
    for (let i = 0; i < count; i++) {
      const at = (hashes[i]! & this.#mask) >>> 0
      const bit = 1 << (at & 7)
      const byte = at >>> 3
      if ((this.#once[byte]! & bit) === 0) this.#once[byte]! |= bit
      else this.#twice[byte]! |= bit
    }
  }

  /** Second pass, for every document. */
  gather(row: number, text: string): void {
    const { count, hashes, places } = this.#read(text)
    const met: Array<number> = []
    for (let i = 0; i < count; i++) {
      const at = (hashes[i]! & this.#mask) >>> 0
      if ((this.#twice[at >>> 3]! & (1 << (at & 7))) !== 0) met.push(i)
    }
    if (met.length === 0) return
    this.#suspects.push({
      row,
      units: this.#units.values.slice(0, text.length),
      hashes: Int32Array.from(met, (i) => hashes[i]!),
      places: Int32Array.from(met, (i) => places[i]!)
    })
  }

  /** What must be cut out of which row, after both passes. */
  find(): ReadonlyMap<number, ReadonlyArray<Stretch>> {
    const found = new Map<number, ReadonlyArray<Stretch>>()
    const known = new Map<number, Array<Occurrence>>()
    const suspects = this.#suspects.toSorted((a, b) => this.#roster.compare(a.row, b.row))
    for (const suspect of suspects) {
      const cuts = this.#cutsOf(suspect, known)
      if (cuts.length > 0) found.set(suspect.row, cuts)
    }
    return found
  }

  #cutsOf(suspect: Suspect, known: Map<number, Array<Occurrence>>): ReadonlyArray<Stretch> {
    const realm = this.#roster.realm(suspect.row)
    const { width } = this.#fingerprints
    const cuts: Array<[number, number]> = []
    for (const [i, place] of suspect.places.entries()) {
      const last = cuts.at(-1)
      if (last !== undefined && place + width <= last[1]) continue
      // kept apart: splits have fingerprints of their own
      const key = suspect.hashes[i]! ^ realm
      const occurrences = known.get(key) ?? []
      let [from, to] = [place, place]
      for (const occurrence of occurrences) {
        const [start, end] = common(occurrence, { suspect, place })
        if (end - start > to - from) [from, to] = [start, end]
      }
      if (to - from < this.#minChars) {
        if (occurrences.length < mostOccurrences) known.set(key, [...occurrences, { suspect, place }])
        continue
      }
      ;[from, to] = atCharacters(suspect.units, from, to)
      if (last !== undefined && from <= last[1]) last[1] = Math.max(to, last[1])
      else cuts.push([from, to])
    }
    return cuts
  }

  #read(text: string): Fingerprints {
    const length = this.#units.fill(text)
    this.#fingerprints.read(this.#units.values, length)
    return this.#fingerprints
  }
}

/** The longest equal stretch round two places, in the text of the second; in one text, what does not overlap. */
const common = (one: Occurrence, other: Occurrence): Stretch => {
  const [a, b] = [one.suspect.units, other.suspect.units]
  const distance = one.suspect === other.suspect ? other.place - one.place : Number.POSITIVE_INFINITY
  let left = 0
  while (
    left < one.place &&
    left < other.place &&
    left < distance &&
    a[one.place - left - 1] === b[other.place - left - 1]
  )
    left++
  let right = 0
  while (
    one.place + right < a.length &&
    other.place + right < b.length &&
    left + right < distance &&
    a[one.place + right] === b[other.place + right]
  )
    right++
  return [other.place - left, other.place + right]
}

const isLow = (units: Uint16Array, at: number): boolean => {
  const unit = units[at] ?? 0
  return unit >= 0xdc00 && unit < 0xe000
}

/** No half of a surrogate pair is cut off. */
const atCharacters = (units: Uint16Array, from: number, to: number): [number, number] => [
  isLow(units, from) ? from + 1 : from,
  isLow(units, to) ? to - 1 : to
]

/** The text without the stretches. */
export const without = (text: string, stretches: ReadonlyArray<Stretch>): string => {
  let kept = ""
  let copied = 0
  for (const [from, to] of stretches) {
    kept += text.slice(copied, from)
    copied = to
  }
  return kept + text.slice(copied)
}
