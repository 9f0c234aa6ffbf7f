// What a byte-level tokenizer knows: pieces as bytes, merges in order of rank, and the mark after every document.
import type { Pattern } from "./Pattern.ts"

export interface Vocabulary {
  /** `byte` has no merges: every byte is a token */
  readonly type: "byte-bpe" | "byte"
  readonly pattern: Pattern
  /** the bytes each id stands for; empty for special tokens */
  readonly pieces: ReadonlyArray<Uint8Array>
  /** `[left, right, result]` ids, one after another, the first to be applied first */
  readonly merges: Int32Array
  /** special tokens by id, end-of-text among them */
  readonly specialTokens: ReadonlyMap<number, string>
  readonly endOfTextId: number
}

/** The byte tokenizer: ids 0 to 255 are the bytes, 256 is end-of-text. */
export const byteVocabulary = (endOfText: string): Vocabulary => ({
  type: "byte",
  pattern: "gpt2",
  pieces: Array.from({ length: 257 }, (_, id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0))),
  merges: new Int32Array(0),
  specialTokens: new Map([[256, endOfText]]),
  endOfTextId: 256
})
