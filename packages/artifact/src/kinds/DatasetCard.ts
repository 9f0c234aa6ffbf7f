// What a person must know of a corpus before training on it: where it is from, what was taken out and why, what is left.
import { Schema } from "effect"
import { binary, float64, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const DatasetCard = Kind.define({
  name: "dataset-card",
  version: 1,
  tables: {
    /** what is left, one row a split, language, script and licence */
    contents: {
      split: utf8,
      lang: utf8,
      script: utf8,
      licence: utf8,
      documents: uint32,
      /** UTF-8 */
      bytes: float64
    },
    /** one row a rule of a step, in the order of the steps */
    funnel: {
      step: utf8,
      /** documents that the step read, the same in all of its rows */
      read: uint32,
      /** `dropped`, `repaired` */
      action: utf8,
      rule: utf8,
      documents: uint32,
      /** left after the step, the same in all of its rows */
      kept: uint32
    },
    examples: {
      step: utf8,
      action: utf8,
      rule: utf8,
      source: utf8,
      value: float64,
      threshold: float64,
      excerpt: utf8
    },
    /** middle of all values of a rule, over kept and over dropped documents; NaN where it says nothing */
    scores: { rule: utf8, lang: utf8, kept_median: float64, dropped_median: float64 },
    /** `dataset-card.html` and `dataset-card.md` */
    files: { path: utf8, media_type: utf8, content: binary }
  },
  attributes: Schema.Struct({
    title: Schema.String,
    description: Schema.String,
    licence: Schema.String,
    documents: Schema.Int,
    bytes: Schema.Int,
    splits: Schema.Record(Schema.String, Schema.Int),
    /** logical digest of the documents described */
    data: Schema.String
  })
})
