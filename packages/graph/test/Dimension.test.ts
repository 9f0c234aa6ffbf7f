import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Dimension from "../src/Dimension.ts"

type Expression =
  | { readonly kind: "leaf"; readonly dim: Dimension.Dim }
  | { readonly kind: "plus" | "times" | "minus"; readonly a: Expression; readonly b: Expression }

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      kind: fc.constant("leaf" as const),
      dim: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom("B", "T", "S"))
    }),
    fc.record({
      kind: fc.constantFrom("plus" as const, "times" as const, "minus" as const),
      a: tie("expression"),
      b: tie("expression")
    })
  )
}))

const operations = { plus: Dimension.plus, times: Dimension.times, minus: Dimension.minus }
const build = (e: Expression): Dimension.Dim =>
  e.kind === "leaf" ? e.dim : operations[e.kind](build(e.a), build(e.b))

const bindings = { B: 3, T: 5, S: 11 }
const compute = (e: Expression): number => {
  if (e.kind === "leaf") return Dimension.evaluate(e.dim, bindings)
  const [a, b] = [compute(e.a), compute(e.b)]
  return e.kind === "plus" ? a + b : e.kind === "times" ? a * b : a - b
}

describe("symbolic sizes", () => {
  it("compute what the numbers they stand for compute", () => {
    fc.assert(
      fc.property(expression, (e) => {
        expect(Dimension.evaluate(build(e), bindings)).toBe(compute(e) + 0) // no -0
      })
    )
  })
  it("are one text however they were put together", () => {
    fc.assert(
      fc.property(expression, expression, expression, (x, y, z) => {
        const [a, b, c] = [build(x), build(y), build(z)]
        expect(Dimension.plus(a, b)).toBe(Dimension.plus(b, a))
        expect(Dimension.times(a, b)).toBe(Dimension.times(b, a))
        expect(Dimension.times(a, Dimension.plus(b, c))).toBe(
          Dimension.plus(Dimension.times(a, b), Dimension.times(a, c))
        )
        expect(Dimension.minus(Dimension.plus(a, b), b)).toBe(a)
      })
    )
  })
  it("read well", () => {
    expect(Dimension.plus("T", 1)).toBe("T+1")
    expect(Dimension.times(Dimension.times("T", 6), "B")).toBe("6*B*T")
    expect(Dimension.offset("T+1")).toEqual({ name: "T", plus: 1 })
    expect(Dimension.offset("B*T")).toBeUndefined()
  })
})
