import { assert, describe, it } from "@effect/vitest"
import { Ngram, NgramModel } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { measure } from "../src/Measurement.ts"
import * as Measures from "../src/Measures.ts"
import * as Score from "../src/Score.ts"
import { toy } from "./toys.ts"

const ids = Uint16Array.of(3, 1, 2, 4, 4, 0, 2, 0, 1, 2, 3, 0)
const documents = [
  { start: 0, tokens: 6 },
  { start: 6, tokens: 2 },
  { start: 8, tokens: 4 }
]
const text = { ids, documents }
const cutting = { context: 4, stride: 2, batchSize: 2 }
const silent = { ...cutting, scored: () => Effect.void }
const sizes = { vocabSize: 5, contextLength: 64 }

describe("Score", () => {
  it.effect("sums what the model says of each token of a document, and reports every token once", () =>
    Effect.gen(function* () {
      const counted: Array<number> = []
      const scored = (tokens: number) => Effect.sync(() => void counted.push(tokens))
      const nats = yield* Score.documents(
        toy((_, next) => next + 0.5, sizes),
        text,
        { ...cutting, scored }
      )
      // 3+1+2+4+4+0 and a half each, and so on
      assert.deepStrictEqual([...nats], [14 + 3, 2 + 1, 6 + 2])
      assert.strictEqual(
        counted.reduce((a, b) => a + b),
        12
      )
    })
  )

  it.effect("gives each token the declared context", () =>
    Effect.gen(function* () {
      const nats = yield* Score.documents(
        toy((seen) => seen, sizes),
        text,
        silent
      )
      // first document: 1 2 3 4 in the first window, then 3 4 in the one that moved on by two
      assert.deepStrictEqual([...nats], [1 + 2 + 3 + 4 + 3 + 4, 1 + 2, 1 + 2 + 3 + 4])
    })
  )

  it.effect("makes loss, perplexity and bits per byte as worked by hand", () =>
    Effect.gen(function* () {
      const uniform = toy(() => Math.log(5), sizes)
      const nats = yield* Score.documents(uniform, text, silent)
      const measures = measure(
        [
          Measures.of(
            { nats, tokens: Uint32Array.of(6, 2, 4), bytes: Uint32Array.of(11, 3, 10) },
            { context: "4", stride: "2", data: "abc", split: "test", tokenizer: "0123456789abcdef0123" }
          )
        ],
        3,
        { samples: 100, confidence: 0.9, seed: 1 }
      )
      const [loss, perplexity, bits] = measures.map(({ value }) => value)
      assert.approximately(loss ?? NaN, Math.log(5), 1e-6)
      assert.approximately(perplexity ?? NaN, 5, 1e-5)
      assert.approximately(bits ?? NaN, (12 * Math.log2(5)) / 24, 1e-6)
      assert.deepStrictEqual(
        measures.map(({ signature }) => signature),
        [
          "metric:loss_nats|per:token|tokenizer:0123456789abcdef|context:4|stride:2|bos:end-of-text|scored:all+end-of-text|split:test|data:abc|version:1",
          "metric:perplexity|per:token|tokenizer:0123456789abcdef|context:4|stride:2|bos:end-of-text|scored:all+end-of-text|split:test|data:abc|version:1",
          "metric:bits_per_byte|per:byte|context:4|stride:2|bos:end-of-text|scored:all+end-of-text|split:test|data:abc|version:1"
        ]
      )
    })
  )

  it.effect(
    "scores a document with an n-gram model as if it were read in one go, if the stride leaves its context",
    () =>
      Effect.gen(function* () {
        const model = Ngram.train(ids, { order: 3, vocabSize: 5, endOfTextId: 0 })
        const windows = yield* Score.documents(NgramModel.of(model), text, silent)
        for (const [row, { start, tokens }] of documents.entries()) {
          const whole = Int32Array.of(0, ...ids.subarray(start, start + tokens))
          const nats = Ngram.nats(model, whole, { B: 1, T: tokens })
          assert.approximately(
            windows[row] ?? NaN,
            nats.reduce((a, b) => a + b),
            1e-5
          )
        }
      })
  )

  it.effect("names the document and token of a model that gives no number", () =>
    Effect.gen(function* () {
      const broken = toy((seen, next) => (next === 2 && seen === 1 ? NaN : 1), sizes)
      const error = yield* Effect.flip(Score.documents(broken, text, silent))
      assert.include(error.message, "token 0 of document 1")
    })
  )
})
