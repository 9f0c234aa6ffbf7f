import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Drawing } from "../../src/mix/Drawing.ts"
import { partsOf } from "../../src/mix/Mixture.ts"

const source = (label: string, bytes: number, epochs = 1, weight?: number) => ({
  label,
  bytes,
  epochs,
  weight
})

describe("shares of a mixture", () => {
  it("are the sizes at temperature 1, and everything is taken once", () => {
    assert.deepStrictEqual(partsOf([source("a", 900), source("b", 100)], { temperature: 1 }), [
      { label: "a", share: 0.9, bytes: 900, passes: 1 },
      { label: "b", share: 0.1, bytes: 100, passes: 1 }
    ])
  })
  // worked by hand: sqrt(900) : sqrt(100) = 30 : 10, and b's 100 bytes are a quarter
  it("are the square roots of the sizes at temperature 2, as far as the small one reaches", () => {
    const parts = partsOf([source("a", 900), source("b", 100)], { temperature: 2 })
    assert.deepStrictEqual(
      parts.map(({ bytes, share }) => [share, bytes]),
      [
        [0.75, 300],
        [0.25, 100]
      ]
    )
  })
  it("reach further with more passes over the small one", () => {
    const parts = partsOf([source("a", 900), source("b", 100, 3)], { temperature: 2 })
    assert.deepStrictEqual(
      parts.map(({ bytes, passes }) => [bytes, passes]),
      [
        [900, 1],
        [300, 3]
      ]
    )
  })
  it("follow weights, and a source without one gives nothing", () => {
    const parts = partsOf([source("a", 900, 1, 1), source("b", 100, 1, 1), source("c", 500, 1, 0)], {
      temperature: 1
    })
    assert.deepStrictEqual(
      parts.map(({ bytes }) => bytes),
      [100, 100, 0]
    )
  })
  it("add up to one, and no source is read more often than it may be", () => {
    const sources = fc.array(
      fc.record({
        label: fc.string(),
        bytes: fc.integer({ min: 0, max: 1e9 }),
        epochs: fc.double({ min: 0.1, max: 9, noNaN: true }),
        weight: fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: undefined })
      }),
      { minLength: 1, maxLength: 6 }
    )
    fc.assert(
      fc.property(sources, fc.double({ min: 0.5, max: 8, noNaN: true }), (all, temperature) => {
        const parts = partsOf(all, { temperature })
        const whole = parts.reduce((sum, { share }) => sum + share, 0)
        assert.isTrue(whole === 0 || Math.abs(whole - 1) < 1e-9)
        for (const [i, { passes }] of parts.entries())
          assert.isAtMost(passes, (all[i]?.epochs ?? 0) * (1 + 1e-9))
      })
    )
  })
})

const drawing = (ids: ReadonlyArray<string>, seed = 1) => {
  const drawn = new Drawing(seed)
  for (const id of ids) drawn.add(id, 100)
  return drawn
}
const halfOf = (order: ReadonlyArray<string>, seed = 1) => {
  const times = drawing(order, seed).times(0.5)
  return order.filter((_, i) => times[i] === 1).toSorted()
}

describe("drawing documents", () => {
  const ids = Array.from({ length: 200 }, (_, i) => `d${i}`)

  it("takes as much as asked for, whole passes first", () => {
    const times = drawing(ids).times(2.25)
    assert.strictEqual(
      times.reduce((sum, one) => sum + one, 0),
      450
    )
    assert.deepStrictEqual(new Set(times), new Set([2, 3]))
  })
  it("takes more of the same where it takes more", () => {
    const drawn = drawing(ids)
    const [less, more] = [drawn.times(0.3), drawn.times(0.6)]
    assert.isTrue(less.every((one, i) => one <= (more[i] ?? 0)))
  })
  it("does not care for the order of the documents, but for the seed", () => {
    assert.deepStrictEqual(halfOf(ids.toReversed()), halfOf(ids))
    assert.notDeepEqual(halfOf(ids, 2), halfOf(ids))
  })
})
