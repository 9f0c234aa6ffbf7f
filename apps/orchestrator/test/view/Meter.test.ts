import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Meter } from "../../src/view/Meter.ts"

describe("a meter", () => {
  it("knows no rate before there are two reports at different times", () => {
    const meter = new Meter()
    expect(meter.rate).toBeUndefined()
    meter.update(5, 1000)
    meter.update(9, 1000)
    expect(meter.rate).toBeUndefined()
    expect(meter.secondsLeft(100)).toBeUndefined()
  })

  it("gives a steady rate exactly, however often it is told", () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 1000 }), (millis, rate) => {
        const meter = new Meter()
        let at = 0
        meter.update(0, at)
        for (const pause of millis) {
          at += pause
          meter.update((rate * at) / 1000, at)
        }
        expect(meter.rate).toBeCloseTo(rate, 6)
        const total = 2 * ((rate * at) / 1000)
        expect(meter.secondsLeft(total)).toBeCloseTo(at / 1000, 6)
      })
    )
  })

  it("follows a change of rate within some seconds, and not at once", () => {
    const meter = new Meter()
    let done = 0
    for (let second = 0; second <= 60; second++) meter.update((done += 10), second * 1000)
    meter.update((done += 100), 61_000)
    expect(meter.rate).toBeGreaterThan(10)
    expect(meter.rate).toBeLessThan(50)
    for (let second = 62; second <= 120; second++) meter.update((done += 100), second * 1000)
    expect(meter.rate).toBeGreaterThan(95)
  })

  it("says neither a negative rate nor a negative time", () => {
    const meter = new Meter()
    meter.update(100, 0)
    meter.update(0, 1000)
    expect(meter.rate).toBeUndefined()
    meter.update(5000, 2000)
    expect(meter.secondsLeft(10)).toBe(0)
  })
})
