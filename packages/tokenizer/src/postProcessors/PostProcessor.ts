// Post-processors put special tokens around texts and pairs of texts.
import type { Encoding } from "../Encoding.ts"

export interface ProcessOptions {
  readonly addSpecialTokens: boolean
  /** a token as the vocabulary spells it */
  readonly tokenOf: (id: number) => string | undefined
}

export interface PostProcessor {
  /** as `tokenizer.json` has it */
  readonly json: object
  /** special tokens it adds to one text, or to a pair */
  added(pair: boolean): number
  /** Encodings of one text or two, changed and with special ones around them; together they are the result. */
  process(encodings: ReadonlyArray<Encoding>, options: ProcessOptions): ReadonlyArray<Encoding>
}
