import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { type Case, worstGradientError } from "./reference.ts"

const [A, B] = [
  [2, 3],
  [2, 3]
] as const
const only =
  (build: (x: g.Tensor) => g.Tensor): Case["build"] =>
  ([x = g.constant(0)]) =>
    build(x)
const both =
  (build: (x: g.Tensor, y: g.Tensor) => g.Tensor): Case["build"] =>
  ([x = g.constant(0), y = g.constant(0)]) =>
    build(x, y)
const positive = (i: number) => 0.5 + Math.abs(Math.sin(i * 1.7))
const indices = g.cast(g.vector([2, 0, 2, 1], "int32"), "int32")

const cases: Readonly<Record<string, Case>> = {
  add: { shapes: [A, B], build: both(g.add) },
  "add, broadcast from the left": { shapes: [[3], A], build: both(g.add) },
  "add, broadcast on both sides": {
    shapes: [
      [2, 1, 3],
      [4, 1]
    ],
    build: both(g.add)
  },
  sub: { shapes: [A, [3]], build: both(g.sub) },
  mul: { shapes: [A, [2, 1]], build: both(g.mul) },
  div: { shapes: [A, B], build: both(g.div), element: positive },
  maximum: { shapes: [A, B], build: both(g.maximum) },
  minimum: { shapes: [A, [1, 3]], build: both(g.minimum) },
  where: { shapes: [A, [3]], build: both((x, y) => g.where(g.greater(x, 0), x, y)) },
  negate: { shapes: [A], build: only(g.negate) },
  exp: { shapes: [A], build: only(g.exp) },
  log: { shapes: [A], build: only(g.log), element: positive },
  sqrt: { shapes: [A], build: only(g.sqrt), element: positive },
  rsqrt: { shapes: [A], build: only(g.rsqrt), element: positive },
  square: { shapes: [A], build: only(g.square) },
  tanh: { shapes: [A], build: only(g.tanh) },
  sigmoid: { shapes: [A], build: only(g.sigmoid) },
  "pow, whole exponent": { shapes: [A], build: only((x) => g.pow(x, 3)) },
  "pow, both sides": { shapes: [A, B], build: both(g.pow), element: positive },
  "cast between floats": { shapes: [A], build: only((x) => g.cast(g.cast(x, "bfloat16"), "float32")) },
  matmul: {
    shapes: [
      [2, 3],
      [3, 4]
    ],
    build: both(g.matmul)
  },
  "matmul, a transposed": {
    shapes: [
      [3, 2],
      [3, 4]
    ],
    build: both((x, y) => g.matmul(x, y, { transposeA: true }))
  },
  "matmul, b transposed": {
    shapes: [
      [2, 3],
      [4, 3]
    ],
    build: both((x, y) => g.matmul(x, y, { transposeB: true }))
  },
  "matmul, both transposed": {
    shapes: [
      [3, 2],
      [4, 3]
    ],
    build: both((x, y) => g.matmul(x, y, { transposeA: true, transposeB: true }))
  },
  "matmul, batched": {
    shapes: [
      [2, 2, 2, 3],
      [2, 2, 4, 3]
    ],
    build: both((x, y) => g.matmul(x, y, { transposeB: true }))
  },
  "matmul, one matrix for a batch": {
    shapes: [
      [2, 2, 3],
      [3, 4]
    ],
    build: both(g.matmul)
  },
  cos: { shapes: [A], build: only(g.cos) },
  sin: { shapes: [A], build: only(g.sin) },
  abs: { shapes: [A], build: only(g.abs) },
  "sum of all": { shapes: [A], build: only((x) => g.sum(x)) },
  "sum, one axis": { shapes: [[2, 3, 2]], build: only((x) => g.sum(x, { axes: [1] })) },
  "sum, axes kept": { shapes: [[2, 3, 2]], build: only((x) => g.sum(x, { axes: [0, -1], keep: true })) },
  mean: { shapes: [A], build: only((x) => g.mean(x, { axes: [-1] })) },
  max: { shapes: [A], build: only((x) => g.max(x, { axes: [-1] })) },
  min: { shapes: [A], build: only((x) => g.min(x, { axes: [-1] })) },
  reshape: { shapes: [A], build: only((x) => g.square(g.reshape(x, [3, 2]))) },
  transpose: { shapes: [[2, 3, 4]], build: only((x) => g.square(g.transpose(x, [2, 0, 1]))) },
  broadcastTo: { shapes: [[3, 1]], build: only((x) => g.square(g.broadcastTo(x, [2, 3, 4]))) },
  slice: { shapes: [[2, 5]], build: only((x) => g.square(g.slice(x, { axis: 1, from: 1, size: 3 }))) },
  split: {
    shapes: [[2, 6]],
    build: only((x) => g.split(x, 3, -1).reduce((product, part) => g.mul(product, part)))
  },
  pad: { shapes: [A], build: only((x) => g.square(g.pad(x, { axis: 0, before: 1, after: 2 }))) },
  concat: { shapes: [A, [2, 2]], build: both((x, y) => g.square(g.concat([x, y], 1))) },
  gather: { shapes: [[3, 2]], build: only((x) => g.square(g.gather(x, indices))) },
  "gather, used twice": {
    shapes: [[3, 4]],
    build: only((x) => g.add(g.matmul(g.gather(x, indices), x, { transposeB: true }), 1))
  },
  scatterAdd: {
    shapes: [
      [3, 2],
      [4, 2]
    ],
    build: both((x, y) => g.square(g.scatterAdd(x, indices, y)))
  },
  sumOfSquares: { shapes: [A], build: only((x) => g.sumOfSquares(x, g.mul(x, 2))) },
  standalone: { shapes: [A], build: only((x) => g.square(g.standalone(x))) },
  named: { shapes: [A], build: only((x) => g.square(g.named("hidden", x))) },
  erf: { shapes: [A], build: only(g.erf) },
  "gatherRows, of many tables": {
    shapes: [[2, 3, 4]],
    build: only((x) => g.square(g.gatherRows(x, g.reshape(indices, [2, 2]))))
  },
  "gatherRows, two leading axes": {
    shapes: [[2, 2, 3]],
    build: only((x) => g.square(g.gatherRows(x, g.reshape(indices, [2, 2, 1]))))
  },
  repeat: { shapes: [A], build: only((x) => g.square(g.repeat(x, { axis: 0, times: 3 }))) },
  cumulativeSum: {
    shapes: [[2, 4]],
    build: only((x) => g.square(g.cumulativeSum(x, { axis: 1 })))
  },
  "cumulativeSum, exclusive": {
    shapes: [[2, 4]],
    build: only((x) => g.square(g.cumulativeSum(x, { axis: 0, exclusive: true })))
  },
  "cumulativeSum, from the end": {
    shapes: [[2, 4]],
    build: only((x) => g.square(g.cumulativeSum(x, { axis: -1, exclusive: true, reverse: true })))
  },
  topK: { shapes: [[2, 3, 5]], build: only((x) => g.square(g.topK(x, 2).values)) },
  relu: { shapes: [A], build: only(g.relu) },
  silu: { shapes: [A], build: only(g.silu) },
  geluErf: { shapes: [A], build: only(g.geluErf) },
  rmsNorm: {
    shapes: [[2, 2, 5], [5]],
    build: both((x, gain) => g.rmsNorm(x, { gain, epsilon: 1e-5 }))
  },
  "softmax, with a bias": {
    shapes: [
      [2, 3, 3],
      [3, 3]
    ],
    build: both((x, bias) => g.softmax(x, { bias, scale: 0.7, mask: g.causalMask(3) }))
  },
  dropout: {
    shapes: [[4, 5]],
    build: only((x) => g.square(g.dropout(x, { rate: 0.4, key: g.vector([1, 2], "int32"), name: "here" })))
  },
  gelu: { shapes: [A], build: only(g.gelu) },
  softmax: { shapes: [A], build: only((x) => g.softmax(x, { scale: 0.7 })) },
  "softmax, causal": { shapes: [[2, 3, 3]], build: only((x) => g.softmax(x, { mask: g.causalMask(3) })) },
  layerNorm: {
    shapes: [[2, 2, 5], [5], [5]],
    build: ([x = g.constant(0), gain = x, bias = x]) => g.layerNorm(x, { gain, bias, epsilon: 1e-5 })
  },
  crossEntropy: { shapes: [[4, 3]], build: only((x) => g.crossEntropy(x, indices)) },
  "crossEntropy, smoothed": {
    shapes: [[4, 3]],
    build: only((x) => g.crossEntropy(x, indices, { labelSmoothing: 0.2 }))
  },
  logSoftmax: { shapes: [A], build: only(g.logSoftmax) },
  klDivergence: {
    shapes: [A, B],
    build: both((x, y) => g.klDivergence(x, y, { temperature: 2 }))
  },
  cosineDistance: { shapes: [A, B], build: both(g.cosineDistance) },
  rotate: {
    shapes: [[2, 2, 4, 6]],
    build: only((x) => g.rotate(x, g.rotation(g.range(4), { headChannels: 6, base: 100 })))
  },
  rematerialize: {
    shapes: [A, B],
    build: both((x, y) => g.rematerialize((x) => g.mul(g.tanh(g.mul(x, y)), g.exp(y)), [x]))
  },
  "a diamond": { shapes: [A], build: only((x) => g.mul(g.exp(x), g.add(g.tanh(x), x))) }
}

describe("gradients agree with central differences in float64", () => {
  it.each(Object.entries(cases))("%s", (_, one) => {
    expect(worstGradientError(one)).toBeLessThan(2e-8)
  })
})

describe("gradients", () => {
  it("are zero for what the loss does not depend on", () => {
    const [x, y] = [g.input("x", "float32", [2]), g.input("y", "float32", [3])]
    const [dy] = g.gradients(g.sum(x), [y])
    expect(g.Interpreter.evaluate([dy ?? x], new Map())[0]?.data).toEqual(new Float64Array(3))
  })
  it("do not pass stopGradient", () => {
    expect(
      worstGradientError({ shapes: [A], build: only((x) => g.sub(x, g.stopGradient(x))) })
    ).toBeGreaterThan(0.1)
  })
  it("are refused for a loss that is no scalar", () => {
    expect(() => g.gradients(g.input("x", "float32", [2]), [])).toThrow(/x is float32 \[2\], not a scalar/)
  })
})
