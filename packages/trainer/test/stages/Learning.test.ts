// What fine-tuning learns, starts from and refuses.
import { assert, describe, it } from "@effect/vitest"
import { type ArtifactRef, type PairTask, Store, Trace, Weights } from "@inkstone/artifact"
import { NamedArray } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { finetuneAnswers } from "../../src/stages/FinetuneAnswers.ts"
import { finetuneClassification } from "../../src/stages/FinetuneClassification.ts"
import { finetuneRegression } from "../../src/stages/FinetuneRegression.ts"
import { finetuneTagging } from "../../src/stages/FinetuneTagging.ts"
import { finetuneTextToText } from "../../src/stages/FinetuneTextToText.ts"
import { pretrainMasked } from "../../src/stages/PretrainMasked.ts"
import { accuracy, correlation, exactSpans } from "../../src/TaskMeasures.ts"
import { run, store } from "./runs.ts"
import { pairs, tiny, tokenizer, tokens } from "./samples.ts"

const config = { ...tiny, contextLength: 16, evaluateEvery: 20, checkpointEvery: 20 }
const pairsOf = (task: PairTask, count = 64) => ({
  train: pairs(task, "train", count),
  validation: pairs(task, "validation", 24),
  model: []
})

describe("fine-tuning", () => {
  it.effect.each([
    ["classification", finetuneClassification, "accuracy"],
    ["token-classification", finetuneTagging, "accuracy"],
    ["regression", finetuneRegression, "pearson"],
    ["question-answering", finetuneAnswers, "exact_match"]
  ] as const)("%s learns what one token gives away", ([task, stage, metric]) =>
    Effect.gen(function* () {
      const settings = { ...config, steps: 120, learningRate: 0.01, metric }
      const { model, trace } = yield* run(stage, settings, pairsOf(task))
      const place = yield* Store
      const { attributes } = yield* place.open(Trace, trace!.digest)
      assert.deepStrictEqual(
        [attributes.objective, attributes.metric, attributes.mode],
        [task, metric, "max"]
      )
      assert.isAbove(attributes.bestValue, 0.9)
      const { architecture, training } = (yield* place.open(Weights, model!.digest)).attributes
      assert.strictEqual(architecture["head"], task)
      const labels = metric === "accuracy" ? ["even", "odd"] : undefined
      assert.deepStrictEqual(training["labels"], labels)
    }).pipe(Effect.provide(store))
  )

  it.effect("writes texts, and the trace has bits per byte of what is to be written", () =>
    Effect.gen(function* () {
      const architecture = { ...tiny.architecture, headChannels: 8, innerChannels: 16 }
      const settings = { ...tiny, contextLength: 16, architecture }
      const { trace } = yield* run(finetuneTextToText, settings, pairsOf("text-to-text"))
      const opened = yield* (yield* Store).open(Trace, trace!.digest)
      const { bits_per_byte, loss_nats } = yield* opened.read("evaluations")
      // two bytes a token
      for (const [i, nats] of loss_nats.entries())
        assert.approximately(bits_per_byte[i]!, nats / Math.LN2 / 2, 1e-5)
      assert.isBelow(loss_nats.at(-1)!, 1.5 * Math.log(40))
    }).pipe(Effect.provide(store))
  )

  it.effect("starts from an encoder that foretold hidden tokens, with a head of its own", () =>
    Effect.gen(function* () {
      const splits = { train: tokens("train", 301), validation: tokens("validation", 101), tokenizer }
      const settings = { ...tiny, contextLength: 16 }
      const { model } = yield* run(pretrainMasked, settings, { ...splits, words: [], model: [] })
      const { digest } = yield* tokenizer.make
      // the network is that of the weights
      const { architecture: _, ...own } = tiny
      const tuned = yield* run(
        finetuneTagging,
        { ...own, learningRate: 1e-9 },
        {
          train: pairs("token-classification", "train", 24, digest),
          validation: pairs("token-classification", "validation", 8, digest),
          model: { label: "masked", make: Effect.succeed(model!) }
        }
      )
      const place = yield* Store
      const read = (ref: ArtifactRef) =>
        Effect.flatMap(place.open(Weights, ref.digest), (weights) => NamedArray.read(weights))
      const [before, after] = [yield* read(model!), yield* read(tuned["model"]!)]
      const name = "bert.embeddings.word_embeddings.weight"
      const values = (arrays: NamedArray.NamedArrays) => NamedArray.view(arrays.get(name), "float32")!
      for (const [i, value] of values(before).entries()) assert.approximately(values(after)[i]!, value, 1e-6)
      assert.isTrue(after.has("classifier.weight"))
      assert.isFalse(after.has("cls.predictions.bias"))
    }).pipe(Effect.provide(store))
  )

  it.effect("comes to the same loss however many rows are computed at once", () =>
    Effect.gen(function* () {
      const place = yield* Store
      const lossOf = Effect.fnUntraced(function* (microBatchSize: number) {
        const { trace } = yield* run(
          finetuneRegression,
          { ...config, steps: 20, microBatchSize, grouping: "none" },
          pairsOf("regression")
        )
        return (yield* place.open(Trace, trace!.digest)).attributes.bestLossNats
      })
      const whole = yield* lossOf(4)
      // 3 + 1: the second part is filled up with two rows
      assert.approximately(yield* lossOf(3), whole, 1e-5 * whole)
    }).pipe(Effect.provide(store))
  )

  it.effect.each([
    ["pairs of another task", finetuneClassification, pairsOf("regression"), /finetune-regression/],
    [
      "pairs longer than the network sees",
      finetuneClassification,
      pairsOf("classification"),
      /longer context/
    ],
    ["tokens where pairs belong", pretrainMasked, pairsOf("classification"), /tokens/]
  ] as const)("refuses %s", ([, stage, inputs, message]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(run(stage, { ...config, contextLength: 6 }, inputs))
      assert.match(String(failure), message)
    }).pipe(Effect.provide(store))
  )
})

const given = (values: Int32Array | Float32Array) => ({ shape: [values.length], values })

describe("measures of an evaluation", () => {
  it("accuracy counts what weighs something", () => {
    const measuring = accuracy.begin()
    const add = (
      labels: ReadonlyArray<number>,
      weights: ReadonlyArray<number>,
      said: ReadonlyArray<number>
    ) =>
      measuring.add(
        {
          inputs: { labels: given(Int32Array.from(labels)), weights: given(Float32Array.from(weights)) },
          tokens: 0
        },
        { predicted: Int32Array.from(said) },
        labels.length
      )
    add([1, 0, 2], [1, 1, 1], [1, 1, 2])
    add([1, 0, 0], [1, 0, 0], [0, 0, 0])
    assert.deepStrictEqual(measuring.result(), { accuracy: 0.5 })
  })

  it("correlation is Pearson's over all batches", () => {
    const measuring = correlation.begin()
    const add = (targets: ReadonlyArray<number>, said: ReadonlyArray<number>, rows: number) =>
      measuring.add(
        { inputs: { targets: given(Float32Array.from(targets)) }, tokens: 0 },
        { value: Float32Array.from(said) },
        rows
      )
    add([1, 2], [1, 3], 2)
    add([3, 99], [2, -7], 1)
    // numbers 1 2 3 and 1 3 2: covariance 1, variances 2
    assert.approximately(measuring.result()["pearson"]!, 0.5, 1e-12)
  })

  it("an answer is exact where both borders are", () => {
    const measuring = exactSpans.begin()
    const [begins, ends] = [Int32Array.of(3, 5, 0, 0), Int32Array.of(4, 6, 0, 0)]
    measuring.add(
      { inputs: { begins: given(begins), ends: given(ends) }, tokens: 0 },
      { beginAt: Int32Array.of(3, 5, 0, 0), endAt: Int32Array.of(4, 7, 0, 0) },
      3
    )
    assert.approximately(measuring.result()["exact_match"]!, 2 / 3, 1e-12)
  })
})
