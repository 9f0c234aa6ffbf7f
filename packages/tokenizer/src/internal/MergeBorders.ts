// Where a long word of Chinese, Japanese or Korean can be cut without changing a token. Between two characters that no merge
// could ever join (none has a left side that ends like the text before and a right side that begins like the text after) the
// word's tokens are those of its two parts, and short parts come again far more often than long words do.
import type { Vocabulary } from "../Vocabulary.ts"

const bits = 20
/** Bytes of either side that are looked at: a whole character. */
const most = 3

const isLead = (byte: number) => byte >= 0xe0 && byte < 0xf0
const isContinuation = (byte: number) => (byte & 0xc0) === 0x80

export class MergeBorders {
  /** by a hash of the sides: 1 if there may be such a merge */
  readonly #joins = new Uint32Array(2 ** (bits - 5))
  /** lengths of the sides that there are: 4 * left + right */
  readonly #lengths: ReadonlyArray<number>

  constructor({ merges, pieces }: Pick<Vocabulary, "merges" | "pieces">) {
    const lengths = new Set<number>()
    for (let i = 0; i < merges.length; i += 3) {
      const left = pieces[merges[i]!]!
      const right = pieces[merges[i + 1]!]!
      if (!isLead(right[0]!) || !isContinuation(left.at(-1)!)) continue
      const before = Math.min(most, left.length)
      const after = Math.min(most, right.length)
      lengths.add(4 * before + after)
      const hash = hashOf(packed(left, left.length - before, before), packed(right, 0, after))
      this.#joins[hash >>> 5]! |= 1 << (hash & 31)
    }
    this.#lengths = [...lengths]
  }

  /** The first place in `bytes[start..end)` where it may be cut, or `end`. */
  cut(bytes: Uint8Array, start: number, end: number): number {
    for (let at = start + most; at + most <= end;) {
      const lead = bytes[at]!
      if (isLead(lead) && isLead(bytes[at - most]!)) {
        if (!this.#mayJoin(bytes, at)) return at
        at += most
      } else at++
    }
    return end
  }

  #mayJoin(bytes: Uint8Array, at: number): boolean {
    for (const lengths of this.#lengths) {
      const before = lengths >> 2
      const hash = hashOf(packed(bytes, at - before, before), packed(bytes, at, lengths & 3))
      if (((this.#joins[hash >>> 5]! >>> (hash & 31)) & 1) === 1) return true
    }
    return false
  }
}

/** Up to three bytes and their number in one. */
const packed = (bytes: Uint8Array, at: number, length: number): number =>
  length === 3
    ? (3 << 24) | (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    : length === 2
      ? (2 << 24) | (bytes[at]! << 8) | bytes[at + 1]!
      : (1 << 24) | bytes[at]!

const hashOf = (left: number, right: number): number => {
  const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
  return Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) >>> (32 - bits)
}
