import { describe, expect, it } from "vitest"
import { costs } from "../src/Costs.ts"
import * as g from "../src/index.ts"
import { C, D, entries, heads, numbers, sizes, V } from "./attention.ts"

/** Two for each number of a matrix, and two products of T x D for each head. */
const perToken = (T: number) => 2 * (C * 3 * C + V * C) + 2 * 2 * T * D * heads
const memoryOf = (entry: g.Program.Entry) => costs(entry, { clusters: true })(sizes).memory

describe("the operations of a step", () => {
  it("are those of products counted by hand, forward once and backward twice", () => {
    const { evaluate, train } = entries()
    for (const bindings of [sizes, { B: 1, T: 9 }]) {
      const tokens = bindings.B * bindings.T
      const of = (entry: g.Program.Entry) => costs(entry, { clusters: true })(bindings).productFlops
      expect(of(evaluate)).toBe(tokens * perToken(bindings.T))
      expect(of(train)).toBe(3 * tokens * perToken(bindings.T))
    }
  })

  it("are most in the product whose operands and result are largest", () => {
    const { train } = entries()
    // all tokens with the three projections, of their input: [B*T, C] x [C, 3C]
    expect(costs(train, { clusters: true })(sizes).largestProduct).toBe(15 * C + C * 3 * C + 15 * 3 * C)
  })

  it("are the same however they are fused", () => {
    const { train } = entries()
    const [plain, fused] = [false, true].map((clusters) => costs(train, { clusters })(sizes))
    expect(fused?.productFlops).toBe(plain?.productFlops)
    expect(fused?.elementFlops).toBe(plain?.elementFlops)
    expect(fused?.bytes).toBeLessThan(plain?.bytes ?? 0)
  })

  it("are one for each number, and none for moving them", () => {
    const x = g.input("x", "float32", ["B", 4])
    const cost = (y: g.Tensor) =>
      costs({ inputs: { x }, outputs: { y } }, { clusters: true })({ B: 3 }).elementFlops
    expect(cost(g.transpose(g.pad(x, { axis: 0, before: 1, after: 0 }), [1, 0]))).toBe(0)
    expect(cost(g.add(g.exp(x), x))).toBe(24)
    expect(cost(g.sum(x))).toBe(12)
  })
})

describe("the bytes of a run", () => {
  const x = g.input("x", "float32", ["B", 4])
  const costOf = (y: g.Tensor) => costs({ inputs: { x }, outputs: { y } }, { clusters: true })({ B: 8 })

  it("are those a cluster takes and gives, not those inside of it", () => {
    expect(costOf(g.exp(g.mul(g.add(x, 1), x))).bytes).toBe(2 * 8 * 4 * 4)
  })
  it("of rows that are picked leave the rest of the table alone", () => {
    const table = g.parameter("table", [1000, 4], g.Initializer.zeros)
    const ids = g.input("ids", "int32", ["B"])
    const cost = costs({ inputs: { ids }, outputs: { y: g.gather(table, ids) } }, { clusters: true })
    expect(cost({ B: 2 }).bytes).toBe(2 * 4 + 2 * (2 * 4 * 4))
  })
})

describe("the memory of a run", () => {
  it("holds what is needed later, and no longer", () => {
    const x = g.input("x", "float32", ["B", 4])
    const w = g.parameter("w", [4, 4], g.Initializer.zeros)
    // a chain of products: two of them at a time, and the input until the first is done
    const y = g.matmul(g.matmul(g.matmul(x, w), w), w)
    const chain = costs({ inputs: { x }, outputs: { y } }, { clusters: true })
    expect(chain({ B: 10 }).memory).toEqual({
      parameters: 64,
      state: 0,
      gradients: 0,
      activations: 2 * 160,
      peak: 64 + 2 * 160
    })
    // the first product is needed again at the end
    const kept = g.matmul(g.matmul(x, w), g.matmul(g.matmul(g.matmul(x, w), w), w), { transposeA: true })
    const long = costs({ inputs: { x }, outputs: { kept } }, { clusters: true })
    expect(long({ B: 10 }).memory.activations).toBeGreaterThan(2 * 160)
  })

  it("has parameters, twice as much of the optimizer, and gradients all at once", () => {
    const { accumulate, apply, evaluate, train } = entries()
    expect(memoryOf(train)).toMatchObject({
      parameters: 4 * numbers,
      state: 8 * numbers,
      gradients: 4 * numbers
    })
    expect(memoryOf(evaluate)).toMatchObject({ parameters: 4 * numbers, state: 0, gradients: 0 })
    expect(memoryOf(apply)).toMatchObject({ parameters: 4 * numbers, state: 8 * numbers })
    // the sums stay, and the gradients of a batch come one after another
    expect(memoryOf(accumulate).gradients).toBeGreaterThan(4 * numbers)
    expect(memoryOf(train).peak).toBeGreaterThan(16 * numbers)
  })

  it("of activations grows with the rows, and its weights do not", () => {
    const of = costs(entries().train, { clusters: true })
    const [small, large] = [of({ B: 10, T: 20 }).memory, of({ B: 100, T: 20 }).memory]
    expect(large.parameters).toBe(small.parameters)
    expect(large.activations / small.activations).toBeCloseTo(10, 0)
  })
})
