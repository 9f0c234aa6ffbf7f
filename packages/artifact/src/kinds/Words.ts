// Where words begin in a run of tokens, so that words can be hidden as a whole.
import { Schema } from "effect"
import { uint8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Words = Kind.define({
  name: "words",
  version: 1,
  tables: {
    /** as many rows as the table `ids` of the tokens: 1 where a word begins */
    starts: { start: uint8 }
  },
  attributes: Schema.Struct({
    split: Schema.String,
    tokens: Schema.Int,
    words: Schema.Int,
    /** logical digest of the tokens */
    of: Schema.String,
    /** logical digest of the tokenizer */
    tokenizer: Schema.String
  })
})
