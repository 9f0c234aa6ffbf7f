// A tokenizer: the text of the `tokenizer.json` that Hugging Face loads, and its pieces as bytes, by id.
import { Schema } from "effect"
import { binary, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Tokenizer = Kind.define({
  name: "tokenizer",
  version: 1,
  tables: {
    /** one row a file: `tokenizer.json` */
    files: { name: utf8, content: utf8 },
    /** the bytes each id stands for; empty for special tokens */
    pieces: { id: uint32, piece: binary }
  },
  attributes: Schema.Struct({
    type: Schema.Literals(["byte-bpe", "byte"]),
    vocabSize: Schema.Int,
    /** written after every document */
    endOfTextId: Schema.Int,
    trainedOnBytes: Schema.Int
  })
})
