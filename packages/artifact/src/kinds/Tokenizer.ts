// A tokenizer: the text of the `tokenizer.json` that Hugging Face loads, and its pieces as bytes, by id.
import { Schema } from "effect"
import { binary, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

const none = -1

/** Version 1 knew byte-level tokenizers only, which have no special token but end-of-text. */
const withSpecialIds: Kind.Upgrader = ({ attributes, tables }) => ({
  attributes: {
    ...(typeof attributes === "object" ? attributes : {}),
    special: { bos: none, pad: none, unk: none, cls: none, sep: none, mask: none }
  },
  tables
})

export const Tokenizer = Kind.define({
  name: "tokenizer",
  version: 2,
  tables: {
    /** one row a file: `tokenizer.json` */
    files: { name: utf8, content: utf8 },
    /** the bytes of text each id stands for, as nearly as can be said of it alone; empty for special tokens */
    pieces: { id: uint32, piece: binary }
  },
  attributes: Schema.Struct({
    type: Schema.Literals(["byte-bpe", "byte", "wordpiece", "unigram", "character"]),
    /** ids are below this */
    vocabSize: Schema.Int,
    /** written after every document */
    endOfTextId: Schema.Int,
    /** ids of other special tokens, -1 where there is none; left out where there are none at all */
    special: Schema.optionalKey(
      Schema.Struct({
        bos: Schema.Int,
        pad: Schema.Int,
        unk: Schema.Int,
        cls: Schema.Int,
        sep: Schema.Int,
        mask: Schema.Int
      })
    ),
    trainedOnBytes: Schema.Int
  }),
  upgraders: { 1: withSpecialIds }
})
