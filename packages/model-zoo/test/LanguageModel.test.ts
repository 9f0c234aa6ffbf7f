import { assert, layer } from "@effect/vitest"
import { Store, StoreLocal, Weights } from "@inkstone/artifact"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as LanguageModel from "../src/LanguageModel.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Ngram from "../src/Ngram.ts"
import * as NgramModel from "../src/NgramModel.ts"
import { zoo } from "../src/Zoo.ts"
import * as golden from "./golden.ts"

const root = mkdtempSync(join(tmpdir(), "inkstone-language-model-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

type About = Pick<
  (typeof Weights)["attributes"]["Type"],
  "family" | "architecture" | "parameters" | "vocabSize" | "contextLength" | "endOfTextId"
>

const seal = Effect.fnUntraced(function* (about: About, arrays: Iterable<NamedArray.NamedArray>) {
  const store = yield* Store
  const draft = yield* store.draft(Weights)
  yield* NamedArray.append(draft, arrays)
  yield* draft.describe({
    preset: "custom",
    tokenizer: "",
    trainedOn: "",
    trainTokens: 0,
    trainBytes: 0,
    training: {},
    ...about
  })
  return yield* store.seal(draft)
})

layer(StoreLocal.layer(root))("LanguageModel.load", (it) => {
  it.effect("opens a sealed network as it was", () =>
    Effect.gen(function* () {
      const { arrays, ...about } = yield* golden.checkpoint
      const model = yield* LanguageModel.load(yield* seal(about, arrays.values()))
      const text = Int32Array.of(3, 9, 27, 81, 11)
      const shape = { B: 1, T: 4 }
      assert.deepStrictEqual(yield* model.nats(text, shape), yield* (yield* golden.model).nats(text, shape))
      assert.strictEqual(model.family, "gpt2")
    })
  )

  it.effect("opens a sealed n-gram model as it was, with the same bits", () =>
    Effect.gen(function* () {
      const [vocabSize, endOfTextId, order] = [9, 0, 4]
      const trained = Ngram.train(
        Int32Array.from({ length: 500 }, (_, at) => (at * at) % 9),
        {
          order,
          vocabSize,
          endOfTextId
        }
      )
      const about = {
        family: "ngram",
        architecture: { order },
        parameters: 0,
        vocabSize,
        contextLength: 3,
        endOfTextId
      }
      const model = yield* LanguageModel.load(yield* seal(about, NgramModel.toArrays(trained)))
      const text = Int32Array.from({ length: 31 }, (_, at) => (at * 7) % 9)
      const shape = { B: 1, T: 30 }
      assert.deepStrictEqual(yield* model.nats(text, shape), Ngram.nats(trained, text, shape))
    })
  )

  it.effect("names the families there are", () =>
    Effect.gen(function* () {
      const about = { ...(yield* golden.checkpoint), family: "mamba" }
      const { arrays, ...rest } = about
      const sealed = yield* seal(rest, arrays.values())
      const error = yield* Effect.flip(LanguageModel.load(sealed))
      assert.strictEqual(error.message, `mamba: not a known family; there are ${Object.keys(zoo).join(", ")}`)
    })
  )
})
