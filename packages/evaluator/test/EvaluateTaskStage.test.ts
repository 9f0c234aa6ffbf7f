// Models measured on their task as a stage: what it writes is what the model itself says, counted as the metrics count.
import { assert, describe, it, layer } from "@effect/vitest"
import { type ArtifactRef, Metrics, Store } from "@inkstone/artifact"
import { Generate, LanguageModel, LinearModel, Ngram, TextToText } from "@inkstone/model-zoo"
import { type Progress, StageFailure, StageRunner } from "@inkstone/stage"
import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { evaluateTask } from "../src/EvaluateTaskStage.ts"
import { baseline, Bleu, Classification } from "../src/index.ts"
import { lead } from "../src/BaselineStage.ts"
import * as fixtures from "./fixtures.ts"
import { sealExamples, sealPairs } from "./taskFixtures.ts"

const store = fixtures.temporaryStore()
afterAll(() => store.remove())

type Refs = Readonly<Record<string, ArtifactRef>>
const run = (
  stage: typeof evaluateTask | typeof baseline,
  config: unknown,
  refs: Refs,
  report: (progress: Progress) => Effect.Effect<void> = () => Effect.void
) =>
  Effect.gen(function* () {
    const inputs = Object.fromEntries(
      Object.entries(refs).map(([port, ref]) => [port, [{ label: port, ref }]])
    )
    const optional = "examples" in refs ? {} : { examples: [] }
    const workspace = join(tmpdir(), "inkstone-evaluator-workspace")
    const sealed = yield* StageRunner.run({
      stage,
      config,
      inputs: { ...inputs, ...optional },
      seed: 7,
      files: [],
      workspace,
      report
    })
    return yield* (yield* Store).open(Metrics, sealed["metrics"]?.digest ?? "")
  })

const texts = [
  { input: "the cat sat", target: " on the mat" },
  { input: "the dog", target: " sat on the log" },
  { input: "a cat", target: " and a dog" },
  { input: "the sea", target: " and the old man" }
]
const asked = Effect.gen(function* () {
  const tokenizer = yield* fixtures.sealTokenizer
  return { tokenizer, pairs: yield* sealPairs(texts, { task: "text-to-text", tokenizer: tokenizer.digest }) }
})
const translation = Effect.gen(function* () {
  const refs = yield* asked
  return { ...refs, model: yield* fixtures.sealNgram(refs.tokenizer.digest) }
})

const closed = (text: string) => [...new TextEncoder().encode(text), fixtures.endOfTextId]

const mails = [
  { input: "win money", label: 1 },
  { input: "dear mum", label: 0 },
  { input: "money now", label: 1 },
  { input: "mum says hi", label: 0 },
  { input: "no money mum", label: 0 }
]
const linear = LinearModel.train(
  {
    texts: mails.map(({ input }) => [...new TextEncoder().encode(input)]),
    labels: Int32Array.from(mails, ({ label }) => label)
  },
  {
    vocabSize: fixtures.vocabSize,
    labels: 2,
    order: 1,
    minTexts: 1,
    maxFeatures: 99,
    sublinear: false,
    strengths: [1]
  }
)
const sorting = (labels: ReadonlyArray<string> = ["ham", "spam"]) =>
  Effect.gen(function* () {
    const tokenizer = yield* fixtures.sealTokenizer
    const pairs = yield* sealPairs(mails, { task: "classification", tokenizer: tokenizer.digest, labels })
    const model = yield* fixtures.sealLinear(linear, tokenizer.digest, ["ham", "spam"])
    return { tokenizer, pairs, model }
  })

const valuesOf = Effect.fnUntraced(function* (artifact: Effect.Success<ReturnType<typeof run>>) {
  const { metric, value } = yield* artifact.read("metrics")
  return new Map(metric.map((name, row) => [name, value[row]!]))
})

/** How the stage refuses what is wired. */
const fact = (refs: Effect.Effect<Refs, unknown, Store>) =>
  Effect.map(Effect.flip(Effect.flatMap(refs, (each) => run(evaluateTask, {}, each))), (error) =>
    error instanceof StageFailure ? error.fact : ""
  )

layer(store.layer)("evaluate-task", (it) => {
  it.effect("lets a causal model answer prompts, and scores its texts and the right ones", () =>
    Effect.gen(function* () {
      const refs = yield* translation
      const artifact = yield* run(evaluateTask, { maxTokens: 12 }, refs)
      const model = yield* LanguageModel.load(refs.model)
      const prompts = texts.map(({ input }) => [...new TextEncoder().encode(input)])
      const written = yield* Generate.generate(model, prompts, {
        maxTokens: 12,
        seed: 1,
        sampler: { temperature: 0, topK: 0, topP: 1 }
      })
      const expected = written.map((ids) => new TextDecoder().decode(Uint8Array.from(ids)).trim())
      const { input, output, reference } = yield* artifact.read("outputs")
      assert.deepStrictEqual(output, expected)
      assert.deepStrictEqual(
        input,
        texts.map((each) => each.input)
      )
      assert.deepStrictEqual(
        reference,
        texts.map(({ target }) => target.trim())
      )
      const values = yield* valuesOf(artifact)
      const segments = expected.map((text, at) => ({ output: text, references: [reference[at]!] }))
      assert.closeTo(values.get("bleu") ?? NaN, Bleu.corpus(segments).score, 1e-12)
      let [nats, tokens] = [0, 0]
      for (const [row, { target }] of texts.entries()) {
        const prompt = prompts[row]!
        const ids = Int32Array.of(...prompt, ...new TextEncoder().encode(target), fixtures.endOfTextId)
        const T = ids.length - 1
        const each = Ngram.nats(fixtures.trigrams, ids, { B: 1, T }).subarray(prompt.length - 1)
        nats += each.reduce((a, b) => a + b)
        tokens += each.length
      }
      assert.closeTo(values.get("loss_nats") ?? NaN, nats / tokens, 1e-5)
      assert.deepStrictEqual(
        [artifact.attributes.task, artifact.attributes.primary],
        ["text-to-text", "chrf"]
      )
    })
  )

  it.effect("lets an encoder-decoder answer what it read, and scores the right answers", () =>
    Effect.gen(function* () {
      const refs = yield* asked
      const model = yield* fixtures.sealT5(refs.tokenizer.digest)
      const artifact = yield* run(evaluateTask, { maxTokens: 5, batchSize: 3 }, { ...refs, model })
      const opened = yield* TextToText.load(model)
      const sources = texts.map(({ input }) => closed(input))
      const targets = texts.map(({ target }) => closed(target))
      const sampler = { temperature: 0, topK: 0, topP: 1 }
      const written = yield* TextToText.generate(opened, sources, { maxTokens: 5, seed: 1, sampler })
      assert.deepStrictEqual(
        (yield* artifact.read("outputs")).output,
        written.map((ids) =>
          new TextDecoder().decode(Uint8Array.from(ids.filter((id) => id < 256)), { stream: true }).trim()
        )
      )
      const nats = yield* opened.nats(sources, targets)
      const items = yield* artifact.read("items")
      for (const [row, each] of nats.entries())
        assert.closeTo(
          items.nats[row]!,
          each.reduce((a, b) => a + b, 0),
          1e-3
        )
    })
  )

  it.effect("keeps resamples that a paired comparison needs: as many for each metric, round its value", () =>
    Effect.gen(function* () {
      const artifact = yield* run(evaluateTask, { bootstrapSamples: 40 }, yield* translation)
      const { metric, value } = yield* artifact.read("replicates")
      const measured = yield* artifact.read("metrics")
      for (const [row, name] of measured.metric.entries()) {
        const own = value.filter((_, at) => metric[at] === name)
        assert.strictEqual(own.length, 40)
        assert.isAtMost(Math.min(...own), measured.low[row]!)
        assert.isAtLeast(Math.max(...own), measured.high[row]!)
      }
      assert.match(artifact.attributes.resampling, /^philox\|samples:40\|data:[0-9a-f]{16}$/)
      const { better } = measured
      assert.strictEqual(better[measured.metric.indexOf("ter")], "lower")
      assert.strictEqual(better[measured.metric.indexOf("rouge_l")], "higher")
    })
  )

  it.effect("takes references from examples where they are wired", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples(texts.map((each) => ({ ...each, target: "as people wrote it" })))
      const artifact = yield* run(evaluateTask, { maxTokens: 4 }, { ...(yield* translation), examples })
      const { reference } = yield* artifact.read("outputs")
      assert.deepStrictEqual(new Set(reference), new Set(["as people wrote it"]))
    })
  )

  it.effect("counts classes as the metric counts them, with the table of what is taken for what", () =>
    Effect.gen(function* () {
      const heard: Array<Progress> = []
      const artifact = yield* run(evaluateTask, { batchSize: 2 }, yield* sorting(), (progress) =>
        Effect.sync(() => void heard.push(progress))
      )
      const { output, reference } = yield* artifact.read("outputs")
      assert.deepStrictEqual(
        reference,
        mails.map(({ label }) => ["ham", "spam"][label]!)
      )
      const expected = Classification.measure(output, reference)
      const values = yield* valuesOf(artifact)
      for (const [name, value] of [
        ["accuracy", expected.accuracy],
        ["macro_f1", expected.macroF1],
        ["mcc", expected.mcc]
      ] as const)
        assert.closeTo(values.get(name) ?? NaN, value, 1e-12)
      assert.isBelow(values.get("loss_nats") ?? NaN, Math.LN2)
      const confusion = yield* artifact.read("confusion")
      assert.strictEqual(
        confusion.n.reduce((a, b) => a + b),
        mails.length
      )
      assert.deepStrictEqual((yield* artifact.read("classes")).label, ["ham", "spam"])
      assert.deepInclude(heard.at(-1), { done: 5, total: 5, unit: "examples" })
      assert.isTrue(heard.some(({ note }) => note?.endsWith("examples/s")))
    })
  )

  it.effect("measures so many examples as were asked for", () =>
    Effect.gen(function* () {
      const artifact = yield* run(evaluateTask, { most: 2 }, yield* sorting())
      assert.strictEqual(artifact.attributes.documents, 2)
    })
  )

  describe("refuses", () => {
    it.effect("classes in another order, no examples, another tokenizer, a model for another task", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* fact(sorting(["spam", "ham"])), "OtherClasses")
        const refs = yield* sorting()
        const about = { task: "classification" as const, labels: ["ham", "spam"] }
        const empty = sealPairs([], { ...about, tokenizer: refs.tokenizer.digest })
        assert.strictEqual(yield* fact(Effect.map(empty, (pairs) => ({ ...refs, pairs }))), "EmptySplit")
        const other = sealPairs(mails, { ...about, tokenizer: "0".repeat(64) })
        assert.strictEqual(yield* fact(Effect.map(other, (pairs) => ({ ...refs, pairs }))), "WrongVocabulary")
        const numbers = sealPairs(mails, { task: "regression", tokenizer: refs.tokenizer.digest })
        assert.strictEqual(yield* fact(Effect.map(numbers, (pairs) => ({ ...refs, pairs }))), "WrongTask")
      })
    )
  })
})

layer(store.layer)("baseline", (it) => {
  it.effect("says the first words of the input, as a model without parameters", () =>
    Effect.gen(function* () {
      const { pairs, tokenizer } = yield* translation
      const artifact = yield* run(baseline, { words: 2 }, { pairs, tokenizer })
      const { output } = yield* artifact.read("outputs")
      assert.deepStrictEqual(output, ["the cat", "the dog", "a cat", "the sea"])
      assert.isFalse((yield* valuesOf(artifact)).has("loss_nats"))
      assert.strictEqual(artifact.attributes.model, "")
    })
  )
})

describe("the first words", () => {
  it("are characters where there are no spaces", () => {
    assert.strictEqual(lead("老人與海，the sea", 3), "老人與")
    assert.strictEqual(lead("  one, two three", 2), "one, two")
    assert.strictEqual(lead("", 2), "")
  })
})

stageContract(evaluateTask, [
  {
    name: "an n-gram model on four texts",
    config: { maxTokens: 6, bootstrapSamples: 20 },
    inputs: {
      model: { label: "ngram", make: Effect.map(translation, ({ model }) => model) },
      pairs: { label: "pairs", make: Effect.map(translation, ({ pairs }) => pairs) },
      tokenizer: { label: "tokenizer", make: Effect.map(translation, ({ tokenizer }) => tokenizer) },
      examples: { label: "examples", make: sealExamples(texts) }
    }
  }
])

stageContract(baseline, [
  {
    name: "the first three words",
    config: { words: 3, bootstrapSamples: 20 },
    inputs: {
      pairs: { label: "pairs", make: Effect.map(asked, ({ pairs }) => pairs) },
      tokenizer: { label: "tokenizer", make: Effect.map(asked, ({ tokenizer }) => tokenizer) },
      examples: { label: "examples", make: sealExamples(texts) }
    }
  }
])
