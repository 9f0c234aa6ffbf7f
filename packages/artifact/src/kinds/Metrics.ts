// Numbers about one model on one data set, each with its interval and the signature that says what may be compared.
import { Schema } from "effect"
import { float64, measured, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

/** What a model was asked to do, which says what its metrics mean. */
export const metricTasks = [
  "language-modelling",
  "text-to-text",
  "classification",
  "regression",
  "token-classification",
  "question-answering"
] as const
export type MetricTask = (typeof metricTasks)[number]

/** Version 1 knew loss, perplexity and bits per byte, all better when lower, and kept no resamples. */
const ofLanguageModels: Kind.Upgrader = ({ attributes, tables }) => {
  const { metric } = tables["metrics"] ?? {}
  if (!Array.isArray(metric)) throw new Error("its metrics have no names")
  return {
    attributes: {
      ...(typeof attributes === "object" ? attributes : {}),
      task: "language-modelling",
      primary: "bits_per_byte",
      resampling: ""
    },
    tables: {
      ...tables,
      metrics: { ...tables["metrics"], better: metric.map(() => "lower") },
      replicates: { metric: [], value: new Float64Array(0) },
      outcomes: { id: [], metric: [], value: new Float64Array(0) },
      outputs: { id: [], input: [], output: [], reference: [] },
      classes: {
        label: [],
        precision: new Float64Array(0),
        recall: new Float64Array(0),
        f1: new Float64Array(0),
        support: new Uint32Array(0)
      },
      confusion: { reference: [], output: [], n: new Uint32Array(0) }
    }
  }
}

export const Metrics = Kind.define({
  name: "metrics",
  version: 2,
  tables: {
    metrics: {
      /** `perplexity`, `bits_per_byte`, `accuracy`, `bleu`, `rouge_l`, ... */
      metric: utf8,
      value: float64,
      low: float64,
      high: float64,
      /** of the interval, 0.95 */
      confidence: float64,
      /** items resampled: documents or examples */
      n: uint32,
      unit: utf8,
      /** `lower` or `higher` */
      better: utf8,
      /** metric, tokenizer, stride, context, normaliser, data digest: unlike signatures are never ranked */
      signature: utf8
    },
    /** `tokens_per_second`, `milliseconds_per_token`, ... */
    speed: { name: utf8, value: measured(float64) },
    /** one row a document or an example: what it cost, in all its tokens (or classes, places), and UTF-8 bytes of what was asked for */
    items: { id: utf8, source: utf8, nats: float64, tokens: uint32, bytes: uint32 },
    /**
     * Each metric on every resample, in order. Resample `r` has the same items for every model with equal `resampling`, so that two
     * models are compared in pairs by differences of these, whatever the metric.
     */
    replicates: { metric: utf8, value: float64 },
    /** a metric of single examples */
    outcomes: { id: utf8, metric: utf8, value: float64 },
    /** what was read, what the model said, and what it should have said; for long data a part of the examples */
    outputs: { id: utf8, input: utf8, output: utf8, reference: utf8 },
    /** classification of texts and of tokens, class by class */
    classes: { label: utf8, precision: float64, recall: float64, f1: float64, support: uint32 },
    confusion: { reference: utf8, output: utf8, n: uint32 },
    samples: { prompt: utf8, text: utf8, settings: utf8 }
  },
  attributes: Schema.Struct({
    task: Schema.Literals(metricTasks),
    /** the metric to rank by where nobody names another */
    primary: Schema.String,
    /** how and of what resamples were drawn; "" where none were kept */
    resampling: Schema.String,
    /** logical digest; "" for the model that the same node made */
    model: Schema.String,
    /** logical digest */
    data: Schema.String,
    split: Schema.String,
    /** documents, or examples */
    documents: Schema.Int,
    tokens: Schema.Int,
    bytes: Schema.Int
  }),
  upgraders: { 1: ofLanguageModels }
})
