import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { filled } from "./reference.ts"

const settings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }
const matrix = g.parameter("matrix", [2, 2], g.Initializer.zeros)
const bias = g.parameter("bias", [2], g.Initializer.zeros)
const scalars = {
  learningRate: g.input("learningRate", "float32", []),
  step: g.input("step", "float32", []),
  maxGradientNorm: g.input("maxGradientNorm", "float32", [])
}
const gradients = { matrix: g.input("dm", "float32", [2, 2]), bias: g.input("db", "float32", [2]) }
const bound = g.AdamW.make(settings).bind([matrix, bias])
const { gradientNorm, updates } = bound.update([gradients.matrix, gradients.bias], scalars)

const start = { matrix: [0.5, -1, 2, 0.1], bias: [1, -2] }
const slopes = (step: number) => ({ matrix: [3, -4, step, 0], bias: [0.5 * step, -1] })

const values = (shape: ReadonlyArray<number>, data: ReadonlyArray<number>): g.Values => ({
  shape,
  data: Float64Array.from(data)
})

/** Three steps of the program, evaluated in float64; the values after each. */
const run = (maxNorm: number) => {
  const state = new Map<g.Tensor, g.Values>([
    [matrix, values([2, 2], start.matrix)],
    [bias, values([2], start.bias)],
    ...bound.variables
      .filter((variable) => variable !== matrix && variable !== bias)
      .map((slot) => [slot, filled(slot.shape.map(Number), () => 0)] as const)
  ])
  const norms = [1, 2, 3].map((step) => {
    const given = new Map(state)
      .set(scalars.learningRate, values([], [0.01]))
      .set(scalars.step, values([], [step]))
      .set(scalars.maxGradientNorm, values([], [maxNorm]))
      .set(gradients.matrix, values([2, 2], slopes(step).matrix))
      .set(gradients.bias, values([2], slopes(step).bias))
    const found = g.Interpreter.evaluate([gradientNorm, ...updates.map(([, value]) => value)], given)
    for (const [i, [variable]] of updates.entries()) state.set(variable, found[i + 1] ?? values([], []))
    return found[0]?.data[0]
  })
  return { norms, matrix: [...(state.get(matrix)?.data ?? [])], bias: [...(state.get(bias)?.data ?? [])] }
}

/** Algorithm 2 of Loshchilov and Hutter (2019), one number at a time, with torch's clipping before it. */
const byHand = (maxNorm: number) => {
  const flat = [...start.matrix, ...start.bias]
  const m = flat.map(() => 0)
  const v = flat.map(() => 0)
  for (const step of [1, 2, 3]) {
    const all = [...slopes(step).matrix, ...slopes(step).bias]
    const norm = Math.hypot(...all)
    const clip = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1
    for (const [i, slope] of all.entries()) {
      m[i] = 0.9 * (m[i] ?? 0) + 0.1 * slope * clip
      v[i] = 0.95 * (v[i] ?? 0) + 0.05 * (slope * clip) ** 2
      const mHat = (m[i] ?? 0) / (1 - 0.9 ** step)
      const vHat = (v[i] ?? 0) / (1 - 0.95 ** step)
      const decay = i < 4 ? 0.1 : 0 // the bias is no matrix
      flat[i] = (flat[i] ?? 0) - 0.01 * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * (flat[i] ?? 0))
    }
  }
  return flat
}

describe("AdamW", () => {
  it.each([
    ["without a limit", 0],
    ["clipped", 1],
    ["with a limit that is never met", 100]
  ] as const)("does what the paper's algorithm does, %s", (_, maxNorm) => {
    const found = run(maxNorm)
    const expected = byHand(maxNorm)
    for (const [i, value] of [...found.matrix, ...found.bias].entries())
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 10)
  })

  it("reports the norm before clipping", () => {
    expect(run(1).norms[0]).toBeCloseTo(Math.hypot(3, -4, 1, 0, 0.5, -1), 10)
  })

  it("moves a weight without gradient by its decay alone", () => {
    expect(run(1).matrix[3]).toBeCloseTo(0.1 * (1 - 0.01 * 0.1) ** 3, 10)
  })

  it.each([
    ["transformer.wte.weight", [50_257, 768], true],
    ["transformer.h.0.attn.c_attn.weight", [768, 2304], true],
    ["transformer.h.0.attn.c_attn.bias", [2304], false],
    ["transformer.h.0.ln_1.weight", [768], false],
    ["bert.embeddings.token_type_embeddings.weight", [2, 768], true],
    ["bert.embeddings.LayerNorm.weight", [768], false],
    ["cls.predictions.bias", [30_522], false],
    ["shared.weight", [32_128, 512], true],
    ["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", [32, 8], false],
    ["encoder.block.0.layer.0.layer_norm.weight", [512], false]
  ] as const)("draws %s %j towards 0: %s", (name, shape, drawn) => {
    expect(g.Optimizer.decays({ name, shape })).toBe(drawn)
  })
})
