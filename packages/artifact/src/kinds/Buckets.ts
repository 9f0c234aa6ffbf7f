// How likely a small language model finds each document, and the part of its language's corpus that puts it into.
import { Schema } from "effect"
import { float64, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const buckets = ["head", "middle", "tail"] as const
export type Bucket = (typeof buckets)[number]

export const Buckets = Kind.define({
  name: "buckets",
  version: 1,
  tables: {
    buckets: {
      id: utf8,
      lang: utf8,
      bits_per_byte: float64,
      /** `head` is likeliest, `tail` least likely */
      bucket: utf8
    },
    /** the borders of each language, in bits per byte */
    borders: { lang: utf8, head: float64, tail: float64 }
  },
  attributes: Schema.Struct({
    documents: Schema.Int,
    /** documents per bucket */
    counts: Schema.Record(Schema.String, Schema.Int),
    /** logical digest of the model */
    model: Schema.String
  })
})
