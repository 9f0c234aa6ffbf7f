// What of the evaluation sets was found in the training text: where, and how much of each set is therefore known beforehand.
import { Schema } from "effect"
import { bool, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Contamination = Kind.define({
  name: "contamination",
  version: 1,
  tables: {
    /** one row an item of an evaluation set and a document that has part of it */
    matches: {
      set: utf8,
      item: utf8,
      document: utf8,
      source: utf8,
      split: utf8,
      /** n-grams of the item at as many places of the document */
      ngrams: uint32,
      /** where the first of them begins in the document, in UTF-16 units, and where the last ends */
      from: uint32,
      to: uint32,
      /** the text there, its first characters */
      excerpt: utf8
    },
    /** one row an item that was looked for */
    items: {
      set: utf8,
      item: utf8,
      /** words, or characters of scripts without spaces */
      units: uint32,
      /** distinct n-grams, and those of them that some document has */
      ngrams: uint32,
      found: uint32,
      /** documents with any of them */
      documents: uint32,
      /** shorter than what is looked for: nothing can be said of it */
      untested: bool
    }
  },
  attributes: Schema.Struct({
    documents: Schema.Int,
    /** documents with a match */
    contaminated: Schema.Int,
    sets: Schema.Record(
      Schema.String,
      Schema.Struct({ items: Schema.Int, contaminated: Schema.Int, untested: Schema.Int })
    )
  })
})
