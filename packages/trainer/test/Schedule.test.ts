import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { learningRateAt, type Schedule } from "../src/Schedule.ts"
import { noPeers, runPython } from "./peers.ts"

const decodeRates = Schema.decodeUnknownSync(Schema.Array(Schema.Array(Schema.Finite)))

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

  it.skipIf(noPeers !== "")(
    `agrees with transformers and torch at every step${noPeers}`,
    () => {
      const rates = runPython(`import json, torch, transformers
def rates(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
    schedule = make(optimizer)
    out = []
    for _ in range(101):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return out
print(json.dumps([
    rates(lambda o: transformers.get_cosine_with_min_lr_schedule_with_warmup(o, 10, 100, min_lr=3e-5)),
    rates(lambda o: transformers.get_linear_schedule_with_warmup(o, 10, 100)),
    rates(lambda o: transformers.get_constant_schedule_with_warmup(o, 10)),
]))`)
      const ours = [
        schedule({ learningRate: 3e-4, minLearningRate: 3e-5, warmupSteps: 10, steps: 100 }),
        schedule({ shape: "warmup-linear", learningRate: 3e-4, warmupSteps: 10, steps: 100 }),
        schedule({ shape: "constant", learningRate: 3e-4, warmupSteps: 10, steps: 100 })
      ].map((made) => Array.from({ length: 101 }, (_, step) => learningRateAt(made, step)))
      for (const [row, theirs] of decodeRates(rates).entries())
        for (const [step, rate] of theirs.entries())
          assert.approximately(ours[row]?.[step] ?? Number.NaN, rate, 1e-15, `schedule ${row}, step ${step}`)
    },
    120_000
  )

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
