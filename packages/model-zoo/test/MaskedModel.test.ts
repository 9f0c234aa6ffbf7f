import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { join } from "node:path"
import * as FillMask from "../src/FillMask.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as MaskedModel from "../src/MaskedModel.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertNear, B, floats, folderOf, integers, json, T, V } from "./encoders.ts"

const open = Effect.fnUntraced(function* (name: string) {
  const checkpoint = yield* HuggingFace.load(folderOf(name))
  return yield* MaskedModel.open(checkpoint.family, checkpoint)
})
const goldenOf = Effect.fnUntraced(function* (name: string) {
  const { arrays } = yield* Safetensors.read(join(folderOf(name), "golden.safetensors"))
  return {
    texts: {
      B,
      T,
      tokens: integers(arrays.get("input_ids")),
      mask: Uint8Array.from(integers(arrays.get("attention_mask")))
    },
    logits: floats(arrays.get("logits"))
  }
})

const Candidates = Schema.Array(Schema.Struct({ id: Schema.Int, probability: Schema.Finite }))
const Filled = Schema.Struct({ ids: Schema.Array(Schema.Int), found: Schema.Array(Candidates) })
const Fills = Schema.Struct({ maskId: Schema.Int, texts: Schema.Record(Schema.String, Schema.Array(Filled)) })

const names = ["bert", "roberta", "distilbert"] as const

describe("masked models", () => {
  for (const name of names) {
    it.effect(
      `${name}: gives the logits of transformers at all places and at some, and what targets cost`,
      () =>
        Effect.gen(function* () {
          const [model, { logits, texts }] = [yield* open(name), yield* goldenOf(name)]
          assertNear(yield* model.logits(texts), logits, 1e-5, "logits")
          const places = Int32Array.of(3, 0, 8, 8)
          const rows = Array.from(places, (place, i) => {
            const from = (Math.floor(i / 2) * T + place) * V
            return logits.subarray(from, from + V)
          })
          const some = { ...texts, P: 2, places }
          assertNear(
            yield* model.logitsAt(some),
            rows.flatMap((row) => [...row]),
            1e-5,
            "some"
          )
          const targets = Int32Array.of(9, 8, 7, 127)
          const expected = rows.map((row, i) => {
            const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0)
            return Math.log(total) - (row[targets[i] ?? 0] ?? Number.NaN)
          })
          assertNear(yield* model.nats({ ...some, targets }), expected, 1e-5, "nats")
        })
    )

    it.effect(`${name}: fills in what the pipeline of transformers fills in`, () =>
      Effect.gen(function* () {
        const { maskId, texts } = Schema.decodeUnknownSync(Fills)(json(folderOf("fill-mask"), "golden.json"))
        const model = yield* open(name)
        assert.strictEqual(texts[name]?.length, 2)
        for (const { found, ids } of texts[name] ?? []) {
          const filled = yield* FillMask.fill(model, ids, { maskId, top: 4 })
          assert.deepStrictEqual(
            filled.map(({ place }) => ids[place]),
            found.map(() => maskId)
          )
          for (const [i, { candidates }] of filled.entries()) {
            assert.deepStrictEqual(
              candidates.map(({ id }) => id),
              found[i]?.map(({ id }) => id)
            )
            assertNear(
              candidates.map(({ probability }) => probability),
              found[i]?.map(({ probability }) => probability) ?? [],
              1e-6,
              "probability"
            )
          }
        }
      })
    )
  }

  it.effect("padding changes nothing, and rows of a batch do not see each other", () =>
    Effect.gen(function* () {
      const model = yield* open("bert")
      const text = Int32Array.of(9, 20, 77, 6)
      const alone = yield* model.logits({ B: 1, T: 4, tokens: text })
      const tokens = Int32Array.of(...text, 0, 0, 0, 100, 101, 102, 103, 104, 105, 106)
      const mask = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1)
      const padded = yield* model.logits({ B: 2, T: 7, tokens, mask })
      assertNear(padded.subarray(0, 4 * V), alone, 1e-6, "padded")
    })
  )

  it.effect("says what it cannot do: too long texts, no mask, no head, another kind of model", () =>
    Effect.gen(function* () {
      const model = yield* open("bert")
      const long = yield* Effect.flip(model.logits({ B: 1, T: 33, tokens: new Int32Array(33) }))
      assert.strictEqual(long.message, "bert: a text has 33 tokens, and the model reads 32 at most")
      const bare = yield* Effect.flip(FillMask.fill(model, [5, 6, 7], { maskId: 4 }))
      assert.match(bare.message, /no mask in it \(token 4\)/)
      const classifier = yield* Effect.flip(open("bert-classification"))
      assert.match(classifier.message, /no head for tokens/)
      const causal = yield* Effect.flip(open("gpt2"))
      assert.match(causal.message, /GPT-2 does not read texts as a whole/)
    })
  )
})
