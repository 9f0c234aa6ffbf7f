// Normalizers rewrite a text before it is cut into words.
import type { AlignedText } from "../AlignedText.ts"

export interface Normalizer {
  /** as `tokenizer.json` has it */
  readonly json: object
  /**
   * What it makes of a text is what it makes of the parts before each blank that follows a visible ASCII character, put
   * together (the first part may be treated otherwise). Then parts seen before need no second look.
   */
  readonly partwise: boolean
  normalize(text: AlignedText): void
}
