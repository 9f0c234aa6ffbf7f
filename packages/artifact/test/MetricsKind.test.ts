// Metrics of version 1 are those of a language model, without resamples.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Column, Kind, Metrics, Store } from "../src/index.ts"
import { withStore } from "./support/TempStore.ts"

const { float64, measured, uint32, utf8 } = Column
const V1 = Kind.define({
  name: "metrics",
  version: 1,
  tables: {
    metrics: {
      metric: utf8,
      value: float64,
      low: float64,
      high: float64,
      confidence: float64,
      n: uint32,
      unit: utf8,
      signature: utf8
    },
    speed: { name: utf8, value: measured(float64) },
    items: { id: utf8, source: utf8, nats: float64, tokens: uint32, bytes: uint32 },
    samples: { prompt: utf8, text: utf8, settings: utf8 }
  },
  attributes: Schema.Struct({
    model: Schema.String,
    data: Schema.String,
    split: Schema.String,
    documents: Schema.Int,
    tokens: Schema.Int,
    bytes: Schema.Int
  })
})
const about = { model: "m", data: "d", split: "test", documents: 1, tokens: 9, bytes: 30 }

describe("metrics of version 1", () => {
  it.effect("are numbers of a language model, better when lower, that have no resamples", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const sealed = yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* store.draft(V1)
            const two = Float64Array.of(2, 3)
            yield* draft.append("metrics", {
              metric: ["loss_nats", "bits_per_byte"],
              value: two,
              low: two,
              high: two,
              confidence: two,
              n: Uint32Array.of(1, 1),
              unit: ["nats per token", "bits per byte"],
              signature: ["a", "b"]
            })
            yield* draft.describe(about)
            return yield* store.seal(draft)
          })
        )
        const opened = yield* store.open(Metrics, sealed.digest)
        assert.deepStrictEqual(opened.attributes, {
          ...about,
          task: "language-modelling",
          primary: "bits_per_byte",
          resampling: ""
        })
        const { better, value } = yield* opened.read("metrics")
        assert.deepStrictEqual(better, ["lower", "lower"])
        assert.deepStrictEqual(value, Float64Array.of(2, 3))
        for (const table of ["replicates", "outcomes", "outputs", "classes", "confusion"] as const)
          assert.strictEqual(opened.rows(table), 0)
      })
    )
  )
})
