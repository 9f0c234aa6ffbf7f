import { assert, describe, it } from "@effect/vitest"
import * as Bootstrap from "../src/Bootstrap.ts"
import * as Statistics from "../src/metrics/Statistics.ts"

const intervalOfRatio = (
  {
    denominators,
    numerators
  }: { readonly numerators: Float64Array; readonly denominators: ArrayLike<number> },
  resampling: Bootstrap.Resampling
) =>
  Bootstrap.intervalOfSums(
    Statistics.make(numerators.length, 2, (at, row) => row.set([numerators[at]!, denominators[at]!])),
    resampling,
    ([numerator, denominator]) => numerator! / denominator!
  )
const resampling = { samples: 1000, confidence: 0.95, seed: 3 }

describe("Bootstrap", () => {
  it("gives the ratio of the sums and an interval round it, repeatably", () => {
    const ratio = { numerators: Float64Array.of(3, 5, 4, 8, 1.7, 2.9), denominators: [1, 2, 1, 2, 1, 2] }
    const interval = intervalOfRatio(ratio, resampling)
    assert.approximately(interval.value, 24.6 / 9, 1e-12)
    assert.isBelow(interval.low, interval.value)
    assert.isAbove(interval.high, interval.value)
    assert.deepStrictEqual(intervalOfRatio(ratio, resampling), interval)
    assert.notDeepEqual(intervalOfRatio(ratio, { ...resampling, seed: 4 }), interval)
  })

  it("is a point where there is one document or all are alike", () => {
    const one = intervalOfRatio({ numerators: Float64Array.of(3), denominators: [2] }, resampling)
    assert.deepStrictEqual(one, { value: 1.5, low: 1.5, high: 1.5 })
    const alike = { numerators: new Float64Array(9).fill(4), denominators: new Float64Array(9).fill(2) }
    assert.deepStrictEqual(intervalOfRatio(alike, resampling), { value: 2, low: 2, high: 2 })
  })

  it("has the width that the standard error of a mean foretells", () => {
    // 400 values evenly on [0, 1): standard deviation 1/sqrt(12), so 95 % lie within 1.96 / sqrt(12 * 400) of the mean
    const n = 400
    const numerators = Float64Array.from({ length: n }, (_, at) => (at + 0.5) / n)
    const { value, low, high } = intervalOfRatio(
      { numerators, denominators: new Float64Array(n).fill(1) },
      { ...resampling, samples: 4000 }
    )
    const expected = 1.96 / Math.sqrt(12 * n)
    assert.approximately(value, 0.5, 1e-12)
    assert.approximately((high - low) / 2 / expected, 1, 0.06)
  })

  it("sees the same resamples for every ratio of the same documents", () => {
    const numerators = Float64Array.of(3, 5, 4, 8, 1)
    const twice = numerators.map((value) => value * 2)
    const [a, b] = [numerators, twice].map((nats) =>
      intervalOfRatio({ numerators: nats, denominators: [1, 2, 1, 2, 3] }, resampling)
    )
    assert.strictEqual(b?.low, 2 * (a?.low ?? NaN))
    assert.strictEqual(b?.high, 2 * (a?.high ?? NaN))
  })
})
