// Pre-tokenizers cut a text into words, and may rewrite them.
import type { Pattern } from "../Pattern.ts"
import type { Words } from "../Words.ts"

export interface PreTokenizer {
  /** as `tokenizer.json` has it */
  readonly json: object
  /**
   * As a normalizer's `partwise`, for words: it always cuts before a blank that follows a visible ASCII character, and
   * what it makes of the parts does not depend on what is before or after.
   */
  readonly partwise: boolean
  /** the vocabulary spells bytes as characters (GPT-2's byte alphabet); here words stay bytes */
  readonly byteLevel: boolean
  /** all it does is to cut as this pattern does, for which there is a fast encoder */
  readonly pattern: Pattern | undefined
  cut(words: Words): void
}
