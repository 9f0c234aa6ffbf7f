import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"

const key = (step: number) => g.vector([5, step], "int32")
const [x, rate] = [g.full([40, 50], 2), 0.25]
const valuesOf = (...tensors: ReadonlyArray<g.Tensor>) =>
  g.Interpreter.evaluate(tensors, new Map()).map(({ data }) => data)
const drop = (name: string, step: number) => g.dropout(x, { rate, key: key(step), name })

describe("dropout", () => {
  it("makes the given share 0 and scales the rest up, so that the mean stays", () => {
    const [dropped = new Float64Array()] = valuesOf(drop("here", 1))
    expect(new Set(dropped)).toEqual(new Set([0, 2 / 0.75]))
    const share = dropped.filter((value) => value === 0).length / 2000
    // 4 standard deviations
    expect(Math.abs(share - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / 2000))
  })

  it("draws the same for the same key, name and shape, and else for itself", () => {
    const [first, same, elsewhere, later] = valuesOf(
      drop("here", 1),
      drop("here", 1),
      drop("there", 1),
      drop("here", 2)
    )
    expect(same).toEqual(first)
    expect(elsewhere).not.toEqual(first)
    expect(later).not.toEqual(first)
  })

  it("draws by place in order, whatever the axes", () => {
    const flat = g.dropout(g.full([2000], 2), { rate, key: key(1), name: "here" })
    const [expected, found] = valuesOf(drop("here", 1), flat)
    expect(found).toEqual(expected)
  })

  it("lets gradients through where it keeps, scaled as well", () => {
    const y = drop("here", 1)
    const [dx = x] = g.gradients(g.sum(y), [x])
    const [kept, gradient] = valuesOf(y, dx)
    expect(gradient).toEqual(kept?.map((value) => value / 2))
  })

  it("keeps nothing but its key for the backward pass", () => {
    const y = drop("here", 1)
    const [dx = x] = g.gradients(g.sum(y), [x])
    const forward = new Set<g.Tensor>()
    const walk = (tensor: g.Tensor, visit: (tensor: g.Tensor) => boolean) => {
      if (visit(tensor)) for (const input of tensor.inputs) walk(input, visit)
    }
    walk(y, (tensor) => !forward.has(tensor) && forward.add(tensor).has(tensor))
    const shared = new Set<string>()
    walk(dx, (tensor) => {
      if (forward.has(tensor)) shared.add(tensor.op)
      return !forward.has(tensor)
    })
    expect([...shared]).toEqual(["standalone"])
  })

  it("is compiled once for all layers, together with what is around it", () => {
    const [once, often] = [1, 6].map((layers) => {
      const [start, k] = [g.input("x", "float32", [4, 4]), g.input("key", "int32", [2])]
      const y = Array.from({ length: layers }).reduce<g.Tensor>(
        (h, _, i) => g.dropout(g.gelu(g.matmul(h, h)), { rate, key: k, name: `layer${i}` }),
        start
      )
      const run = { inputs: { start, k }, outputs: { y } }
      const { graphDef } = g.Program.lower({ run }, { clusters: true })
      return new Set(
        Buffer.from(graphDef)
          .toString("latin1")
          .match(/fused_[0-9a-f]{16}/g)
      )
    })
    expect(once?.size).toBe(1)
    expect(often).toEqual(once)
  })

  it("changes nothing at rate 0, and takes no rate that leaves nothing", () => {
    expect(g.dropout(x, { rate: 0, key: key(1), name: "here" })).toBe(x)
    for (const bad of [1, -0.1, Number.NaN])
      expect(() => g.dropout(x, { rate: bad, key: key(1), name: "here" })).toThrow(
        `dropout: here: the rate ${bad} is not in [0, 1)`
      )
  })
})
