// The spans that pre-tokenizers cut a text into; no token crosses them.
import type { AlignedText } from "./AlignedText.ts"
import { growInt32, growUint32 } from "./internal/Grow.ts"

/** Looks at `bytes[start..end)` and calls `words.keep` for each part that stays, in order. */
export type Cut = (words: Words, bytes: Uint8Array, start: number, end: number) => void
/** Writes the word `text.bytes[start..end)` anew with the text's `keep` and `put`. */
export type Rewrite = (text: AlignedText, start: number, end: number) => void

export class Words {
  readonly text: AlignedText
  /** words are `text.bytes[starts[i]..ends[i])` for `i < count` */
  count = 0
  starts = new Uint32Array(64)
  ends = new Uint32Array(64)
  /** id of an added token that was found in the text, -1 for words; pre-tokenizers and models let them be */
  tokens = new Int32Array(64)
  #nextStarts = new Uint32Array(64)
  #nextEnds = new Uint32Array(64)
  #nextTokens = new Int32Array(64)
  #kept = 0

  constructor(text: AlignedText) {
    this.text = text
  }

  /** The whole text as one word; none if it is empty. */
  reset(): void {
    this.#kept = 0
    this.keep(0, this.text.length)
    this.#swap()
  }

  /** Cuts every word; parts without bytes are left out, as Hugging Face does. */
  cut(cut: Cut): void {
    this.#kept = 0
    for (let word = 0; word < this.count; word++) {
      const token = this.tokens[word]!
      if (token < 0) cut(this, this.text.bytes, this.starts[word]!, this.ends[word]!)
      else this.keep(this.starts[word]!, this.ends[word]!, token)
    }
    this.#swap()
  }

  /** Within `cut`: the part `[start, end)` stays, as the added token `token` or as a word. */
  keep(start: number, end: number, token = -1): void {
    if (start >= end) return
    if (this.#kept === this.#nextStarts.length) {
      this.#nextStarts = growUint32(this.#nextStarts, this.#kept + 1)
      this.#nextEnds = growUint32(this.#nextEnds, this.#kept + 1)
      this.#nextTokens = growInt32(this.#nextTokens, this.#kept + 1)
    }
    this.#nextStarts[this.#kept] = start
    this.#nextEnds[this.#kept] = end
    this.#nextTokens[this.#kept++] = token
  }

  /** Writes every word anew, one after another. */
  rewrite(rewrite: Rewrite): void {
    const { text } = this
    this.#kept = 0
    text.begin()
    for (let word = 0; word < this.count; word++) {
      const from = text.written
      const token = this.tokens[word]!
      if (token < 0) rewrite(text, this.starts[word]!, this.ends[word]!)
      else text.keep(this.starts[word]!, this.ends[word]!)
      this.keep(from, text.written, token)
    }
    text.end()
    this.#swap()
  }

  #swap(): void {
    const { starts, ends, tokens } = this
    this.starts = this.#nextStarts
    this.ends = this.#nextEnds
    this.tokens = this.#nextTokens
    this.count = this.#kept
    this.#nextStarts = starts
    this.#nextEnds = ends
    this.#nextTokens = tokens
  }
}
