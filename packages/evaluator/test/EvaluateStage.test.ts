import { assert, describe, layer } from "@effect/vitest"
import { type ArtifactRef, Metrics, Store } from "@inkstone/artifact"
import { LanguageModel, Ngram } from "@inkstone/model-zoo"
import { type Progress, StageFailure, StageRunner } from "@inkstone/stage"
import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { evaluate } from "../src/index.ts"
import * as fixtures from "./fixtures.ts"

const held = ["the cat and the dog", "老人 sat on the sea", "a log on a mat"]
const store = fixtures.temporaryStore()
afterAll(store.remove)

interface Refs {
  readonly model: ArtifactRef
  readonly tokens: ArtifactRef
  readonly tokenizer: ArtifactRef
}

/** Runs the stage and opens what it made. */
const run = (
  config: unknown,
  refs: Refs,
  report: (progress: Progress) => Effect.Effect<void> = () => Effect.void
) =>
  Effect.gen(function* () {
    const sealed = yield* StageRunner.run({
      stage: evaluate,
      config,
      inputs: {
        model: [{ label: "ngram", ref: refs.model }],
        tokens: [{ label: "tokens", ref: refs.tokens }],
        tokenizer: [{ label: "tokenizer", ref: refs.tokenizer }]
      },
      seed: 7,
      files: [],
      workspace: join(tmpdir(), "inkstone-evaluator-workspace"),
      report
    })
    return yield* (yield* Store).open(Metrics, sealed["metrics"]?.digest ?? "")
  })

const inputs = Effect.gen(function* () {
  const tokenizer = yield* fixtures.sealTokenizer
  const tokens = yield* fixtures.sealTokens(held, { tokenizer: tokenizer.digest })
  return { tokenizer, tokens, model: yield* fixtures.sealNgram(tokenizer.digest) }
})

/** The same inputs with other tokens. */
const tokensOf = (
  documents: ReadonlyArray<string>,
  refs: Refs,
  about: { readonly vocabSize?: number; readonly tokenizer?: string } = {}
) =>
  Effect.map(fixtures.sealTokens(documents, { tokenizer: refs.tokenizer.digest, ...about }), (tokens) => ({
    ...refs,
    tokens
  }))

/** How the stage fails with changed inputs. */
const failure = (config: unknown, change: (refs: Refs) => Effect.Effect<Refs, unknown, Store>) =>
  Effect.flip(Effect.flatMap(Effect.flatMap(inputs, change), (refs) => run(config, refs))).pipe(
    Effect.filterOrFail((error) => error instanceof StageFailure)
  )

layer(store.layer)("evaluate", (it) => {
  it.effect("measures an n-gram model as the model itself says", () =>
    Effect.gen(function* () {
      const refs = yield* inputs
      const artifact = yield* run({}, refs)
      const { metric, value, low, high, n } = yield* artifact.read("metrics")
      const items = yield* artifact.read("items")
      let [nats, tokens, bytes] = [0, 0, 0]
      for (const [row, text] of held.entries()) {
        const utf8 = new TextEncoder().encode(text)
        const ids = Int32Array.of(fixtures.endOfTextId, ...utf8, fixtures.endOfTextId)
        const each = Ngram.nats(fixtures.trigrams, ids, { B: 1, T: ids.length - 1 }).reduce((a, b) => a + b)
        assert.approximately(items.nats[row] ?? NaN, each, 1e-4)
        assert.strictEqual(items.tokens[row], utf8.length + 1)
        assert.strictEqual(items.bytes[row], utf8.length)
        nats += each
        tokens += utf8.length + 1
        bytes += utf8.length
      }
      assert.deepStrictEqual(metric, ["loss_nats", "perplexity", "bits_per_byte"])
      for (const [row, expected] of [
        nats / tokens,
        Math.exp(nats / tokens),
        nats / Math.LN2 / bytes
      ].entries()) {
        assert.approximately(value[row] ?? NaN, expected, 1e-4)
        assert.isAtMost(low[row] ?? NaN, expected)
        assert.isAtLeast(high[row] ?? NaN, expected)
        assert.strictEqual(n[row], 3)
      }
      assert.strictEqual(artifact.attributes.model, refs.model.digest)
      assert.strictEqual(artifact.attributes.tokens, tokens)
      const speed = yield* artifact.read("speed")
      assert.deepStrictEqual(speed.name, ["tokens_per_second", "scoring_ms", "milliseconds_per_token"])
    })
  )

  it.effect("measures a network as the network itself says, document by document", () =>
    Effect.gen(function* () {
      const refs = yield* inputs
      const model = yield* fixtures.sealGpt2(refs.tokenizer.digest)
      const artifact = yield* run({ samples: { count: 1, maxTokens: 40 } }, { ...refs, model })
      const items = yield* artifact.read("items")
      const network = yield* LanguageModel.open("gpt2", fixtures.gpt2)
      for (const [row, text] of held.entries()) {
        const ids = Int32Array.of(
          fixtures.endOfTextId,
          ...new TextEncoder().encode(text),
          fixtures.endOfTextId
        )
        const nats = yield* network.nats(ids, { B: 1, T: ids.length - 1 })
        assert.isAtMost(ids.length - 1, network.contextLength)
        assert.approximately(
          items.nats[row] ?? NaN,
          nats.reduce((a, b) => a + b),
          1e-3
        )
      }
      assert.strictEqual((yield* artifact.read("samples")).text.length, 1)
      assert.strictEqual((yield* artifact.read("metrics")).signature[0]?.includes("context:model<=256"), true)
    })
  )

  it.effect("writes samples that begin as held-out documents do, and the same ones again", () =>
    Effect.gen(function* () {
      const refs = yield* inputs
      const config = { samples: { count: 2, promptTokens: 6, maxTokens: 12 } }
      const artifact = yield* run(config, refs)
      const samples = yield* artifact.read("samples")
      assert.deepStrictEqual(samples.prompt, ["the ca", "老人"])
      assert.isTrue(samples.text.every((text) => text.length <= 12)) // a token is a byte
      assert.include(samples.settings[0], '"temperature":0.8')
      assert.strictEqual((yield* run(config, refs)).digest, artifact.digest)
    })
  )

  it.effect(
    "says in the signature how each number was made, and gives other conditions other signatures",
    () =>
      Effect.gen(function* () {
        const refs = yield* inputs
        const signatures = (config: unknown) =>
          Effect.map(
            Effect.flatMap(run(config, refs), (artifact) => artifact.read("metrics")),
            ({ signature }) => signature
          )
        const usual = yield* signatures({})
        assert.include(usual[1], "metric:perplexity|per:token|tokenizer:")
        assert.include(
          usual[1],
          "context:model<=256|stride:context/2|bos:end-of-text|scored:all+end-of-text|split:test"
        )
        assert.notInclude(usual[2], "tokenizer")
        const other = yield* signatures({ contextLength: 64 })
        assert.include(other[2], "context:64|stride:32")
        assert.deepStrictEqual(yield* signatures({ batchSize: 1 }), usual)
      })
  )

  it.effect("counts every token once in its progress", () =>
    Effect.gen(function* () {
      const heard: Array<Progress> = []
      const report = (progress: Progress) => Effect.sync(() => void heard.push(progress))
      const { attributes } = yield* run({ batchSize: 1, contextLength: 8 }, yield* inputs, report)
      assert.strictEqual(heard.at(-1)?.done, attributes.tokens)
      assert.isTrue(heard.every(({ total, unit }) => total === attributes.tokens && unit === "tokens"))
      assert.isAbove(heard.length, 5)
    })
  )

  describe("refuses", () => {
    it.effect("a split without text", () =>
      Effect.gen(function* () {
        const error = yield* failure({}, (refs) => tokensOf([], refs))
        assert.deepInclude(error, { category: "data", fact: "EmptySplit" })
      })
    )

    it.effect("tokens of another vocabulary or tokenizer", () =>
      Effect.gen(function* () {
        const size = yield* failure({}, (refs) => tokensOf(held, refs, { vocabSize: 300 }))
        assert.deepInclude(size, { category: "data", fact: "WrongVocabulary" })
        assert.include(size.message, "knows 257 token ids, the tokens were made with 300")
        const other = yield* failure({}, (refs) => tokensOf(held, refs, { tokenizer: "0".repeat(64) }))
        assert.include(other.message, "another tokenizer than the model was trained with")
      })
    )

    it.effect("weights of a family it does not know", () =>
      Effect.gen(function* () {
        const error = yield* failure({}, (refs) =>
          Effect.map(fixtures.sealNgram(refs.tokenizer.digest, "mamba"), (model) => ({ ...refs, model }))
        )
        assert.deepInclude(error, { category: "data", fact: "ModelUnusable" })
        assert.include(error.message, "mamba: not a known family; there are")
      })
    )

    it.effect("a stride that would leave tokens out", () =>
      Effect.gen(function* () {
        const error = yield* failure({ contextLength: 8, stride: 9 }, Effect.succeed)
        assert.deepInclude(error, { category: "config" })
        assert.include(error.message, "stride 9 is more than contextLength 8")
      })
    )
  })
})

stageContract(evaluate, [
  {
    name: "an n-gram model on three short documents",
    config: { contextLength: 8, samples: { count: 2, maxTokens: 8 } },
    inputs: {
      model: { label: "ngram", make: Effect.map(inputs, ({ model }) => model) },
      tokens: { label: "tokens", make: Effect.map(inputs, ({ tokens }) => tokens) },
      tokenizer: { label: "tokenizer", make: Effect.map(inputs, ({ tokenizer }) => tokenizer) }
    }
  }
])
