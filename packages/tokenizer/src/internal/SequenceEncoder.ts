// One text as an encoding: ids with everything known of them, before special tokens are put around.
import type { Encoding } from "../Encoding.ts"
import { TokenSpans } from "../TokenSpans.ts"
import { growInt32 } from "./Grow.ts"
import type { Pipeline } from "./Pipeline.ts"

const utf8 = new TextEncoder()

/** Code points before each byte of a text, or `undefined` if it is ASCII and they are the bytes before. */
const charactersBefore = (bytes: Uint8Array): Uint32Array | undefined => {
  if (bytes.every((byte) => byte < 0x80)) return undefined
  const before = new Uint32Array(bytes.length + 1)
  let characters = 0
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at]! & 0xc0) !== 0x80) characters++
    before[at] = characters - 1
  }
  before[bytes.length] = characters
  return before
}

export class SequenceEncoder {
  readonly #pipeline: Pipeline
  readonly #spans = new TokenSpans()
  #words = new Int32Array(256)

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
  }

  /** `sequence` is 0 for the first text and 1 for the second, as is their type id. */
  encode(
    text: string,
    { sequence, specialTokens }: { readonly sequence: number; readonly specialTokens: boolean }
  ): Encoding {
    const spans = this.#spans
    const bytes = utf8.encode(text)
    spans.clear()
    this.#pipeline.encode(bytes, bytes.length, {
      ordinaryOnly: !specialTokens,
      emit: (id, start, end, word) => {
        if (spans.length === this.#words.length) this.#words = growInt32(this.#words, spans.length + 1)
        this.#words[spans.length] = word
        spans.push(id, start, end)
      }
    })
    const { length } = spans
    const byteOffsets = new Uint32Array(2 * length)
    for (let i = 0; i < length; i++) {
      byteOffsets[2 * i] = spans.starts[i]!
      byteOffsets[2 * i + 1] = spans.ends[i]!
    }
    const before = charactersBefore(bytes)
    return {
      ids: spans.ids.slice(0, length),
      typeIds: new Uint32Array(length).fill(sequence),
      words: this.#words.slice(0, length),
      byteOffsets,
      charOffsets: before === undefined ? byteOffsets.slice() : byteOffsets.map((at) => before[at]!),
      specialTokensMask: new Uint8Array(length),
      attentionMask: new Uint8Array(length).fill(1),
      sequences: new Int8Array(length).fill(sequence),
      overflowing: []
    }
  }
}
