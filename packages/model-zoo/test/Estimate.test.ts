import { assert, describe, it } from "@effect/vitest"
import { Adafactor, AdamW, Explain, Lion, parameterCount, Sgd, TrainingProgram } from "@inkstone/graph"
import { Effect } from "effect"
import * as Estimate from "../src/Estimate.ts"
import type { Family } from "../src/Family.ts"
import * as Fit from "../src/Fit.ts"
import * as Gpt2 from "../src/Gpt2.ts"
import * as Gpt3 from "../src/Gpt3.ts"
import * as Lora from "../src/Lora.ts"
import type { AnyNetwork } from "../src/Network.ts"
import { causal } from "../src/objectives/Causal.ts"
import { zoo } from "../src/Zoo.ts"

const vocabSize = Gpt2.publishedVocabSize
const gpt2 = (preset: keyof typeof Gpt2.presets) => Gpt2.build({ ...Gpt2.presets[preset], vocabSize })
/** with few tokens, so that its blocks are what counts */
const small = Gpt2.build({ ...Gpt2.presets.mini, vocabSize: 256 })
const float32 = { precision: "float32" } as const

describe("an estimate", () => {
  it("has six operations for each weight and token, those of attention, and a little more for the rest", () => {
    const { channels: C, layers: L } = Gpt2.presets.gpt2
    for (const length of [128, 1024]) {
      const { flopsPerToken } = Estimate.training(gpt2("gpt2"), float32)({ batch: 2, length })
      // Kaplan et al. 2020, section 2.1; positions are looked up, the head is the embedding once more, and scores of attention are
      // made twice: 2 more for each of them
      const products = 6 * (12 * L * C * C + vocabSize * C) + 14 * L * C * length
      assert.isAbove(flopsPerToken, products)
      assert.isBelow(flopsPerToken, 1.02 * products)
    }
  })

  it("has as much arithmetic as the whole step with its optimizer", () => {
    const entry = TrainingProgram.entriesOf(causal(small), {
      ...float32,
      optimizer: AdamW.defaults,
      clusters: true
    }).train
    const { elementFlops, memory, productFlops } = Explain.costs(entry, { clusters: true })({ B: 3, T: 50 })
    const estimate = Estimate.training(small, float32)({ batch: 3, length: 50 })
    assert.approximately(estimate.flopsPerToken * 150, productFlops + elementFlops, 1e-4 * productFlops)
    // but for the scalars of the optimizer
    assert.approximately(estimate.activationBytes, memory.activations, 100)
    assert.strictEqual(estimate.optimizerBytes, memory.state)
  })

  it("has four bytes for each weight, eight for the optimizer and four for gradients", () => {
    const estimate = Estimate.training(gpt2("nano"), float32)({ batch: 1, length: 128 })
    const { gradientBytes, optimizerBytes, parameters, residentBytes, weightBytes } = estimate
    assert.strictEqual(parameters, parameterCount(gpt2("nano")))
    assert.deepStrictEqual(
      [weightBytes, optimizerBytes, gradientBytes],
      [4 * parameters, 8 * parameters, 4 * parameters]
    )
    assert.isAbove(residentBytes, weightBytes + optimizerBytes + gradientBytes)
  })

  it("has what each optimizer keeps, averages, and nothing of what is not trained", () => {
    const network = gpt2("nano")
    const count = parameterCount(network)
    const of = (options: Partial<Estimate.EstimateOptions>) =>
      Estimate.training(network, { ...float32, ...options })({ batch: 1, length: 16 })
    const { optimizerBytes } = of({})
    assert.strictEqual(optimizerBytes, 8 * count)
    assert.strictEqual(of({ optimizer: Lion.make() }).optimizerBytes, 4 * count)
    assert.strictEqual(of({ optimizer: Sgd.make() }).optimizerBytes, 4 * count)
    assert.strictEqual(of({ optimizer: Sgd.make({ ...Sgd.defaults, momentum: 0 }) }).optimizerBytes, 0)
    assert.strictEqual(of({ averaging: true }).optimizerBytes, 12 * count)
    // a number a row and a column of each matrix, as many as a vector has
    const factored = network.parameters.reduce(
      (sum, { shape: [rows = 0, columns = 0] }) => sum + rows + columns,
      0
    )
    assert.strictEqual(of({ optimizer: Adafactor.make() }).optimizerBytes, 4 * factored)
    const adapted = Lora.adapt(network, { rank: 2, alpha: 2 })
    const few = Estimate.training(adapted.network, { ...float32, trained: adapted.trained })
    const { gradientBytes, residentBytes, trained, weightBytes, ...rest } = few({ batch: 1, length: 16 })
    // c_attn of three layers: [2, 96] and [288, 2]
    assert.strictEqual(trained, 3 * 2 * (96 + 288))
    assert.deepStrictEqual([gradientBytes, rest.optimizerBytes], [4 * trained, 8 * trained])
    assert.strictEqual(weightBytes, 4 * (count + trained))
    assert.isBelow(residentBytes, of({}).residentBytes)
  })

  it("of 175 billion parameters is made without any of them", () => {
    const network = Gpt3.build({ ...Gpt3.presets["gpt3-175b"], vocabSize })
    const before = process.memoryUsage().rss
    const { flopsPerToken, residentBytes } = Estimate.training(network, float32)({ batch: 1, length: 2048 })
    assert.approximately(flopsPerToken / (6 * 174.6e9), 1, 0.05)
    assert.isAbove(residentBytes, 16 * 174.6e9)
    assert.isBelow(process.memoryUsage().rss - before, 1e9)
  })

  it("of a step in parts holds the gradients of the window beside those of a batch", () => {
    const size = { batch: 1, length: 32 }
    const [whole, part] = [false, true].map((accumulation) =>
      Estimate.training(gpt2("nano"), { ...float32, accumulation })(size)
    )
    assert.isAbove(part?.gradientBytes ?? 0, whole?.gradientBytes ?? Infinity)
    assert.strictEqual(part?.optimizerBytes, whole?.optimizerBytes)
  })

  it("says less where blocks are computed again", () => {
    const size = { batch: 8, length: 256 }
    const [kept, again] = [false, true].map((rematerialize) =>
      Estimate.training(small, { ...float32, rematerialize })(size)
    )
    assert.isBelow(again?.activationBytes ?? Infinity, 0.6 * (kept?.activationBytes ?? 0))
    assert.isAbove(again?.flopsPerToken ?? 0, kept?.flopsPerToken ?? Infinity)
  })

  const networks = Object.values<Family>(zoo).flatMap((family) =>
    family.kind === "counts" ? [] : [[family.name, family] as const]
  )
  it.effect.each(networks)("can be made of the first preset of %s", ([, family]) =>
    Effect.gen(function* () {
      const network: AnyNetwork = yield* family.network(family.presets[0]?.architecture)
      const { activationBytes, flopsPerToken, tokens } = Estimate.training(network, {
        precision: "bfloat16"
      })({ batch: 2, length: 64 })
      assert.isAtLeast(tokens, 128)
      assert.isAbove(flopsPerToken, 0)
      assert.isAbove(activationBytes, 0)
    })
  )
})

describe("changes so that it fits", () => {
  const step = { batch: 8, length: 256 }
  const network = small
  const whole = Estimate.training(network, float32)(step).residentBytes
  const floor = Estimate.training(network, float32)({ batch: 1, length: 1 }).residentBytes

  it("each fit, and lie on the way down from what was asked", () => {
    const memoryBytes = (whole + floor) / 2
    const found = Fit.changes(network, float32, { step, memoryBytes })
    assert.isAtLeast(found.length, 2)
    for (const { accumulation, batch, length, rematerialize, residentBytes } of found) {
      assert.isAtMost(residentBytes, memoryBytes)
      const again = Estimate.training(network, { ...float32, rematerialize, accumulation })({ batch, length })
      assert.strictEqual(again.residentBytes, residentBytes)
      assert.isTrue(rematerialize || batch < step.batch || length < step.length)
    }
  })

  it("are made together where no single one is enough, and none where nothing helps", () => {
    assert.deepStrictEqual(Fit.changes(network, float32, { step, memoryBytes: floor / 2 }), [])
    assert.isTrue(Fit.hopeless(parameterCount(network), 16 * parameterCount(network) - 1))
    const short = { batch: 8, length: 64 }
    const least = Estimate.training(network, { ...float32, accumulation: true, rematerialize: true })
    const memoryBytes = least({ ...short, batch: 1 }).residentBytes
    const found = Fit.changes(network, float32, { step: short, memoryBytes })
    assert.isAbove(found.length, 0)
    for (const { residentBytes } of found) assert.isAtMost(residentBytes, memoryBytes)
  })
})
