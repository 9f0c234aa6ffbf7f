import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { partition } from "../src/Clusters.ts"
import * as g from "../src/index.ts"
import { origin, sorted } from "../src/Tensor.ts"

const square = () => g.input("x", "float32", [4, 4])

/** A random program of products and elementwise operations: at each step an operation on two earlier tensors. */
const programs = fc.array(fc.tuple(fc.nat(5), fc.nat(), fc.nat()), { minLength: 1, maxLength: 40 })
const grow = (steps: ReadonlyArray<readonly [number, number, number]>): ReadonlyArray<g.Tensor> => {
  const tensors: Array<g.Tensor> = [square(), square()]
  for (const [kind, i, j] of steps) {
    const a = tensors[i % tensors.length] ?? square()
    const b = tensors[j % tensors.length] ?? square()
    const made = [
      () => g.add(a, b),
      () => g.mul(a, b),
      () => g.matmul(a, b),
      () => g.gelu(a),
      () => g.softmax(a),
      () => g.sum(a, { axes: [0], keep: true })
    ][kind]
    const next = made?.() ?? a
    tensors.push(g.broadcastTo(next, [4, 4]))
  }
  return tensors
}

const bytes = () => {
  const x = square()
  const w = g.parameter("w", [4, 4], g.Initializer.normal(1))
  return g.Program.lower(
    { run: { inputs: { x }, outputs: { y: g.softmax(g.matmul(x, w)) }, updates: [[w, g.mul(w, 2)]] } },
    { clusters: true }
  ).graphDef
}
const lower = (outputs: Readonly<Record<string, g.Tensor>>) => () =>
  g.Program.lower({ run: { inputs: {}, outputs } }, { clusters: false })
const w = () => g.parameter("w", [2], g.Initializer.zeros)
const layer = (x: g.Tensor) => g.gelu(g.add(g.matmul(x, x), 1))
const layersOf = (count: number) => {
  const x = square()
  const y = Array.from({ length: count }).reduce<g.Tensor>((y) => layer(y), x)
  return g.Program.lower({ run: { inputs: { x }, outputs: { y } } }, { clusters: true }).graphDef
}
const functionsOf = (graphDef: Uint8Array) =>
  new Set(
    Buffer.from(graphDef)
      .toString("latin1")
      .match(/fused_[0-9a-f]{16}/g)
  ).size

describe("clusters", () => {
  it("never wait for themselves, whatever the program", () => {
    fc.assert(
      fc.property(programs, (steps) => {
        const roots = grow(steps).slice(-2).map(origin)
        const order = sorted(roots, { aliases: "follow" })
        const clusters = partition(order, new Set(roots))
        // contract each cluster to a point, then take away points without open inputs until none is left
        const point = new Map<g.Tensor, unknown>(order.map((tensor) => [tensor, tensor]))
        for (const cluster of clusters) for (const tensor of cluster) point.set(tensor, cluster)
        const needs = new Map<unknown, Set<unknown>>()
        for (const tensor of order) {
          const own = point.get(tensor)
          const set = needs.get(own) ?? new Set()
          needs.set(own, set)
          for (const input of tensor.inputs.map(origin))
            if (point.get(input) !== own) set.add(point.get(input))
        }
        for (let before = -1; before !== needs.size;) {
          before = needs.size
          for (const [own, set] of needs) if ([...set].every((need) => !needs.has(need))) needs.delete(own)
        }
        expect(needs.size).toBe(0)
      })
    )
  })

  it("leave matrix products outside", () => {
    const x = square()
    const y = g.gelu(g.add(g.matmul(x, x), 1))
    const [cluster, ...others] = partition(sorted([origin(y)], { aliases: "follow" }), new Set([origin(y)]))
    expect(others).toEqual([])
    expect(cluster?.map(({ op }) => op)).not.toContain("matmul")
    expect(cluster?.map(({ op }) => op)).toContain("tanh")
  })

  it("of equal layers are one function", () => {
    expect(functionsOf(layersOf(1))).toBe(1)
    expect(functionsOf(layersOf(6))).toBe(1)
  })
})

describe("a program", () => {
  it("is the same bytes every time", () => {
    expect(bytes()).toEqual(bytes())
  })
  it("lists its variables with their entries", () => {
    const w = g.parameter("w", [4], g.Initializer.zeros)
    const slot = g.variable("slot", "int32", [], g.Initializer.zeros)
    const { entries, variables } = g.Program.lower(
      { run: { inputs: {}, outputs: {}, updates: [[w, g.add(w, g.cast(slot, "float32"))]] } },
      { clusters: false }
    )
    expect(variables.map(({ name, trainable }) => [name, trainable])).toEqual([
      ["w", true],
      ["slot", false]
    ])
    expect(entries.run.outputs.done).toEqual({ node: "run/done:0", dtype: "int32", shape: [] })
    expect(variables[0]?.write.inputs.value).toEqual({
      node: "write/w/value:0",
      dtype: "float32",
      shape: [4]
    })
  })
  it("refuses two variables of one name, an input it does not list and a dtype that cannot cross", () => {
    expect(lower({ y: g.add(w(), w()) })).toThrow("two variables are called w")
    expect(lower({ y: g.exp(square()) })).toThrow("run: uses the input x, which it does not list")
    expect(lower({ y: g.cast(w(), "bfloat16") })).toThrow("is bfloat16: cast what crosses to float32")
  })
})
