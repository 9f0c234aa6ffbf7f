import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { partition } from "../src/Clusters.ts"
import * as g from "../src/index.ts"
import { GraphBuilder, lower } from "../src/Lowering.ts"
import { origin, sorted } from "../src/Tensor.ts"

const square = () => g.input("x", "float32", [4, 4])

/** A random program: at each step an operation on two earlier tensors, as numbers that pick them. */
const programs = fc.array(fc.tuple(fc.nat(9), fc.nat(), fc.nat()), { minLength: 1, maxLength: 60 })
type Steps = ReadonlyArray<readonly [kind: number, i: number, j: number]>

const operations: ReadonlyArray<(a: g.Tensor, b: g.Tensor) => g.Tensor> = [
  g.add,
  g.mul,
  g.matmul,
  g.gelu,
  (a) => g.softmax(a),
  (a) => g.sum(a, { axes: [0], keep: true }),
  (a) => g.slice(a, { axis: 0, from: 1, size: 1 }),
  // halves that go different ways, one of them through a product
  (a, b) => {
    const [left = a, right = a] = g.split(a, 2, 1)
    return g.concat([g.matmul(b, left), right], 1)
  },
  (a) => g.standalone(a),
  (a, b) => g.cast(g.matmul(g.cast(a, "bfloat16"), g.cast(b, "bfloat16")), "float32")
]

const grow = (steps: Steps, start: ReadonlyArray<g.Tensor>): ReadonlyArray<g.Tensor> => {
  const tensors = [...start]
  for (const [kind, i, j] of steps) {
    const [a, b] = [i, j].map((at) => tensors[at % tensors.length])
    const made = a === undefined || b === undefined ? undefined : operations[kind]?.(a, b)
    if (made !== undefined) tensors.push(g.broadcastTo(made, [4, 4]))
  }
  return tensors
}

/** The nodes that are left once those without open inputs are taken away again and again. */
const inCycles = <A>(needs: ReadonlyMap<A, ReadonlySet<A>>): ReadonlyMap<A, ReadonlySet<A>> => {
  const left = new Map(needs)
  for (let before = -1; before !== left.size;) {
    before = left.size
    for (const [own, set] of left) if ([...set].every((need) => !left.has(need))) left.delete(own)
  }
  return left
}

describe("clusters of any program", () => {
  it("share no tensor, and hold only what can be fused", () => {
    fc.assert(
      fc.property(programs, (steps) => {
        const roots = grow(steps, [square(), square()]).slice(-2).map(origin)
        const members = partition(sorted(roots, { aliases: "follow" }), new Set(roots)).flat()
        expect(new Set(members).size).toBe(members.length)
        expect(members.every(({ placement }) => placement === "fused")).toBe(true)
      })
    )
  })

  it("never wait for themselves", () => {
    fc.assert(
      fc.property(programs, (steps) => {
        const roots = grow(steps, [square(), square()]).slice(-2).map(origin)
        const order = sorted(roots, { aliases: "follow" })
        // contract each cluster to a point
        const point = new Map<g.Tensor, unknown>(order.map((tensor) => [tensor, tensor]))
        for (const cluster of partition(order, new Set(roots)))
          for (const tensor of cluster) point.set(tensor, cluster)
        const needs = new Map<unknown, Set<unknown>>()
        for (const tensor of order) {
          const own = point.get(tensor)
          const set = needs.get(own) ?? new Set()
          needs.set(own, set)
          for (const input of tensor.inputs.map(origin))
            if (point.get(input) !== own) set.add(point.get(input))
        }
        expect(inCycles(needs).size).toBe(0)
      })
    )
  })

  it("are written as a graph without a cycle, whatever variables they set", () => {
    fc.assert(
      fc.property(programs, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (steps, picks) => {
        const x = square()
        const variables = picks.map((_, i) => g.variable(`w${i}`, "float32", [4, 4], g.Initializer.zeros))
        const tensors = grow(steps, [x, ...variables])
        const values = picks.map((pick, i) => g.add(tensors[pick % tensors.length] ?? x, variables[i] ?? x))
        const builder = new GraphBuilder()
        builder.add({ name: "x", op: "Placeholder", inputs: [], attributes: {} })
        lower(builder, [...tensors.slice(-1), ...values], {
          prefix: "run",
          clusters: true,
          inputs: new Map([[x, "x"]]),
          updates: new Map(values.map((value, i) => [origin(value), variables[i] ?? fail()]))
        })
        const needs = new Map(
          builder.nodes.map(({ inputs, name }) => [
            name,
            new Set(inputs.map((input) => input.replace(/^\^/, "").replace(/:\d+$/, "")))
          ])
        )
        for (const names of needs.values()) for (const name of names) expect(needs.has(name)).toBe(true)
        expect([...inCycles(needs).keys()]).toEqual([])
      })
    )
  })
})

const fail = (): never => {
  throw new RangeError("no such variable")
}

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
