// Models turn words into ids.
import type { TokenSpans } from "../TokenSpans.ts"

export interface Model {
  /** what the artifact calls it */
  readonly type: "byte-bpe" | "byte" | "bpe" | "character" | "wordpiece" | "unigram" | "word"
  /** ids are below this, those of added tokens apart */
  readonly vocabSize: number
  /** id of the token for what is in no other, -1 if there is none */
  readonly unkId: number
  /** as `tokenizer.json` has it; large, so it is made when asked for */
  json(): object
  /** id of a token as the vocabulary spells it, -1 if it is not there */
  idOf(token: string): number
  /** a token as the vocabulary spells it */
  tokenOf(id: number): string | undefined
  /**
   * The bytes of text a token stands for, as nearly as can be said of it alone: `##ing` of a WordPiece is `ing`, `the` is
   * ` the`. Streams of tokens are shown by it.
   */
  bytesOf(id: number): Uint8Array
  /** Appends the tokens of the word `bytes[start..end)`. */
  tokenize(bytes: Uint8Array, start: number, end: number, out: TokenSpans): void
}
