// Numbers about one model on one data set, each with its interval and the signature that says what may be compared.
import { Schema } from "effect"
import { float64, measured, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Metrics = Kind.define({
  name: "metrics",
  version: 1,
  tables: {
    metrics: {
      /** `perplexity`, `bits_per_byte`, `loss_nats`, ... */
      metric: utf8,
      value: float64,
      low: float64,
      high: float64,
      /** of the interval, 0.95 */
      confidence: float64,
      /** items resampled (documents) */
      n: uint32,
      unit: utf8,
      /** metric, tokenizer, stride, context, normaliser, data digest: unlike signatures are never ranked */
      signature: utf8
    },
    /** `tokens_per_second`, `milliseconds_per_token`, ... */
    speed: { name: utf8, value: measured(float64) },
    /** one row a document: the base of paired comparisons */
    items: { id: utf8, source: utf8, nats: float64, tokens: uint32, bytes: uint32 },
    samples: { prompt: utf8, text: utf8, settings: utf8 }
  },
  attributes: Schema.Struct({
    /** logical digests */
    model: Schema.String,
    data: Schema.String,
    split: Schema.String,
    documents: Schema.Int,
    tokens: Schema.Int,
    bytes: Schema.Int
  })
})
