// A split as one flat run of token ids, with the way back to every document.
import { Schema } from "effect"
import { tokenId, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Tokens = Kind.define({
  name: "tokens",
  version: 1,
  tables: {
    ids: {
      id: tokenId,
      /** where the token starts in its document, in UTF-8 bytes */
      offset: uint32
    },
    documents: {
      id: utf8,
      source: utf8,
      /** position of the document's first token in `ids` */
      start: uint32,
      /** tokens, the closing end-of-text included */
      tokens: uint32,
      /** UTF-8 bytes of the text */
      bytes: uint32
    }
  },
  attributes: Schema.Struct({
    split: Schema.String,
    vocabSize: Schema.Int,
    endOfTextId: Schema.Int,
    /** logical digest of the tokenizer */
    tokenizer: Schema.String,
    documents: Schema.Int,
    tokens: Schema.Int,
    bytes: Schema.Int
  })
})
