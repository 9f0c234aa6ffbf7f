import { assert, describe, it } from "@effect/vitest"
import { Store, Weights } from "@inkstone/artifact"
import { LanguageModel } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { ngram } from "../src/NgramStage.ts"
import { storeIn, tokens } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"

const count = (order: number, documents: number) =>
  Effect.gen(function* () {
    const store = yield* Store
    const train = yield* tokens("train", documents)
    const model = yield* store.draft(Weights)
    const workspace = yield* temporaryFolder
    const run = { outputs: { model }, seed: 1, files: [], workspace, report: () => Effect.void }
    yield* ngram.run({ order }, { train }, run)
    return { train, model: yield* store.seal(model) }
  })

describe("@inkstone/trainer#ngram", () => {
  it.live("makes a model that the zoo opens and that knows the text", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const { train, model } = yield* count(4, 30)
        const { attributes } = model
        assert.strictEqual(attributes.family, "ngram")
        assert.strictEqual(attributes.trainedOn, train.digest)
        assert.strictEqual(attributes.trainTokens, train.attributes.tokens)
        assert.deepStrictEqual(attributes.training, { order: 4 })
        const opened = yield* LanguageModel.load(model)
        assert.strictEqual(opened.parameters, attributes.parameters)
        const { id } = yield* (yield* tokens("validation", 4)).read("ids")
        const T = id.length - 1
        const nats = yield* opened.nats(Int32Array.from(id), { B: 1, T })
        const mean = nats.reduce((sum, n) => sum + n, 0) / T
        // Within a word nothing is open; which of 8 words comes next is: below 1 nat a token, and far below log 40.
        assert.isBelow(mean, 1)
      }).pipe(Effect.provide(storeIn(folder)))
    })
  )

  it.live("gives the same digest twice and another for another order", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const [one, two, other] = [yield* count(3, 10), yield* count(3, 10), yield* count(4, 10)]
        assert.strictEqual(one.model.digest, two.model.digest)
        assert.notStrictEqual(one.model.digest, other.model.digest)
      }).pipe(Effect.provide(storeIn(folder)))
    })
  )

  it.live("names an empty split", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const failure = yield* Effect.flip(count(3, 0)).pipe(Effect.provide(storeIn(folder)))
      assert.strictEqual(failure._tag === "StageFailure" && failure.fact, "EmptyCorpus")
    })
  )
})
