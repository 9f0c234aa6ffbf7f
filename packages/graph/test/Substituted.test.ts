import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { filled } from "./reference.ts"

const numbers = (offset: number) => (i: number) => Math.sin(i * 1.7 + offset)
const x = g.input("x", "float32", [3, 4])
const w = g.parameter("w", [4, 4], g.Initializer.ones)
const gain = g.parameter("gain", [4], g.Initializer.ones)
const bias = g.parameter("bias", [4], g.Initializer.zeros)
const [a, b] = [g.parameter("a", [2, 4], g.Initializer.ones), g.parameter("b", [4, 2], g.Initializer.ones)]
const sum = g.add(w, g.mul(g.matmul(b, a), 0.5))
const values: ReadonlyArray<readonly [g.Tensor, g.Values]> = [
  [x, filled([3, 4])],
  [w, filled([4, 4], numbers(1))],
  [gain, filled([4], numbers(2))],
  [bias, filled([4], numbers(3))],
  [a, filled([2, 4], numbers(4))],
  [b, filled([4, 2], numbers(5))]
]

/** Uses the weight twice, in layers that have backward passes of their own, and a block that is computed again. */
const network = (weight: g.Tensor) => (h: g.Tensor) => {
  const block = (inner: g.Tensor) =>
    g.add(inner, g.gelu(g.layerNorm(g.matmul(inner, weight), { gain, bias, epsilon: 1e-5 })))
  return g.softmax(g.rematerialize(block, [g.matmul(h, weight, { transposeB: true })]), { scale: 1 })
}
const parameters = [a, b, gain, bias]
const everything = (y: g.Tensor) => {
  const loss = g.sum(g.square(g.sub(y, 0.3)))
  return g.Interpreter.evaluate([loss, ...g.gradients(loss, parameters)], new Map(values))
}

describe("a network with something else in place of a weight", () => {
  it("gives the values and gradients of one that was built with it", () => {
    const found = everything(g.substituted(() => network(w)(x), new Map([[w, sum]])))
    const expected = everything(network(sum)(x))
    for (const [i, { data }] of expected.entries())
      for (const [at, value] of data.entries()) expect(found[i]?.data[at]).toBeCloseTo(value, 12)
  })
  it("gives them also in parts, and beside what uses the weight as it is", () => {
    const replaced = new Map([[w, sum]])
    const first = g.substituted(() => network(w)(x), replaced)
    const found = everything(
      g.add(
        g.substituted(() => network(w)(first), replaced),
        g.matmul(x, w)
      )
    )
    const expected = everything(g.add(network(sum)(network(sum)(x)), g.matmul(x, w)))
    for (const [i, { data }] of expected.entries())
      for (const [at, value] of data.entries()) expect(found[i]?.data[at]).toBeCloseTo(value, 12)
  })
  it("has no gradient for the weight that is replaced, but through what replaces it", () => {
    const y = g.substituted(() => g.matmul(x, w), new Map([[w, g.matmul(b, a)]]))
    const [slope] = g.Interpreter.evaluate(g.gradients(g.sum(y), [w]), new Map(values))
    expect([...(slope?.data ?? [1])].every((value) => value === 0)).toBe(true)
  })
  it("is itself where the weight is not used", () => {
    const y = g.square(x)
    expect(g.substituted(() => y, new Map([[w, sum]]))).toBe(y)
    const made = g.substituted(() => g.square(x), new Map([[w, sum]]))
    expect(made.op).toBe("square")
  })
})
