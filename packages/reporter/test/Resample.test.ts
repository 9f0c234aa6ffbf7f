import { assert, describe, it } from "@effect/vitest"
import { compare, gain, holm } from "../src/Resample.ts"
import { meanOf } from "./summaries.ts"

const resampled = (value: number, ...replicates: ReadonlyArray<number>) => ({
  value,
  replicates: Float64Array.from(replicates),
  better: "lower" as const
})

describe("paired bootstrap", () => {
  it("finds no difference between a model and itself", () => {
    const model = meanOf([700, 900, 1100, 650, 800])
    assert.deepStrictEqual(compare(model, model), { difference: 0, low: 0, high: 0, p: 1 })
  })

  it("is certain when one model is better on every document by the same share", () => {
    const found = compare(meanOf([700, 900, 1100]), meanOf([710, 910, 1110]))
    assert.closeTo(found.difference, -10, 1e-9)
    assert.closeTo(found.low, found.high, 1e-9)
    assert.closeTo(found.p, 2 / 1001, 1e-12)
  })

  it("counts, of differences 1, 2, -1, 4, those on either side, and takes the ends of the interval", () => {
    const found = compare(resampled(9, 3, 5, 4, 9), resampled(7, 2, 3, 5, 5))
    assert.deepStrictEqual(found, { difference: 2, low: -1, high: 4, p: 4 / 5 })
  })

  it("leaves out resamples in which a metric says nothing", () => {
    const found = compare(resampled(9, NaN, 5), resampled(7, 1, 3))
    assert.deepStrictEqual([found.low, found.high], [2, 2])
  })

  it("sees a difference that is hidden by how unlike the documents are", () => {
    const hard = [2000, 300, 1500, 100, 900, 2500, 50, 1200]
    const found = compare(meanOf(hard), meanOf(hard.map((n, i) => n + 20 + (i % 3))))
    assert.isBelow(found.high, 0)
    assert.isBelow(found.p, 0.01)
  })

  it("its interval agrees with the normal approximation on many documents", () => {
    // deviations of a fixed saw tooth: mean difference 0.5, standard deviation known
    const n = 400
    const noise = Array.from({ length: n }, (_, i) => ((i * 37) % n) / n)
    const base = Array.from({ length: n }, (_, i) => 600 + (i % 50))
    const found = compare(meanOf(base), meanOf(base.map((b, i) => b - 100 * noise[i]!)))
    const mean = noise.reduce((s, x) => s + x, 0) / n
    const deviation = Math.sqrt(noise.reduce((s, x) => s + (x - mean) ** 2, 0) / (n - 1))
    const expected = (1.96 * 100 * deviation) / Math.sqrt(n)
    assert.closeTo((found.high - found.low) / 2 / expected, 1, 0.1)
  })

  it("says how much better the first is, whichever way the metric counts", () => {
    const difference = { difference: -2, low: -3, high: -1, p: 0 }
    assert.deepStrictEqual(gain(difference, "lower"), { by: 2, low: 1, high: 3 })
    assert.deepStrictEqual(gain(difference, "higher"), { by: -2, low: -3, high: -1 })
  })
})

describe("Holm's correction", () => {
  it("gives the table worked by hand", () => {
    // sorted: .005 x 4, .01 x 3, .03 x 2, .04 x 1 raised to the one before
    const adjusted = holm([0.01, 0.04, 0.03, 0.005])
    for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries())
      assert.closeTo(adjusted[i]!, expected, 1e-12)
  })

  it("never gives more than 1 and leaves a single value alone", () => {
    assert.deepStrictEqual(holm([0.2]), [0.2])
    assert.deepStrictEqual(holm([0.9, 0.8]), [1, 1])
  })
})
