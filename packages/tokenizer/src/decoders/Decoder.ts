// Decoders turn tokens, as the vocabulary spells them, back into pieces of text.

export interface Decoder {
  /** as `tokenizer.json` has it */
  readonly json: object
  /** Pieces of text that make the whole when put together. */
  decode(tokens: ReadonlyArray<string>): ReadonlyArray<string>
}
