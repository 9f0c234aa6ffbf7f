// What each cleaning rule measured on each document, kept and dropped ones alike: cuts are a later step.
import { Schema } from "effect"
import { float64, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Scores = Kind.define({
  name: "scores",
  version: 1,
  tables: { scores: { id: utf8, rule: utf8, value: float64 } },
  attributes: Schema.Struct({ rules: Schema.Array(Schema.String) })
})
