// SentencePiece's BPE (`bpe_model.cc`): of all neighbours that are a piece together, those with the highest score are joined,
// the left ones first. It has no list of merges: any two neighbours will do, as long as what they make is a piece.
import { ByteTrie, byteStrings, sortedOrder } from "../internal/ByteTrie.ts"
import { growFloat64, growInt32, growUint32 } from "../internal/Grow.ts"
import { lengthOf } from "../internal/Utf8.ts"
import { bytePiece } from "../unigram/UnigramModel.ts"
import { type ModelFile, pieceKinds } from "./ModelFile.ts"

/** Pairs that could be joined: the best on top, a heap. */
class Agenda {
  size = 0
  lefts = new Int32Array(256)
  /** bytes of both together: other once one of them was joined */
  lengths = new Int32Array(256)
  scores = new Float64Array(256)

  push(left: number, length: number, score: number): void {
    if (this.size === this.lefts.length) {
      this.lefts = growInt32(this.lefts, this.size + 1)
      this.lengths = growInt32(this.lengths, this.size + 1)
      this.scores = growFloat64(this.scores, this.size + 1)
    }
    let at = this.size++
    this.#set(at, left, length, score)
    for (let up = (at - 1) >> 1; at > 0 && this.#isBetter(at, up); up = (at - 1) >> 1) {
      this.#exchange(at, up)
      at = up
    }
  }

  /** Takes the top away. */
  pop(): void {
    this.size--
    this.#exchange(0, this.size)
    for (let at = 0; ;) {
      let best = 2 * at + 1
      if (best >= this.size) return
      if (best + 1 < this.size && this.#isBetter(best + 1, best)) best++
      if (!this.#isBetter(best, at)) return
      this.#exchange(at, best)
      at = best
    }
  }

  #isBetter(a: number, b: number): boolean {
    const [one, other] = [this.scores[a]!, this.scores[b]!]
    return one > other || (one === other && this.lefts[a]! < this.lefts[b]!)
  }

  #set(at: number, left: number, length: number, score: number): void {
    this.lefts[at] = left
    this.lengths[at] = length
    this.scores[at] = score
  }

  #exchange(a: number, b: number): void {
    const [left, length, score] = [this.lefts[a]!, this.lengths[a]!, this.scores[a]!]
    this.#set(a, this.lefts[b]!, this.lengths[b]!, this.scores[b]!)
    this.#set(b, left, length, score)
  }
}

export class ScoredMerges {
  readonly #file: ModelFile
  readonly #trie: ByteTrie
  /** numbers of pieces as the trie has them, to ids */
  readonly #idOf: Int32Array
  readonly #byteIds: Int32Array
  readonly #agenda = new Agenda()
  /** symbols by their first byte: bytes they have (0 for none), the symbol before; frozen ones are never joined */
  #lengths = new Int32Array(64)
  #previous = new Int32Array(64)
  #frozen = new Uint8Array(64)
  /** for each piece that must not be used, the length of the left part it was last made of */
  readonly #leftOf = new Map<number, number>()
  #ids = new Uint32Array(64)

  constructor(file: ModelFile) {
    this.#file = file
    const { kinds, normal, unused, userDefined } = { ...pieceKinds, kinds: file.kinds }
    const ids = Array.from(kinds.keys()).filter((id) =>
      [normal, unused, userDefined].some((kind) => kind === kinds[id])
    )
    const strings = byteStrings(ids.map((id) => file.pieces[id]!))
    this.#idOf = Int32Array.from(ids)
    this.#trie = new ByteTrie(strings, sortedOrder(strings))
    this.#byteIds = Int32Array.from({ length: 256 }, (_, byte) => file.pieces.indexOf(bytePiece(byte)))
  }

  get ids(): Uint32Array {
    return this.#ids
  }

  /** Cuts `bytes[start .. end)` and gives the number of ids. */
  encode(bytes: Uint8Array, start: number, end: number): number {
    this.#split(bytes, start, end)
    const agenda = this.#agenda
    for (let at = start + this.#lengths[0]!; at < end; at += this.#lengths[at - start]!)
      this.#offer(bytes, start, this.#previous[at - start]!, end)
    while (agenda.size > 0) {
      const [left, length] = [agenda.lefts[0]!, agenda.lengths[0]!]
      agenda.pop()
      const first = this.#lengths[left]!
      const second = start + left + first < end ? this.#lengths[left + first]! : 0
      if (first === 0 || second === 0 || first + second !== length) continue
      this.#lengths[left] = length
      this.#lengths[left + first] = 0
      if (start + left + length < end) this.#previous[left + length] = left
      if (left > 0) this.#offer(bytes, start, this.#previous[left]!, end)
      this.#offer(bytes, start, left, end)
    }
    let count = 0
    for (let at = start; at < end; at += this.#lengths[at - start]!)
      count = this.#emit(bytes, at, at + this.#lengths[at - start]!, count)
    return count
  }

  /** One symbol a character, or a piece that users defined. */
  #split(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    if (size > this.#lengths.length) {
      this.#lengths = growInt32(this.#lengths, size)
      this.#previous = growInt32(this.#previous, size)
      this.#frozen = new Uint8Array(this.#lengths.length)
    }
    this.#lengths.fill(0, 0, size)
    let previous = -1
    for (let at = 0; at < size;) {
      const verbatim = this.#longestVerbatim(bytes, start + at, end)
      this.#frozen[at] = verbatim > 0 ? 1 : 0
      this.#lengths[at] = verbatim > 0 ? verbatim : lengthOf(bytes[start + at]!)
      this.#previous[at] = previous
      previous = at
      at += this.#lengths[at]!
    }
  }

  #longestVerbatim(bytes: Uint8Array, from: number, end: number): number {
    const { cells } = this.#trie
    let [node, longest] = [0, 0]
    for (let at = from; at < end; at++) {
      const child = cells[4 * node + 1]! ^ bytes[at]!
      if (cells[4 * child] !== node) break
      node = child
      const piece = cells[4 * node + 2]!
      if (piece >= 0 && this.#file.kinds[this.#idOf[piece]!] === pieceKinds.userDefined)
        longest = at + 1 - from
    }
    return longest
  }

  /** Puts the symbol at `left` and the next one on the agenda, if they are a piece. */
  #offer(bytes: Uint8Array, start: number, left: number, end: number): void {
    const right = left + this.#lengths[left]!
    if (start + right >= end || this.#frozen[left] === 1 || this.#frozen[right] === 1) return
    const length = this.#lengths[left]! + this.#lengths[right]!
    const piece = this.#trie.find(bytes, start + left, start + left + length)
    if (piece < 0) return
    const id = this.#idOf[piece]!
    this.#agenda.push(left, length, this.#file.scores[id]!)
    if (this.#file.kinds[id] === pieceKinds.unused) this.#leftOf.set(id, this.#lengths[left]!)
  }

  #emit(bytes: Uint8Array, from: number, to: number, count: number): number {
    const { byteFallback, kinds, unkId } = this.#file
    const piece = this.#trie.find(bytes, from, to)
    const id = piece < 0 ? unkId : this.#idOf[piece]!
    const left = kinds[id] === pieceKinds.unused ? this.#leftOf.get(id) : undefined
    if (left !== undefined)
      return this.#emit(bytes, from + left, to, this.#emit(bytes, from, from + left, count))
    if (count + to - from > this.#ids.length) this.#ids = growUint32(this.#ids, count + to - from)
    let next = count
    if (id !== unkId) this.#ids[next++] = id
    else if (byteFallback) for (let at = from; at < to; at++) this.#ids[next++] = this.#byteIds[bytes[at]!]!
    // unknown neighbours are one
    else if (count === 0 || this.#ids[count - 1] !== unkId) this.#ids[next++] = unkId
    return next
  }
}
