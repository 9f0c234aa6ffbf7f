// Runs a text through all parts, the general way: added tokens are looked for, the rest is normalized, cut into words and
// given to the model. Everything remembers where in the given text it came from.
import type { AddedToken } from "../AddedTokens.ts"
import { AlignedText } from "../AlignedText.ts"
import type { Parts } from "../Parts.ts"
import { TokenSpans } from "../TokenSpans.ts"
import { Words } from "../Words.ts"
import { TokenFinder } from "./TokenFinder.ts"

const utf8 = new TextEncoder()

/** Takes a token, the bytes of the given text it stands for, and the number of its word. */
export type Emit = (id: number, start: number, end: number, word: number) => void

export class Pipeline {
  readonly #parts: Parts
  readonly #text = new AlignedText()
  readonly #words = new Words(this.#text)
  readonly #spans = new TokenSpans()
  /** tokens that are looked for in the given text, and those in the normalized text */
  readonly #given: TokenFinder
  readonly #normalized: TokenFinder

  constructor(parts: Parts) {
    this.#parts = parts
    const spelled = (normalized: boolean) =>
      parts.addedTokens
        .filter((token) => token.normalized === normalized)
        .map((token) => ({
          token,
          spelled: normalized ? this.#normalize(token.content) : utf8.encode(token.content)
        }))
    this.#given = new TokenFinder(spelled(false))
    this.#normalized = new TokenFinder(spelled(true))
  }

  /** `bytes[0..length)` is the text. With `ordinaryOnly` special tokens are text; others are always found. */
  encode(
    bytes: Uint8Array,
    length: number,
    { emit, ordinaryOnly }: { readonly ordinaryOnly: boolean; readonly emit: Emit }
  ) {
    let word = 0
    let rest = 0
    const between = (to: number) => {
      if (to > rest) word = this.#encodePart(bytes, { from: rest, to, ordinaryOnly, word }, emit)
    }
    if (!this.#given.isEmpty)
      this.#given.find(bytes, { from: 0, to: length, ordinaryOnly }, ({ id }, start, end) => {
        between(start)
        emit(id, start, end, word++)
        rest = end
      })
    between(length)
  }

  /** Encodes `bytes[from..to)` by itself, special tokens in it as text; numbers of words are those of the part. */
  encodePart(bytes: Uint8Array, part: { readonly from: number; readonly to: number }, emit: Emit): void {
    this.#encodePart(bytes, { ...part, ordinaryOnly: true, word: 0 }, emit)
  }

  /** A part without tokens of the given text; gives the number of the next word. */
  #encodePart(
    bytes: Uint8Array,
    part: {
      readonly from: number
      readonly to: number
      readonly ordinaryOnly: boolean
      readonly word: number
    },
    emit: Emit
  ): number {
    const { model, normalizer, preTokenizer } = this.#parts
    const text = this.#text
    const words = this.#words
    const spans = this.#spans
    text.load(bytes, part.from, part.to)
    normalizer?.normalize(text)
    words.reset()
    if (!this.#normalized.isEmpty) this.#keepTokens(part.ordinaryOnly)
    preTokenizer?.cut(words)
    for (let i = 0; i < words.count; i++) {
      const token = words.tokens[i]!
      if (token >= 0) {
        emit(token, text.startOf(words.starts[i]!), text.endOf(words.ends[i]! - 1), part.word + i)
        continue
      }
      spans.clear()
      model.tokenize(text.bytes, words.starts[i]!, words.ends[i]!, spans)
      for (let at = 0; at < spans.length; at++)
        emit(spans.ids[at]!, text.startOf(spans.starts[at]!), text.endOf(spans.ends[at]! - 1), part.word + i)
    }
    return part.word + words.count
  }

  /** Added tokens of the normalized text become words of their own. */
  #keepTokens(ordinaryOnly: boolean): void {
    this.#words.cut((words, bytes, start, end) => {
      let rest = start
      const keep = ({ id }: AddedToken, from: number, to: number) => {
        words.keep(rest, from)
        words.keep(from, to, id)
        rest = to
      }
      this.#normalized.find(bytes, { from: start, to: end, ordinaryOnly }, keep)
      words.keep(rest, end)
    })
  }

  #normalize(content: string): Uint8Array {
    const bytes = utf8.encode(content)
    this.#text.load(bytes, 0, bytes.length)
    this.#parts.normalizer?.normalize(this.#text)
    return this.#text.bytes.slice(0, this.#text.length)
  }
}
