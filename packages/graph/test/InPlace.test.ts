import { describe, expect, it } from "vitest"
import { add, input, Initializer, matmul, mul, type Tensor, variable } from "../src/index.ts"
import { borders } from "../src/Borders.ts"
import { partition } from "../src/Clusters.ts"
import { stores } from "../src/InPlace.ts"
import type { Variable } from "../src/Parameter.ts"
import { sorted } from "../src/Tensor.ts"

const found = (results: ReadonlyArray<Tensor>, updates: ReadonlyMap<Tensor, Variable>) => {
  const order = sorted(results, { aliases: "follow" })
  const clusters = partition(order, new Set(results))
  const { clusterOf, takes } = borders(order, results, clusters)
  const { of, readElsewhere } = stores(order, results, { clusters, takes, clusterOf, updates })
  return { written: clusters.flatMap((cluster) => [...of(cluster).keys()]), readElsewhere }
}

const start = () => {
  const v = variable("v", "float32", [4, 4], Initializer.zeros)
  const by = input("by", "float32", [4, 4])
  return { v, by, next: add(mul(v, 2), by) }
}

describe("writing in place", () => {
  it("is for a new value that comes from the old one and goes nowhere else", () => {
    const { next, v } = start()
    const { readElsewhere, written } = found([next], new Map([[next, v]]))
    expect(written).toEqual([v])
    expect(readElsewhere.size).toBe(0)
  })
  it("waits for those who read the old value", () => {
    const { by, next, v } = start()
    const product = matmul(v, by)
    const { readElsewhere, written } = found([product, next], new Map([[next, v]]))
    expect(written).toEqual([v])
    expect([...readElsewhere]).toEqual([v])
  })
  it("is not for a new value that is also given, nor one that a product needs", () => {
    const { by, next, v } = start()
    expect(found([next, next], new Map([[next, v]])).written).toEqual([])
    const product = matmul(next, by)
    expect(found([product, next], new Map([[next, v]])).written).toEqual([])
  })
  it("is not for a variable that its new value does not depend on", () => {
    const { by } = start()
    const other = variable("other", "float32", [4, 4], Initializer.zeros)
    const next = add(mul(by, 2), by)
    expect(found([next], new Map([[next, other]])).written).toEqual([])
  })
})
