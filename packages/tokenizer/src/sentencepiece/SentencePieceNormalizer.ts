// SentencePiece's normalizer (`normalizer.cc`): the longest rule at each place, blanks taken together and written as `▁`.
import { ByteTrie, byteStrings, sortedOrder } from "../internal/ByteTrie.ts"
import { growBytes } from "../internal/Grow.ts"
import { lengthOf } from "../internal/Utf8.ts"
import { meta } from "../unigram/Runs.ts"
import { type ModelFile, type NormalizerSpec, pieceKinds } from "./ModelFile.ts"

const blank = 0x20
const utf8 = new TextEncoder()
const metaBytes = utf8.encode(meta)

export class SentencePieceNormalizer {
  /** the normalized text: the first `length` are valid until the next call */
  bytes = new Uint8Array(1 << 10)
  length = 0
  readonly #spec: NormalizerSpec
  readonly #asSuffix: boolean
  /** user-defined pieces, which are taken as they are */
  readonly #verbatim: ByteTrie
  readonly #rules = new Map<string, Uint8Array>()

  constructor({ kinds, normalizer, pieces, treatWhitespaceAsSuffix }: ModelFile) {
    this.#spec = normalizer
    this.#asSuffix = treatWhitespaceAsSuffix
    const strings = byteStrings(pieces.filter((_, id) => kinds[id] === pieceKinds.userDefined))
    this.#verbatim = new ByteTrie(strings, sortedOrder(strings))
  }

  normalize(text: string): void {
    const given = utf8.encode(text)
    const { addDummyPrefix, escapeWhitespaces, removeExtraWhitespaces } = this.#spec
    this.length = 0
    let at = 0
    if (removeExtraWhitespaces) while (at < given.length && this.#isBlank(given, at)) at += this.#stepLength
    if (at === given.length) return
    if (addDummyPrefix && !this.#asSuffix) this.#putBlank()
    let afterBlank = removeExtraWhitespaces
    while (at < given.length) {
      this.#step(given, at)
      const [bytes, end] = [this.#stepBytes, this.#stepEnd]
      let from = this.#stepStart
      if (afterBlank) while (from < end && bytes[from] === blank) from++
      if (from < end) {
        for (let i = from; i < end; i++) {
          if (bytes[i] === blank && escapeWhitespaces) this.#putBlank()
          else this.#put(bytes, i, i + 1)
        }
        afterBlank = removeExtraWhitespaces && bytes[end - 1] === blank
      }
      at += this.#stepLength
    }
    if (removeExtraWhitespaces) this.#trimEnd()
    if (addDummyPrefix && this.#asSuffix) this.#putBlank()
  }

  /** the last step: `#stepBytes[#stepStart .. #stepEnd)` stands for `#stepLength` bytes of the text */
  #stepBytes: Uint8Array = metaBytes
  #stepStart = 0
  #stepEnd = 0
  #stepLength = 0

  #step(given: Uint8Array, at: number): void {
    const verbatim = this.#longestVerbatim(given, at)
    const rule = verbatim > 0 ? undefined : this.#spec.charsmap?.longest(given, at, given.length)
    if (rule === undefined) {
      this.#stepBytes = given
      this.#stepStart = at
      this.#stepLength = verbatim > 0 ? verbatim : lengthOf(given[at]!)
      this.#stepEnd = at + this.#stepLength
      return
    }
    let bytes = this.#rules.get(rule.replacement)
    if (bytes === undefined) {
      bytes = utf8.encode(rule.replacement)
      this.#rules.set(rule.replacement, bytes)
    }
    this.#stepBytes = bytes
    this.#stepStart = 0
    this.#stepEnd = bytes.length
    this.#stepLength = rule.length
  }

  #longestVerbatim(given: Uint8Array, from: number): number {
    const { cells } = this.#verbatim
    let [node, longest] = [0, 0]
    for (let at = from; at < given.length; at++) {
      const child = cells[4 * node + 1]! ^ given[at]!
      if (cells[4 * child] !== node) break
      node = child
      if (cells[4 * node + 2]! >= 0) longest = at + 1 - from
    }
    return longest
  }

  #isBlank(given: Uint8Array, at: number): boolean {
    this.#step(given, at)
    return this.#stepEnd - this.#stepStart === 1 && this.#stepBytes[this.#stepStart] === blank
  }

  #put(from: Uint8Array, start: number, end: number): void {
    if (this.length + end - start > this.bytes.length)
      this.bytes = growBytes(this.bytes, this.length + end - start)
    for (let i = start; i < end; i++) this.bytes[this.length++] = from[i]!
  }

  #putBlank(): void {
    if (this.#spec.escapeWhitespaces) this.#put(metaBytes, 0, metaBytes.length)
    else this.#put(blankBytes, 0, 1)
  }

  #trimEnd(): void {
    const space = this.#spec.escapeWhitespaces ? metaBytes : blankBytes
    for (;;) {
      const from = this.length - space.length
      if (from < 0 || space.some((byte, i) => this.bytes[from + i] !== byte)) return
      this.length = from
    }
  }
}

const blankBytes = Uint8Array.of(blank)
