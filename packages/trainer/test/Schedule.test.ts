import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { learningRateAt, type Schedule } from "../src/Schedule.ts"

const schedule = (changes: Partial<Schedule>): Schedule => ({
  shape: "warmup-cosine",
  learningRate: 1,
  minLearningRate: 0,
  warmupSteps: 4,
  steps: 12,
  ...changes
})

describe("learningRateAt", () => {
  it("climbs along a line, then falls along half a cosine", () => {
    // cos(k pi / 8) for k = 0 .. 8, halved and lifted, worked by hand
    const table = [
      [1, 0.25],
      [2, 0.5],
      [3, 0.75],
      [4, 1],
      [5, 0.9619398],
      [6, 0.8535534],
      [7, 0.6913417],
      [8, 0.5],
      [9, 0.3086583],
      [10, 0.1464466],
      [11, 0.0380602],
      [12, 0]
    ] as const
    for (const [step, rate] of table) assert.approximately(learningRateAt(schedule({}), step), rate, 1e-7)
  })

  it("falls along a line when asked to", () => {
    const linear = schedule({ shape: "warmup-linear", minLearningRate: 0.2 })
    const table = [
      [2, 0.5],
      [4, 1],
      [6, 0.8],
      [8, 0.6],
      [12, 0.2]
    ] as const
    for (const [step, rate] of table) assert.approximately(learningRateAt(linear, step), rate, 1e-12)
  })

  it("stays at the peak when constant", () => {
    const constant = schedule({ shape: "constant", learningRate: 3e-4, minLearningRate: 1e-4 })
    assert.approximately(learningRateAt(constant, 1), 0.75e-4, 1e-18)
    for (const step of [4, 5, 12, 100]) assert.strictEqual(learningRateAt(constant, step), 3e-4)
  })

  it("is the formula of transformers with a least rate, one update on", () => {
    // get_cosine_with_min_lr_schedule_with_warmup(warmup 10, training steps 100, min_lr_rate 0.1) at 55: factor 0.55
    const rate = learningRateAt(
      schedule({ learningRate: 2e-3, minLearningRate: 2e-4, warmupSteps: 10, steps: 100 }),
      55
    )
    assert.approximately(rate, 2e-3 * 0.55, 1e-15)
  })

  it("never leaves the range between zero and the peak, and ends at the least rate", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("warmup-cosine" as const, "warmup-linear" as const),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 499 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (shape, steps, warmup, least) => {
          const made = schedule({
            shape,
            steps,
            warmupSteps: Math.min(warmup, steps - 1),
            minLearningRate: least
          })
          for (let step = 1; step <= steps; step += 1) {
            const rate = learningRateAt(made, step)
            assert.isTrue(rate > 0 || (rate === 0 && least === 0 && step === steps))
            assert.isAtMost(rate, 1 + 1e-12)
          }
          assert.approximately(learningRateAt(made, steps), least, 1e-9)
        }
      )
    )
  })
})
