// The pieces that learning starts from: strings that come at least twice, the ones that cover most characters.
import type { ByteStrings } from "../internal/ByteTrie.ts"
import { growBytes, growFloat64, growInt32 } from "../internal/Grow.ts"
import { suffixOrder } from "./SuffixOrder.ts"

/** Runs of text over an alphabet: 0 ends each run, `n` is `alphabet[n - 1]`. */
export interface RunText {
  readonly text: Int32Array
  /** how often the run came that holds this position */
  readonly countAt: (position: number) => number
  /** code points in ascending order, so that an order by number is an order by UTF-8 */
  readonly alphabet: Int32Array
  /** how often each of them came */
  readonly characterCounts: Float64Array
}

export interface SeedOptions {
  readonly maxPieceLength: number
  /** all single characters are taken, and the best of the others until there are so many */
  readonly seedSize: number
}

export interface Seeds {
  /** in the order of their bytes */
  readonly strings: ByteStrings
  /** occurrences times characters */
  readonly weights: Float64Array
  /** 1 for single characters */
  readonly single: Uint8Array
}

/** Candidates: place in the order of suffixes, characters, weight. */
class Candidates {
  size = 0
  places = new Int32Array(1 << 12)
  lengths = new Uint8Array(1 << 12)
  weights = new Float64Array(1 << 12)

  push(place: number, length: number, weight: number): void {
    if (this.size === this.places.length) {
      this.places = growInt32(this.places, this.size + 1)
      this.weights = growFloat64(this.weights, this.size + 1)
      this.lengths = growBytes(this.lengths, this.size + 1)
    }
    this.places[this.size] = place
    this.lengths[this.size] = length
    this.weights[this.size++] = weight
  }
}

/**
 * Walks the tree of all suffixes down to `maxPieceLength` (Abouelhoda, Kurtz, Ohlebusch 2004: intervals of common prefixes by
 * one stack): strings that different characters follow, or that end a run, as SentencePiece's `esaxx` gives them.
 */
export const findSeeds = (runs: RunText, { maxPieceLength, seedSize }: SeedOptions): Seeds => {
  const { alphabet, countAt, text } = runs
  const depth = maxPieceLength + 1
  const order = suffixOrder(text, alphabet.length + 1, depth)
  const found = new Candidates()
  // an open interval: how many characters are common, where it begins, how many occurrences came before it
  const depths = new Int32Array(depth + 2)
  const places = new Int32Array(depth + 2)
  const befores = new Float64Array(depth + 2)
  let top = 0
  let total = 0
  const close = (common: number): void => {
    while (depths[top]! > common) {
      const length = depths[top]!
      const times = total - befores[top]!
      if (length > 1 && length <= maxPieceLength && times >= 2)
        found.push(places[top]!, length, times * length)
      top--
      if (depths[top]! < common) {
        // what begins alike only this far began where the deeper one did
        top++
        depths[top] = common
      }
    }
  }
  let place = 0
  while (place < order.length && text[order[place]!] === 0) place++
  for (let previous = -1; place < order.length; place++) {
    const position = order[place]!
    close(previous < 0 ? 0 : commonLength(text, previous, position, depth))
    const left = runLength(text, position, depth)
    if (left > depths[top]!) {
      top++
      depths[top] = left
      places[top] = place
      befores[top] = total
    }
    total += countAt(position)
    previous = position
  }
  close(0)
  addSingles(order, runs, found)
  return select(order, runs, best(found, seedSize))
}

const addSingles = (order: Int32Array, { characterCounts, text }: RunText, found: Candidates): void => {
  let last = 0
  for (let place = 0; place < order.length; place++) {
    const character = text[order[place]!]!
    if (character === last) continue
    last = character
    found.push(place, 1, characterCounts[character - 1]!)
  }
}

/** Keeps single characters and the heaviest `most` others, of equally heavy ones those found first. */
const best = (found: Candidates, most: number): Candidates => {
  const { lengths, size, weights } = found
  const longer = weights.slice(0, size).filter((_, i) => lengths[i]! > 1)
  if (longer.length <= most) return found
  longer.sort()
  const least = longer[longer.length - most]!
  let equal = 0
  for (let i = longer.length - most; i < longer.length && longer[i] === least; i++) equal++
  const kept = new Candidates()
  for (let i = 0; i < size; i++) {
    const isKept = lengths[i] === 1 || weights[i]! > least || (weights[i] === least && equal-- > 0)
    if (isKept) kept.push(found.places[i]!, lengths[i]!, weights[i]!)
  }
  return kept
}

/** Spells the candidates, in the order of their bytes: by place, and of those that begin there the shorter first. */
const select = (order: Int32Array, { alphabet, text }: RunText, found: Candidates): Seeds => {
  const { lengths, places, size } = found
  // one number to sort by: place, length and the candidate's own number, exact below 2^53
  const keys = Float64Array.from(
    { length: size },
    (_, i) => (places[i]! * 256 + lengths[i]!) * 2 ** 22 + i
  ).toSorted()
  const starts = new Int32Array(size + 1)
  const weights = new Float64Array(size)
  const single = new Uint8Array(size)
  let bytes = new Uint8Array(1 << 16)
  let end = 0
  for (let n = 0; n < size; n++) {
    const i = keys[n]! % 2 ** 22
    if (end + 4 * lengths[i]! > bytes.length) bytes = growBytes(bytes, end + 4 * lengths[i]!)
    const position = order[places[i]!]!
    for (let c = 0; c < lengths[i]!; c++) end = putCodePoint(bytes, end, alphabet[text[position + c]! - 1]!)
    starts[n + 1] = end
    weights[n] = found.weights[i]!
    single[n] = lengths[i] === 1 ? 1 : 0
  }
  return { strings: { bytes, starts }, weights, single }
}

/** Writes a code point as UTF-8 and gives where it ends. */
const putCodePoint = (bytes: Uint8Array, at: number, point: number): number => {
  if (point < 0x80) {
    bytes[at] = point
    return at + 1
  }
  const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
  for (let i = more, left = point; i > 0; i--, left >>= 6) bytes[at + i] = 0x80 | (left & 0x3f)
  bytes[at] = [0, 0xc0, 0xe0, 0xf0][more]! | (point >> (6 * more))
  return at + more + 1
}

const runLength = (text: Int32Array, position: number, most: number): number => {
  let length = 0
  while (length < most && text[position + length]! > 0) length++
  return length
}

const commonLength = (text: Int32Array, a: number, b: number, most: number): number => {
  let length = 0
  while (length < most && text[a + length]! > 0 && text[a + length] === text[b + length]) length++
  return length
}
