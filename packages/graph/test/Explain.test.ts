import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { entries, sizes } from "./attention.ts"

describe("a report", () => {
  const report = g.Explain.explain(entries().train, sizes, { clusters: true })

  it("counts what the graph has", () => {
    const { graphDef } = g.Program.lower({ train: entries().train }, { clusters: true })
    const text = Buffer.from(graphDef).toString("latin1")
    const functions = new Set(text.match(/fused_[0-9a-f]{16}/g))
    expect(new Set(report.functions.map(({ name }) => name))).toEqual(functions)
    expect(report.clusters).toBe(report.functions.reduce((sum, { calls }) => sum + calls, 0))
    expect(report.tensors).toBeGreaterThan(report.nodes)
  })

  it("puts what moves most bytes first, and leaves the products out", () => {
    const moved = report.functions.map(({ bytesIn, bytesOut }) => bytesIn + bytesOut)
    expect(moved).toEqual(moved.toSorted((a, b) => b - a))
    expect(report.functions.flatMap(({ operations }) => operations.map(([op]) => op))).not.toContain("matmul")
  })

  it("says how often a function is compiled: once for each shape", () => {
    const x = g.input("x", "float32", ["B", 4])
    const wide = g.parameter("wide", [4, 6], g.Initializer.zeros)
    const back = g.parameter("back", [6, 4], g.Initializer.zeros)
    const y = g.gelu(g.matmul(g.gelu(g.matmul(x, wide)), back))
    const { functions } = g.Explain.explain({ inputs: { x }, outputs: { y } }, { B: 2 }, { clusters: true })
    expect(functions).toMatchObject([{ calls: 2, shapes: 2, bytesIn: 4 * 2 * 10, bytesOut: 4 * 2 * 10 }])
  })

  it("is refused where a size is missing, by name", () => {
    expect(() => g.Explain.explain(entries().train, { B: 1 }, { clusters: true })).toThrow(
      "the size T is not known"
    )
  })
})
