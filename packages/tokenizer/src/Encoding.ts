// A text as ids, with where each came from: what Hugging Face calls an encoding.

export interface Encoding {
  readonly ids: Uint32Array
  /** 0 for the first text, 1 for the second, or as the template says */
  readonly typeIds: Uint32Array
  /** number of the word in its text, -1 for special tokens that were added */
  readonly words: Int32Array
  /** start and end of each in its own text in UTF-8 bytes, one after the other; a token inside a character has the whole one */
  readonly byteOffsets: Uint32Array
  /** the same in code points, as Hugging Face's Python counts (not in UTF-16 units, as JavaScript does) */
  readonly charOffsets: Uint32Array
  /** 1 for tokens that were added and are in no text */
  readonly specialTokensMask: Uint8Array
  /** 0 for padding */
  readonly attentionMask: Uint8Array
  /** which text each is from: 0 or 1; -1 for none */
  readonly sequences: Int8Array
  /** what truncation took off, in windows of the same length */
  readonly overflowing: ReadonlyArray<Encoding>
}
