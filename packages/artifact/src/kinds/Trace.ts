// How a training went: one row a step, one row an evaluation, and which windows of the corpus each step saw.
import { Schema } from "effect"
import { float64, int32, measured, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Trace = Kind.define({
  name: "trace",
  version: 1,
  tables: {
    steps: {
      step: int32,
      tokens_seen: float64,
      loss_nats: float64,
      learning_rate: float64,
      gradient_norm: float64,
      step_ms: measured(float64),
      tokens_per_second: measured(float64)
    },
    evaluations: { step: int32, split: utf8, loss_nats: float64, bits_per_byte: float64 },
    /** row `row` of the batch of `step` began at position `start` of the training tokens */
    windows: { step: int32, row: int32, start: uint32 },
    /** `train_ms`, `compile_ms`, `peak_rss_bytes`, ... */
    cost: { name: utf8, value: measured(float64) }
  },
  attributes: Schema.Struct({
    steps: Schema.Int,
    /** `finished` or `early-stopped` */
    stopReason: Schema.String,
    bestStep: Schema.Int,
    bestLossNats: Schema.Finite,
    /** tokens of one window */
    contextLength: Schema.Int,
    batchSize: Schema.Int,
    tokensSeen: Schema.Int
  })
})
