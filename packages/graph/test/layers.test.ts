// Layers against PyTorch's in float64 (golden/make_layers.py), and what PyTorch does not say.
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"

interface Stored {
  readonly shape: ReadonlyArray<number>
  readonly data: ReadonlyArray<number>
}
interface Golden {
  readonly inputs: ReadonlyArray<Stored>
  readonly weights: Stored
  readonly result: Stored
  readonly gradients: ReadonlyArray<Stored>
}
const golden: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL("golden/layers.json", import.meta.url), "utf8")
)
const values = ({ data, shape }: Stored): g.Values => ({ shape, data: Float64Array.from(data) })

const targets = g.reshape(g.vector([1, 0, 5, 2, 2, 4], "int32"), [2, 3])
const places = g.reshape(g.vector([0, 1, 2, 5, 9, 30], "int32"), [2, 3])
type Build = (x: g.Tensor, ...others: ReadonlyArray<g.Tensor>) => g.Tensor
const layers: Readonly<Record<string, Build>> = {
  relu: (x) => g.relu(x),
  silu: (x) => g.silu(x),
  gelu: (x) => g.gelu(x),
  geluErf: (x) => g.geluErf(x),
  layerNorm: (x, gain = x, bias = x) => g.layerNorm(x, { gain, bias, epsilon: 1e-5 }),
  rmsNorm: (x, gain = x) => g.rmsNorm(x, { gain, epsilon: 1e-6 }),
  softmax: (x, bias = x) => g.softmax(x, { bias, scale: 0.5, mask: g.causalMask(3) }),
  logSoftmax: (x) => g.logSoftmax(x),
  "crossEntropy 0.0": (x) => g.crossEntropy(x, targets),
  "crossEntropy 0.1": (x) => g.crossEntropy(x, targets, { labelSmoothing: 0.1 }),
  klDivergence: (teacher, student = teacher) => g.klDivergence(teacher, student, { temperature: 2 }),
  cosineDistance: (a, b = a) => g.cosineDistance(a, b),
  rotate: (x) => g.rotate(x, g.rotation(places, { headChannels: 6, base: 100 }))
}

describe("a layer has PyTorch's values and gradients", () => {
  it("all that PyTorch wrote are tried", () => {
    expect(Object.keys(layers)).toEqual(Object.keys(golden))
  })
  it.each(Object.entries(golden))("%s", (name, { gradients, inputs, result, weights }) => {
    const given = inputs.map((one, i) => [g.input(`x${i}`, "float32", one.shape), values(one)] as const)
    const [x = g.constant(0), ...others] = given.map(([tensor]) => tensor)
    const y = layers[name]?.(x, ...others) ?? x
    const w = g.input("weights", "float32", weights.shape)
    const found = g.Interpreter.evaluate(
      [y, ...g.gradients(g.sum(g.mul(y, w)), [x, ...others])],
      new Map<g.Tensor, g.Values>([...given, [w, values(weights)]])
    )
    for (const [i, expected] of [result, ...gradients].entries()) {
      expect(found[i]?.shape).toEqual(expected.shape)
      for (const [n, value] of expected.data.entries()) expect(found[i]?.data[n]).toBeCloseTo(value, 10)
    }
  })
})

describe("softmax", () => {
  it("gives a row without any true place even weights, and no NaN", () => {
    const scores = g.vector([1, 2, 3, 4])
    const [weights] = g.Interpreter.evaluate([g.softmax(scores, { mask: g.greater(scores, 9) })], new Map())
    expect(weights?.data).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.25))
  })
})

const turn = (place: number, seed: number) => {
  const x = g.reshape(g.sin(g.mul(g.cast(g.range(6), "float32"), seed)), [1, 1, 1, 6])
  const at = g.vector([place], "int32")
  return g.rotate(x, g.rotation(at, { headChannels: 6, base: 10_000 }))
}

const product = (i: number, j: number) =>
  g.Interpreter.evaluate([g.sum(g.mul(turn(i, 1.3), turn(j, 0.7)))], new Map())[0]?.data[0] ?? 0

describe("rotary positions", () => {
  it("leave a product of two to depend on how far apart they are", () => {
    expect(product(9, 4)).toBeCloseTo(product(105, 100), 10)
    expect(Math.abs(product(9, 4) - product(9, 5))).toBeGreaterThan(1e-3)
  })
})
