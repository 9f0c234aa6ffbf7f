import { assert, describe, it } from "@effect/vitest"
import { bitsPerByte, compare, holm } from "../src/Resample.ts"

const options = { seed: 7, resamples: 4000, confidence: 0.95 }
const paired = (nats: ReadonlyArray<number>, bytes = nats.map(() => 1000)) => ({
  nats: Float64Array.from(nats),
  bytes: Float64Array.from(bytes)
})

describe("paired bootstrap", () => {
  it("bits per byte is total nats over total bytes, in bits", () => {
    // (693.147 + 1386.294) / 1500 / ln 2 = 2.0
    assert.closeTo(bitsPerByte(paired([1000 * Math.LN2, 2000 * Math.LN2], [500, 1000])), 2, 1e-12)
  })

  it("finds no difference between a model and itself", () => {
    const model = paired([700, 900, 1100, 650, 800])
    const found = compare(model, model, options)
    assert.deepStrictEqual(found, { difference: 0, low: 0, high: 0, p: 1 })
  })

  it("is certain when one model is better on every document by the same share", () => {
    const found = compare(paired([700, 900, 1100]), paired([710, 910, 1110]), options)
    assert.closeTo(found.difference, -10 / 1000 / Math.LN2, 1e-12)
    assert.closeTo(found.low, found.high, 1e-12)
    assert.closeTo(found.p, 2 / 4001, 1e-12)
  })

  it("sees a difference that is hidden by how unlike the documents are", () => {
    const hard = [2000, 300, 1500, 100, 900, 2500, 50, 1200]
    const found = compare(paired(hard), paired(hard.map((n, i) => n + 20 + (i % 3))), options)
    assert.isBelow(found.high, 0)
    assert.isBelow(found.p, 0.01)
  })

  it("its interval agrees with the normal approximation on many documents", () => {
    // deviations of a fixed saw tooth: mean difference 0.5, standard deviation known
    const n = 400
    const noise = Array.from({ length: n }, (_, i) => ((i * 37) % n) / n)
    const base = Array.from({ length: n }, (_, i) => 600 + (i % 50))
    const found = compare(paired(base), paired(base.map((b, i) => b - 100 * noise[i]!)), options)
    const mean = noise.reduce((s, x) => s + x, 0) / n
    const deviation = Math.sqrt(noise.reduce((s, x) => s + (x - mean) ** 2, 0) / (n - 1))
    const expected = (1.96 * 100 * deviation) / Math.sqrt(n) / 1000 / Math.LN2
    assert.closeTo((found.high - found.low) / 2 / expected, 1, 0.1)
  })

  it("repeats with the seed", () => {
    const a = paired([700, 900, 1100, 400])
    const b = paired([690, 950, 1000, 420])
    assert.deepStrictEqual(compare(a, b, options), compare(a, b, options))
    assert.notDeepEqual(compare(a, b, options), compare(a, b, { ...options, seed: 8 }))
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
