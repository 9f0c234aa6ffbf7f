import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { origin, sorted } from "../src/Tensor.ts"
import { filled } from "./reference.ts"

const C = 4
const layers = 3
const x = g.input("x", "float32", ["B", C])
const other = g.input("other", "float32", ["B", C])
const key = g.input("key", "int32", [2])
const shared = g.parameter("shared", [C], g.Initializer.ones)
const weights = Array.from({ length: layers }, (_, i) => g.parameter(`w${i}`, [C, C], g.Initializer.zeros))
const parameters = [shared, ...weights]

/** A stack of blocks that use a shared parameter both directly and through something computed outside. */
const loss = (again: boolean) => {
  const outside = g.exp(shared)
  const block = (w: g.Tensor, name: string) => (h: g.Tensor, memory: g.Tensor, k: g.Tensor) => {
    const inner = g.geluErf(g.matmul(g.mul(h, outside), w)) // [B, C]
    const dropped = g.dropout(g.mul(inner, memory), { rate: 0.4, key: k, name })
    return g.add(h, g.matmul(g.tanh(g.mul(dropped, shared)), w, { transposeB: true }))
  }
  const last = weights.reduce<g.Tensor>((h, w, i) => {
    const inputs = [h, other, key] as const
    return again ? g.rematerialize(block(w, `b${i}`), inputs) : block(w, `b${i}`)(...inputs)
  }, g.tanh(x))
  return g.mean(g.square(last))
}

const given = new Map<g.Tensor, g.Values>([
  [x, filled([3, C])],
  [other, filled([3, C], (i) => Math.cos(i))],
  [key, { shape: [2], data: Float64Array.of(11, -4) }],
  [shared, filled([C], (i) => 0.4 + i / 7)],
  ...weights.map((w, n) => [w, filled([C, C], (i) => Math.sin(i * 3.3 + n))] as const)
])

/** Tensors made on the way to the loss that must wait for the backward pass. */
const kept = (value: g.Tensor, gradients: ReadonlyArray<g.Tensor>): ReadonlyArray<g.Tensor> => {
  const forward = new Set(sorted([value], { aliases: "follow" }))
  const backward = sorted(gradients, { aliases: "follow" }).filter((tensor) => !forward.has(tensor))
  const used = new Set(backward.flatMap((tensor) => tensor.inputs.map(origin)))
  return [...used].filter((tensor) => forward.has(tensor) && tensor.shape.includes("B"))
}

const inner = (h: g.Tensor) => g.tanh(g.mul(g.exp(h), shared))

const twice = (again: boolean) => (h: g.Tensor) =>
  again ? g.square(g.rematerialize(inner, [h])) : g.square(inner(h))
const run = (outputs: ReadonlyArray<g.Tensor>) =>
  g.Interpreter.evaluate(outputs, given, { B: 3 }).map(({ data }) => data)

describe("rematerialize", () => {
  const [plain, saving] = [loss(false), loss(true)]
  const targets = [x, other, ...parameters]
  const [expected, found] = [plain, saving].map((one) => g.gradients(one, targets))

  it("changes neither the loss nor any gradient by a bit, with the same elements dropped", () => {
    expect(run([saving, ...(found ?? [])])).toEqual(run([plain, ...(expected ?? [])]))
  })

  it("keeps the inputs of each block alone", () => {
    const names = (one: g.Tensor, gradients: ReadonlyArray<g.Tensor> = []) =>
      kept(one, gradients).map(({ op }) => op)
    expect(kept(plain, expected ?? []).length).toBeGreaterThan(4 * layers)
    // what each block starts from, what the last gives, and the other input
    expect(names(saving, found).toSorted()).toEqual(["add", "add", "add", "input", "tanh"].toSorted())
  })

  it("is its result where a block changes nothing", () => {
    expect(g.rematerialize((h) => h, [x])).toBe(x)
  })

  it("adds up what an input gives directly and beside", () => {
    const y = g.rematerialize((h, k) => g.mul(g.add(h, k), x), [x, x])
    const [dx = x] = g.gradients(g.sum(y), [x])
    const [value] = g.Interpreter.evaluate([dx], given, { B: 3 })
    expect(value?.data).toEqual(given.get(x)?.data.map((n) => 4 * n))
  })

  it("may be nested", () => {
    const [one, two] = [twice(false)(x), g.rematerialize(twice(true), [x])].map((y) =>
      run(g.gradients(g.sum(y), [x, shared]))
    )
    expect(two).toEqual(one)
  })
})
