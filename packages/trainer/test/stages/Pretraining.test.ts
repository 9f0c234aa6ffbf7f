// Stages that learn from plain tokens, each on a tiny network.
import { assert, it } from "@effect/vitest"
import { Store, Trace } from "@inkstone/artifact"
import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { distill } from "../../src/stages/Distill.ts"
import { pretrainMasked } from "../../src/stages/PretrainMasked.ts"
import { pretrainSpans } from "../../src/stages/PretrainSpans.ts"
import { run, store } from "./runs.ts"
import { tiny, tokenizer, tokens, vocabSize, words } from "./samples.ts"

const masked = { ...tiny, contextLength: 12 }
const splits = { train: tokens("train", 301), validation: tokens("validation", 101), tokenizer }

stageContract(pretrainMasked, [
  {
    name: "whole words",
    config: masked,
    inputs: { ...splits, words: [words("train", 301), words("validation", 101)], model: [] }
  }
])

const spans = {
  ...tiny,
  contextLength: 10,
  architecture: { layers: 1, heads: 2, channels: 16, headChannels: 8, innerChannels: 16 }
}
stageContract(pretrainSpans, [{ name: "spans", config: spans, inputs: { ...splits, model: [] } }])

/** Weights of a masked pretraining, without the trace. */
const teacher = {
  label: "teacher",
  make: Effect.gen(function* () {
    const { model, trace } = yield* run(pretrainMasked, masked, { ...splits, words: [], model: [] })
    yield* (yield* Store).remove(trace!)
    return model!
  })
}

stageContract(distill, [
  {
    name: "half the channels of its teacher",
    config: { ...masked, architecture: { layers: 1, heads: 2, channels: 8 }, cosine: 0 },
    inputs: { ...splits, words: [], teacher, model: [] }
  }
])

it.effect.each([
  ["a contextLength that the split does not fill", pretrainMasked, { contextLength: 400 }, "CorpusTooShort"],
  ["more pieces than there are sentinels", pretrainSpans, { contextLength: 90 }, "TooFewSentinels"],
  [
    "a teacher with other channels",
    distill,
    { architecture: { layers: 1, heads: 2, channels: 8 } },
    "ChannelsDiffer"
  ]
] as const)("%s is refused before anything is built", ([, stage, config, fact]) =>
  Effect.gen(function* () {
    const inputs = { ...splits, words: [], model: [], ...(stage === distill ? { teacher } : {}) }
    const failure = yield* Effect.flip(run(stage, { ...masked, ...config }, inputs))
    assert.propertyVal(failure, "fact", fact)
  }).pipe(Effect.provide(store))
)

it.effect("words of other tokens are refused", () =>
  Effect.gen(function* () {
    const inputs = { ...splits, words: [words("train", 301)], model: [] }
    const failure = yield* Effect.flip(run(pretrainMasked, masked, inputs))
    assert.propertyVal(failure, "fact", "WordsDiffer")
  }).pipe(Effect.provide(store))
)

it.effect("texts can be cut in two instead, without sentinels", () =>
  Effect.gen(function* () {
    const inputs = { ...splits, model: [] }
    const { trace } = yield* run(pretrainSpans, { ...spans, contextLength: 40, denoising: "prefix" }, inputs)
    const { attributes } = yield* (yield* Store).open(Trace, trace!.digest)
    assert.strictEqual(attributes.objective, "denoising-prefix")
    assert.isBelow(attributes.bestLossNats, 2 * Math.log(vocabSize))
  }).pipe(Effect.provide(store))
)
