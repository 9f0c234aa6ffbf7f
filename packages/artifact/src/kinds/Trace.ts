// How a training went: one row a step, one row an evaluation, and which rows of the data each step saw.
import { Schema } from "effect"
import { float64, int32, measured, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

const none = (length: number) => new Float64Array(length).fill(Number.NaN)

const Causal = Schema.Struct({
  steps: Schema.Int,
  stopReason: Schema.String,
  bestStep: Schema.Int,
  bestLossNats: Schema.Finite,
  contextLength: Schema.Int,
  batchSize: Schema.Int,
  tokensSeen: Schema.Int
})

/** Version 1 was of causal language models alone. */
const fromCausal: Kind.Upgrader = ({ attributes, tables }) => {
  const { step } = tables["steps"] ?? {}
  const rows = step instanceof Int32Array ? step.length : 0
  const known = Schema.decodeUnknownSync(Causal)(attributes)
  return {
    attributes: {
      ...known,
      objective: "causal",
      unit: "nats per token",
      metric: "loss",
      mode: "min",
      bestValue: known.bestLossNats
    },
    tables: {
      ...tables,
      steps: {
        ...tables["steps"],
        update_norm: none(rows),
        ceiling_share: none(rows),
        rss_bytes: none(rows)
      },
      measures: { step: new Int32Array(0), split: [], name: [], value: new Float64Array(0) },
      samples: { step: new Int32Array(0), prompt: [], text: [] },
      detours: { after_step: new Int32Array(0), skipped: new Int32Array(0) }
    }
  }
}

export const Trace = Kind.define({
  name: "trace",
  version: 2,
  tables: {
    steps: {
      step: int32,
      /** read or written so far, padding not counted */
      tokens_seen: float64,
      /** in the unit of the objective: nats where it is a likelihood */
      loss_nats: float64,
      learning_rate: float64,
      /** L2, of the whole gradient before clipping */
      gradient_norm: float64,
      /** L2, of what the step changed; NaN where it was not computed */
      update_norm: float64,
      step_ms: measured(float64),
      tokens_per_second: measured(float64),
      /** of the arithmetic that plain matrix products reach on this machine; NaN where it is not known */
      ceiling_share: measured(float64),
      /** memory of the process after the step */
      rss_bytes: measured(float64)
    },
    /** bits per byte are NaN where the objective has none */
    evaluations: { step: int32, split: utf8, loss_nats: float64, bits_per_byte: float64 },
    /** what else an evaluation measured, such as `accuracy` */
    measures: { step: int32, split: utf8, name: utf8, value: float64 },
    /** what the model made of fixed prompts on the way */
    samples: { step: int32, prompt: utf8, text: utf8 },
    /** row `row` of the batch of `step` began at position `start` of the training tokens, or is row `start` of the data */
    windows: { step: int32, row: int32, start: uint32 },
    /** rollbacks of the guard: behind `after_step`, `skipped` batches were left out */
    detours: { after_step: int32, skipped: int32 },
    /** `train_ms`, `compile_ms`, `peak_rss_bytes`, ..., and what was foretold: `predicted_train_ms`, `predicted_peak_rss_bytes` */
    cost: { name: utf8, value: measured(float64) }
  },
  attributes: Schema.Struct({
    /** `causal`, `masked-language`, ... */
    objective: Schema.String,
    /** of the loss, such as `nats per token` */
    unit: Schema.String,
    steps: Schema.Int,
    /** `finished` or `early-stopped` */
    stopReason: Schema.String,
    /** what the best step was chosen by: `loss` or one of the measures */
    metric: Schema.String,
    mode: Schema.Literals(["min", "max"]),
    bestStep: Schema.Int,
    bestValue: Schema.Finite,
    /** loss of the best step */
    bestLossNats: Schema.Finite,
    /** tokens of one row */
    contextLength: Schema.Int,
    batchSize: Schema.Int,
    tokensSeen: Schema.Int
  }),
  upgraders: { 1: fromCausal }
})
