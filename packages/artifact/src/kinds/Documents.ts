// Clean text, one row a document, each with the split it belongs to.
import { Schema } from "effect"
import { uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

/** Where a document goes is a hash of its group, or else of its id, so that a grown corpus moves nothing between them. */
export const splits = ["train", "validation", "test"] as const
export type Split = (typeof splits)[number]

/** Version 1 knew neither the licence nor the group of a document. */
const withLicenceAndGroup: Kind.Upgrader = ({ attributes, tables }) => {
  const { text, ...before } = tables["documents"] ?? {}
  const none = Array.isArray(text) ? text.map(() => "") : []
  return { attributes, tables: { ...tables, documents: { ...before, licence: none, group: none, text } } }
}

export const Documents = Kind.define({
  name: "documents",
  version: 2,
  tables: {
    documents: {
      /** digest of source and span */
      id: utf8,
      /** file name relative to its root, with `#n` for the n-th record of a file */
      source: utf8,
      /** ISO 639-1, or `und` */
      lang: utf8,
      /** ISO 15924 of most letters: `Latn`, `Hans`, ... */
      script: utf8,
      split: utf8,
      /** of this document; "" if unknown */
      licence: utf8,
      /** what must stay on one side of a split, such as a book or a conversation; "" means the document itself */
      group: utf8,
      /** length of `text` in UTF-8 bytes */
      bytes: uint32,
      text: utf8
    }
  },
  attributes: Schema.Struct({
    documents: Schema.Int,
    bytes: Schema.Int,
    /** documents per split */
    splits: Schema.Record(Schema.String, Schema.Int),
    /** where the text came from and under which licence, as the pipeline's author wrote it */
    description: Schema.String,
    licence: Schema.String
  }),
  upgraders: { 1: withLicenceAndGroup }
})
