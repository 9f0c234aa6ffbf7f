// Which document stood for which: one row a document that went because another says the same.
import { Schema } from "effect"
import { float64, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Duplicates = Kind.define({
  name: "duplicates",
  version: 1,
  tables: {
    duplicates: {
      /** the document that went */
      id: utf8,
      source: utf8,
      split: utf8,
      /** `exact-duplicate` or `near-duplicate` */
      rule: utf8,
      /** the document that stands for it */
      kept_id: utf8,
      kept_split: utf8,
      /** documents in the cluster, the one that stays included */
      cluster: uint32,
      /**
       * Jaccard similarity of the n-grams of the two, estimated from their signatures. In a chain a ~ b ~ c it may be low
       * between a and c.
       */
      jaccard: float64
    }
  },
  attributes: Schema.Struct({
    documents: Schema.Int,
    /** clusters of two documents and more */
    clusters: Schema.Int,
    /** documents in the largest one */
    largest: Schema.Int,
    /** documents that went, per rule */
    dropped: Schema.Record(Schema.String, Schema.Int)
  })
})
