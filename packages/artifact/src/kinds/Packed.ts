// Rows of equal length, ready for a training: which token stands where, which of them are learned, and the way back.
import { Schema } from "effect"
import { tokenId, uint16, uint32, uint8, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

/** How documents are laid into rows; `@inkstone/tokenizer#pack` says what each does. */
export const packingPolicies = ["concatenate", "best-fit", "one"] as const
export type PackingPolicy = (typeof packingPolicies)[number]

export const Packed = Kind.define({
  name: "packed",
  version: 1,
  tables: {
    /** `rows * contextLength` of them, row after row */
    tokens: {
      id: tokenId,
      /** 1, 2, ... within the row: tokens see those before them in their own segment only; 0 is padding */
      segment: uint16,
      /** 0, 1, ... within the segment */
      position: uint16,
      /** 1 where this token is to be predicted from those before it in its segment, else 0 */
      loss: uint8
    },
    /** what stands in the rows, in order: tokens that no span covers are padding */
    spans: {
      row: uint32,
      /** place of the first token in its row */
      at: uint32,
      tokens: uint32,
      /** the first tokens of the span that an earlier span has too: there to be seen, never learned here */
      context: uint32,
      /** row of the table `documents` */
      document: uint32,
      /** number of the first token within its document */
      from: uint32
    },
    documents: {
      id: utf8,
      source: utf8,
      /** tokens, the closing end-of-text included; those that are in no span were cut */
      tokens: uint32,
      /** UTF-8 bytes of the text */
      bytes: uint32
    }
  },
  attributes: Schema.Struct({
    policy: Schema.Literals(packingPolicies),
    split: Schema.String,
    /** tokens of a row */
    contextLength: Schema.Int,
    rows: Schema.Int,
    documents: Schema.Int,
    /** UTF-8 bytes of all documents */
    bytes: Schema.Int,
    /** tokens of documents in the rows, each counted once */
    tokens: Schema.Int,
    /** tokens that are there again, as context; with `tokens` and `padding` they fill the rows */
    contextTokens: Schema.Int,
    padding: Schema.Int,
    /** tokens with `loss` 1 */
    lossTokens: Schema.Int,
    /** documents that are not whole, and the tokens of them that are in no row */
    cutDocuments: Schema.Int,
    cutTokens: Schema.Int,
    vocabSize: Schema.Int,
    endOfTextId: Schema.Int,
    /** stands in the padding */
    padId: Schema.Int,
    /** logical digest of the tokenizer */
    tokenizer: Schema.String
  })
})
