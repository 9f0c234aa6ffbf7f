// Tokens that are looked for in texts before these are cut into words: special ones, and what users added.
import { Schema } from "effect"

/** As `tokenizer.json` has them. */
export const AddedToken = Schema.Struct({
  id: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 22 })),
  content: Schema.NonEmptyString,
  /** only where no letter, digit or mark is beside it */
  single_word: Schema.Boolean,
  /** white space to its left belongs to it */
  lstrip: Schema.Boolean,
  /** white space to its right belongs to it */
  rstrip: Schema.Boolean,
  /** looked for in the normalized text, and itself normalized */
  normalized: Schema.Boolean,
  /** left out when decoding */
  special: Schema.Boolean
})
export type AddedToken = typeof AddedToken.Type

/** A special token as they usually are. */
export const specialToken = (id: number, content: string): AddedToken => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true
})
