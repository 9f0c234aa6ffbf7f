import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"

const key = (step: number) => g.vector([5, step], "int32")
const valuesOf = (...tensors: ReadonlyArray<g.Tensor>) =>
  g.Interpreter.evaluate(tensors, new Map()).map(({ data }) => data)
const drawn = (name: string, step: number, shape: ReadonlyArray<number> = [100, 200]) =>
  g.randomNormal(shape, g.keyFor(key(step), name))

// Abramowitz and Stegun, table 26.1: the share of a normal distribution below x
const shares = [
  [-3, 0.0013499],
  [-2, 0.0227501],
  [-1, 0.1586553],
  [-0.5, 0.3085375],
  [0, 0.5],
  [0.1, 0.5398278],
  [0.674, 0.7498432],
  [1.5, 0.9331928],
  [2.5, 0.9937903]
] as const

describe("normal numbers", () => {
  it("fall below each bound as often as the table says", () => {
    const [values = new Float64Array()] = valuesOf(drawn("here", 1))
    for (const [bound, share] of shares) {
      const below = values.filter((value) => value < bound).length / values.length
      // 4 standard deviations
      expect(Math.abs(below - share), `below ${bound}`).toBeLessThan(
        4 * Math.sqrt((share * (1 - share)) / values.length)
      )
    }
  })

  it("are the quantiles of the bits they come from, out to the ends", () => {
    const [values = new Float64Array()] = valuesOf(drawn("here", 1))
    const sizes = Array.from(values, Math.abs)
    expect(Math.max(...sizes)).toBeLessThan(5.43)
    const moment = (power: number) => sizes.reduce((sum, size) => sum + size ** power, 0) / sizes.length
    // 1, 3 and 15 are those of the distribution; 5 of their standard deviations are 0.05, 0.35 and 3.6
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.05)
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.35)
    expect(Math.abs(moment(6) - 15)).toBeLessThan(3.6)
  })

  it("neighbours along either axis know nothing of each other", () => {
    const [values = new Float64Array()] = valuesOf(drawn("here", 1))
    for (const distance of [1, 2, 200, 400]) {
      const together = values.subarray(distance).reduce((sum, value, i) => sum + value * (values[i] ?? 0), 0)
      expect(Math.abs(together / values.length)).toBeLessThan(5 / Math.sqrt(values.length))
    }
  })

  it("are the same for the same key, name and number, in order whatever the axes, and else others", () => {
    const [first, same, flat, elsewhere, later] = valuesOf(
      drawn("here", 1),
      drawn("here", 1),
      drawn("here", 1, [20_000]),
      drawn("there", 1),
      drawn("here", 2)
    )
    expect(same).toEqual(first)
    expect(flat).toEqual(first)
    expect(elsewhere).not.toEqual(first)
    expect(later).not.toEqual(first)
  })

  it("of all layers are compiled once for each shape", () => {
    const weights = ["one", "two"].map((name) => g.parameter(name, [4, 8], g.Initializer.normal(0.02)))
    const from = g.input("key", "int32", [2])
    const updates = weights.map(
      (weight) => [weight, weight.initializer({ ...weight, shape: [4, 8], key: from })] as const
    )
    const { graphDef } = g.Program.lower(
      { init: { inputs: { key: from }, outputs: {}, updates } },
      { clusters: true }
    )
    const names = Buffer.from(graphDef)
      .toString("latin1")
      .match(/fused_[0-9a-f]{16}/g)
    expect(new Set(names).size).toBe(1)
  })
})
