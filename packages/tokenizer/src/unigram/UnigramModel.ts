// Unigram language model (Kudo 2018): of all ways to cut a text into pieces the most likely one, found by Viterbi. Ids equal
// those of Hugging Face `tokenizers` (`models/unigram/model.rs`, `encode_optimized`) and of SentencePiece (`unigram_model.cc`,
// `EncodeOptimized`), also where two ways are equally likely: the first one found stays, and numbers are rounded as they do.
import { type ByteStrings, ByteTrie, byteStrings, sortedOrder } from "../internal/ByteTrie.ts"
import { growFloat64, growInt32, growUint32 } from "../internal/Grow.ts"
import { characterBytes } from "./Runs.ts"

/** What a file says about a Unigram model. */
export interface UnigramVocabulary {
  /** by id; `▁` is a space */
  readonly pieces: ReadonlyArray<string>
  /** log probability of each piece in nats */
  readonly scores: Float64Array
  readonly unkId: number
  /** characters without a piece become the pieces `<0x00>` ... `<0xFF>` of their bytes, if all of these are there */
  readonly byteFallback: boolean
}

export interface UnigramOptions {
  /**
   * `double` as `tokenizers` adds, `single` as SentencePiece does: a sum is kept as float32. Default `double`.
   */
  readonly precision?: "double" | "single"
  /** 0 for pieces that no text is cut into (SentencePiece's control, unknown, unused and byte pieces); all by default */
  readonly matched?: Uint8Array
  /** that of the least likely piece, if not all pieces count */
  readonly leastScore?: number
}

/** A character without a piece costs this much more than the least likely piece (both libraries: `kUnkPenalty`). */
const unknownPenalty = 10

export class UnigramModel {
  readonly vocabulary: UnigramVocabulary
  readonly strings: ByteStrings
  readonly #trie: ByteTrie
  readonly #scores: Float64Array
  readonly #isSingle: boolean
  readonly #unknownScore: number
  /** id of each byte's piece, -1 without one */
  readonly #byteIds: Int32Array
  /** best way to each byte: its score, where its last piece starts, and that piece */
  #best = new Float64Array(64)
  #starts = new Int32Array(64)
  #ids = new Int32Array(64)
  /** the last answer, backwards: id and byte where it ends */
  #outIds = new Uint32Array(64)
  #outEnds = new Uint32Array(64)

  constructor(vocabulary: UnigramVocabulary, options: UnigramOptions = {}) {
    const { pieces, scores } = vocabulary
    const matched = options.matched
    this.vocabulary = vocabulary
    this.strings = byteStrings(pieces)
    const order = sortedOrder(this.strings)
    this.#trie = new ByteTrie(
      this.strings,
      matched === undefined ? order : order.filter((id) => matched[id] === 1)
    )
    this.#isSingle = options.precision === "single"
    this.#scores = scores
    const least = options.leastScore ?? scores.reduce((low, score) => Math.min(low, score), Infinity)
    this.#unknownScore = this.#isSingle ? Math.fround(least - unknownPenalty) : least - unknownPenalty
    this.#byteIds = vocabulary.byteFallback ? byteIds(pieces) : new Int32Array(256).fill(-1)
  }

  /**
   * Cuts `bytes[start .. end)`, valid UTF-8, and gives the number of tokens. They are in `ids`, and where each ends in
   * `ends`, counted from `start`; both hold until the next call. The bytes of one unknown character share its end.
   */
  encode(bytes: Uint8Array, start: number, end: number): number {
    const size = end - start
    if (size >= this.#best.length) {
      this.#best = growFloat64(this.#best, size + 1)
      this.#starts = growInt32(this.#starts, size + 1)
      this.#ids = growInt32(this.#ids, size + 1)
    }
    this.#search(bytes, start, size)
    return this.#collect(bytes, start, size)
  }

  get ids(): Uint32Array {
    return this.#outIds
  }

  get ends(): Uint32Array {
    return this.#outEnds
  }

  #search(bytes: Uint8Array, start: number, size: number): void {
    const { cells } = this.#trie
    const scores = this.#scores
    const isSingle = this.#isSingle
    const unknownScore = this.#unknownScore
    const { unkId } = this.vocabulary
    const best = this.#best
    const starts = this.#starts
    const ids = this.#ids
    starts.fill(-1, 0, size + 1)
    best[0] = 0
    for (let from = 0; from < size;) {
      const soFar = best[from]!
      const next = from + characterBytes(bytes[start + from]!)
      let isKnown = false
      let node = 0
      for (let at = from; at < size;) {
        const child = cells[4 * node + 1]! ^ bytes[start + at]!
        if (cells[4 * child] !== node) break
        node = child
        at++
        const id = cells[4 * node + 2]!
        if (id < 0) continue
        const score = isSingle ? Math.fround(soFar + scores[id]!) : soFar + scores[id]!
        if (starts[at]! < 0 || score > best[at]!) {
          best[at] = score
          starts[at] = from
          ids[at] = id
        }
        if (at === next) isKnown = true
      }
      if (!isKnown) {
        const score = isSingle ? Math.fround(soFar + unknownScore) : soFar + unknownScore
        if (starts[next]! < 0 || score > best[next]!) {
          best[next] = score
          starts[next] = from
          ids[next] = unkId
        }
      }
      from = next
    }
  }

  /** Walks back along the best way, makes one of unknown neighbours, and puts the answer into reading order. */
  #collect(bytes: Uint8Array, start: number, size: number): number {
    const { unkId } = this.vocabulary
    const starts = this.#starts
    const ids = this.#ids
    let count = 0
    if (2 * size > this.#outIds.length) {
      this.#outIds = growUint32(this.#outIds, 2 * size)
      this.#outEnds = growUint32(this.#outEnds, 2 * size)
    }
    for (let end = size; end > 0;) {
      let from = starts[end]!
      const id = ids[end]!
      if (id === unkId) {
        while (from > 0 && ids[from] === unkId) from = starts[from]!
        count = this.#unknown(bytes, start, from, end, count)
      } else {
        this.#outIds[count] = id
        this.#outEnds[count++] = end
      }
      end = from
    }
    this.#outIds.subarray(0, count).reverse()
    this.#outEnds.subarray(0, count).reverse()
    return count
  }

  // numbers only, as in the loop around it
  #unknown(bytes: Uint8Array, start: number, from: number, end: number, count: number): number {
    // two unknown characters can be a piece together, though it was not worth taking
    const whole = this.#trie.find(bytes, start + from, start + end)
    if (whole < 0 && this.#hasAllBytes(bytes, start + from, start + end)) {
      for (let at = end - 1; at >= from; at--) {
        this.#outIds[count] = this.#byteIds[bytes[start + at]!]!
        this.#outEnds[count++] = end
      }
      return count
    }
    this.#outIds[count] = whole < 0 ? this.vocabulary.unkId : whole
    this.#outEnds[count] = end
    return count + 1
  }

  #hasAllBytes(bytes: Uint8Array, from: number, to: number): boolean {
    let at = from
    while (at < to && this.#byteIds[bytes[at]!]! >= 0) at++
    return at === to
  }
}

/** The name of a byte's piece, `<0x0A>`. */
export const bytePiece = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`

const byteIds = (pieces: ReadonlyArray<string>): Int32Array => {
  const ids = new Map(pieces.map((piece, id) => [piece, id]))
  return Int32Array.from({ length: 256 }, (_, byte) => ids.get(bytePiece(byte)) ?? -1)
}
