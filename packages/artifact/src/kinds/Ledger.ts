// What was dropped or repaired, by which rule, at which value against which threshold.
import { Schema } from "effect"
import { float64, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Ledger = Kind.define({
  name: "ledger",
  version: 1,
  tables: {
    ledger: {
      id: utf8,
      source: utf8,
      /** `dropped` or `repaired` */
      action: utf8,
      rule: utf8,
      value: float64,
      threshold: float64,
      /** the beginning of the document, by `excerptOf` */
      excerpt: utf8
    }
  },
  attributes: Schema.Struct({
    read: Schema.Int,
    kept: Schema.Int,
    /** documents per rule */
    dropped: Schema.Record(Schema.String, Schema.Int),
    repaired: Schema.Record(Schema.String, Schema.Int)
  })
})
