// The comparison: facts and verdict as rows, and the pages a person reads.
import { Schema } from "effect"
import { binary, measured, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Report = Kind.define({
  name: "report",
  version: 1,
  tables: {
    /** everything repeatable the pages say: one row a model and field */
    facts: { model: utf8, field: utf8, value: utf8 },
    /** `report.html`, `report.md`; they show times as well, so their bytes are no part of the digest */
    files: { path: utf8, media_type: utf8, content: measured(binary) }
  },
  attributes: Schema.Struct({
    title: Schema.String,
    /** label of the recommended model, or `undecided` */
    recommendation: Schema.String,
    reason: Schema.String
  })
})
