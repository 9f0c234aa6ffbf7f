// What operations must do for any numbers.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const numbersOf = (tensor: g.Tensor): ReadonlyArray<number> => [
  ...(g.Interpreter.evaluate([tensor], new Map())[0]?.data ?? [])
]
const ints = (values: ReadonlyArray<number>) => g.vector(values, "int32")

describe("for any whole numbers", () => {
  it("quotient times divisor plus rest is the number, and the rest has the divisor's sign", () => {
    fc.assert(
      fc.property(int32, fc.integer({ min: 1, max: 1e6 }), fc.boolean(), (x, size, negative) => {
        const y = negative ? -size : size
        const [q, r] = [g.floorDiv, g.floorMod].map((f) => numbersOf(f(ints([x]), y))[0] ?? Number.NaN)
        expect((q ?? 0) * y + (r ?? 0)).toBe(x)
        expect(Math.abs(r ?? 0)).toBeLessThan(size)
        expect((r ?? 0) * y).toBeGreaterThanOrEqual(0)
      })
    )
  })

  it("products wrap around as the low 32 bits do", () => {
    fc.assert(
      fc.property(int32, int32, (x, y) => {
        expect(numbersOf(g.mul(ints([x]), y))).toEqual([Number(BigInt.asIntN(32, BigInt(x) * BigInt(y)))])
      })
    )
  })

  it("a shift down is a division of the number without sign", () => {
    fc.assert(
      fc.property(int32, fc.integer({ min: 1, max: 31 }), (x, places) => {
        expect(numbersOf(g.shiftRight(ints([x]), places))).toEqual([
          Number(BigInt.asUintN(32, BigInt(x)) >> BigInt(places))
        ])
      })
    )
  })

  it("both sums up to a place, with it and without, differ by the number there", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 1, maxLength: 9 }), (row) => {
        const sums = (exclusive: boolean) => g.cumulativeSum(ints(row), { axis: 0, exclusive })
        expect(numbersOf(g.sub(sums(true), sums(false)))).toEqual(row.map((x) => (x === 0 ? 0 : -x)))
        expect(numbersOf(sums(false)).at(-1)).toBe(row.reduce((sum, x) => sum + x, 0))
      })
    )
  })

  it("the largest few stand where it says, and nothing larger is left", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 9 }), (row) => {
        const { indices, values } = g.topK(g.vector(row), 2)
        const places = numbersOf(indices)
        expect(numbersOf(values)).toEqual(places.map((place) => row[place]))
        expect(numbersOf(values)).toEqual(row.toSorted((a, b) => b - a).slice(0, 2))
        expect(places[0]).toBe(row.indexOf(Math.max(...row)))
      })
    )
  })
})
