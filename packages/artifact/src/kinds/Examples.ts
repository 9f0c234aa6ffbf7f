// What a model learns to answer, to label or to translate: each example is a few named texts in order, such as a question and its answer,
// a text and its label, the turns of a conversation, a sentence and its translation.
import { Schema } from "effect"
import { uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Examples = Kind.define({
  name: "examples",
  version: 1,
  tables: {
    examples: {
      /** digest of source and place in it */
      id: utf8,
      /** file name relative to its root, with `#n` for the n-th record of a file */
      source: utf8,
      /** what must stay on one side of a split; "" means the example itself */
      group: utf8,
      /** of this example; "" if unknown */
      licence: utf8,
      split: utf8,
      /** row of its first part in `parts` */
      first: uint32,
      /** how many follow each other there */
      parts: uint32
    },
    parts: {
      /** what it is: `question`, `answer`, `context`, `text`, `label`, `source`, `target`, `user`, `assistant`, `system`, `summary`, ... */
      name: utf8,
      /** ISO 639-1, or `und` */
      lang: utf8,
      text: utf8
    }
  },
  attributes: Schema.Struct({
    examples: Schema.Int,
    parts: Schema.Int,
    /** of all texts, in UTF-8 */
    bytes: Schema.Int,
    /** examples per split */
    splits: Schema.Record(Schema.String, Schema.Int),
    /** in order of the alphabet */
    partNames: Schema.Array(Schema.String),
    /** where they came from and under which licence, as the pipeline's author wrote it */
    description: Schema.String,
    licence: Schema.String
  })
})
