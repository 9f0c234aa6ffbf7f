import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as Plateau from "../src/Plateau.ts"
import { learningRateAt } from "../src/Schedule.ts"
import { ScheduleConfig, scheduleOf } from "../src/ScheduleConfig.ts"

const decode = Schema.decodeUnknownSync(ScheduleConfig)
const Rates = Schema.Record(Schema.String, Schema.Array(Schema.Finite))
const golden = Schema.decodeSync(Schema.fromJsonString(Schema.Struct({ rates: Rates, plateau: Rates })))(
  fs.readFileSync(new URL("golden/schedules.json", import.meta.url), "utf8")
)

const [peak, warmupSteps, steps] = [3e-3, 20, 200]
const limits = { learningRate: peak, warmupSteps, steps }

/** What we call the schedules of the golden file. */
const named = {
  constant_with_warmup: { schedule: "constant_with_warmup" },
  linear: { schedule: "linear" },
  cosine: { schedule: "cosine" },
  "cosine, 1.5 waves": { schedule: { name: "cosine", cycles: 1.5 } },
  cosine_with_min_lr: { schedule: "cosine_with_min_lr" },
  "cosine_with_restarts, 3": { schedule: { name: "cosine_with_restarts", cycles: 3 } },
  polynomial: { schedule: "polynomial" },
  "polynomial, 2": { schedule: { name: "polynomial", power: 2 }, minLearningRate: 1e-5 },
  inverse_sqrt: { schedule: "inverse_sqrt" },
  "inverse_sqrt, 50": { schedule: { name: "inverse_sqrt", timescale: 50 } },
  warmup_stable_decay: { schedule: "warmup_stable_decay" },
  "warmup_stable_decay, cosine up, root down": {
    schedule: { name: "warmup_stable_decay", decaySteps: 60, warmup: "cosine", decay: "1-sqrt" },
    minLearningRate: 3e-4
  },
  "warmup_stable_decay, root up, line down": {
    schedule: { name: "warmup_stable_decay", decaySteps: 60, warmup: "1-sqrt", decay: "linear" }
  }
} as const

const scheduleFrom = ({
  schedule,
  ...rest
}: {
  readonly schedule: unknown
  readonly minLearningRate?: number
}) => scheduleOf({ ...limits, ...rest, schedule: decode(schedule) })

/** The largest difference, as a share of the expected rate; of rates below a millionth of the peak, of that. */
const apart = (found: ReadonlyArray<number>, expected: ReadonlyArray<number> = [Number.NaN]) =>
  Math.max(
    ...expected.map((rate, i) => Math.abs(rate - (found[i] ?? Number.NaN)) / Math.max(rate, peak * 1e-6))
  )

const losses = Array.from(
  { length: steps },
  (_, t) => 2 * Math.exp(-t / 30) + 0.05 * Math.sin(1.7 * t) + 0.3 + 0.002 * Math.max(0, t - 100)
)
/** Evaluations before a step, one every 7. */
const seen = (step: number) => () => losses.slice(0, Math.floor(step / 7))
const usual = { factor: 0.1, patience: 10, threshold: 1e-4, cooldown: 0 }

describe("learningRateAt", () => {
  it("has all schedules of the golden file", () => {
    assert.sameMembers(Object.keys(named), Object.keys(golden.rates))
  })

  for (const [name, config] of Object.entries(named))
    it(`${name}: is that of transformers at every step`, () => {
      const schedule = scheduleFrom(config)
      // theirs of a cosine swings on after the last step
      const expected = golden.rates[name]?.slice(0, schedule.curve.name === "cosine" ? steps + 1 : undefined)
      const found = expected?.map((_, step) => learningRateAt(schedule, step)) ?? []
      assert.isBelow(apart(found, expected), 1e-9)
    })

  it("is the same by the names it had before", () => {
    const old = scheduleFrom({ schedule: "warmup-cosine" })
    assert.deepStrictEqual(old, scheduleFrom({ schedule: "cosine_with_min_lr" }))
    assert.strictEqual(old.minLearningRate, 3e-4)
    const line = scheduleFrom({ schedule: "warmup-linear" })
    assert.deepStrictEqual(line, scheduleFrom({ schedule: "linear", minLearningRate: 3e-4 }))
    const flat = scheduleFrom({ schedule: "constant" })
    for (const step of [20, 21, 200, 500]) assert.strictEqual(learningRateAt(flat, step), peak)
    assert.strictEqual(learningRateAt(flat, 5), peak / 4)
  })

  it("climbs along a line, then falls along half a cosine", () => {
    const schedule = scheduleOf({
      schedule: "cosine",
      learningRate: 1,
      warmupSteps: 4,
      steps: 12
    })
    // cos(k pi / 8) for k = 0 .. 8, halved and lifted, worked by hand
    const table = [
      [1, 0.25],
      [3, 0.75],
      [4, 1],
      [5, 0.9619398],
      [8, 0.5],
      [11, 0.0380602],
      [12, 0]
    ] as const
    for (const [step, rate] of table) assert.approximately(learningRateAt(schedule, step), rate, 1e-7)
  })
})

describe("on a plateau", () => {
  const rules = {
    usual: { ...usual, floor: 0 },
    impatient: { factor: 0.5, patience: 2, threshold: 1e-2, cooldown: 3, floor: 1e-5 },
    "at once": { ...usual, factor: 0.9, patience: 0, floor: 0 }
  }
  for (const [name, { floor, ...rule }] of Object.entries(rules))
    it(`${name}: the rate after each evaluation is torch's`, () => {
      const found = losses.map((_, i) => Plateau.rateAfter(losses.slice(0, i + 1), rule, { peak, floor }))
      assert.isBelow(apart(found, golden.plateau[name]), 1e-9)
      assert.isBelow(Plateau.rateAfter(losses, rule, { peak, floor }), peak)
    })

  it("warms up first", () => {
    const schedule = scheduleFrom({ schedule: "reduce_lr_on_plateau" })
    assert.strictEqual(learningRateAt(schedule, 5), peak / 4)
    assert.strictEqual(learningRateAt(schedule, 20), peak)
    const after = learningRateAt(schedule, 100, () => losses)
    assert.strictEqual(after, Plateau.rateAfter(losses, usual, { peak, floor: 0 }))
  })
})

const curves = fc.constantFrom(
  "linear",
  "cosine",
  "cosine_with_min_lr",
  "cosine_with_restarts",
  "polynomial",
  "inverse_sqrt",
  "warmup_stable_decay",
  "constant"
)
const sized = fc.integer({ min: 2, max: 500 }).chain((most) =>
  fc.record({
    name: curves,
    steps: fc.constant(most),
    warmupSteps: fc.integer({ min: 0, max: most - 1 }),
    minLearningRate: fc.double({ min: 0, max: 1, noNaN: true })
  })
)

describe("every schedule", () => {
  it("stays between zero and the peak, not below the floor after the warmup, and ends there if it falls", () => {
    fc.assert(
      fc.property(sized, ({ name, ...rest }) => {
        const made = scheduleOf({ schedule: decode(name), learningRate: 1, ...rest })
        for (let step = 1; step <= rest.steps; step += 1) {
          const rate = learningRateAt(made, step)
          assert.isAtMost(rate, 1 + 1e-12)
          assert.isAtLeast(rate, step < rest.warmupSteps ? 0 : rest.minLearningRate - 1e-12)
        }
        if (name !== "constant" && name !== "inverse_sqrt")
          assert.approximately(learningRateAt(made, rest.steps), rest.minLearningRate, 1e-9)
      })
    )
  })

  it("goes from step to step without a jump, a restart apart", () => {
    fc.assert(
      fc.property(sized, ({ name, ...rest }) => {
        const made = scheduleOf({ schedule: decode(name), learningRate: 1, ...rest })
        const { curve, warmupSteps: warm } = made
        const falling =
          curve.name === "warmup_stable_decay" ? curve.decaySteps : Math.max(1, rest.steps - warm)
        // half a cosine is steepest, by pi / 2; the root of `inverse_sqrt` by a half of its unit
        const steepest = Math.max(1 / Math.max(1, warm), Math.PI / 2 / falling, 0.5 / Math.max(1, warm))
        for (let step = 1; step < rest.steps; step += 1) {
          const jump = Math.abs(learningRateAt(made, step + 1) - learningRateAt(made, step))
          assert.isAtMost(jump, steepest + 1e-12, `${name} after step ${step}`)
        }
      })
    )
  })

  it("follows from the step and the losses so far alone, so that a resume is no jump", () => {
    const schedules = [
      ...Object.values(named).map(scheduleFrom),
      scheduleFrom({ schedule: { name: "reduce_lr_on_plateau", patience: 2, cooldown: 1 } })
    ]
    const rates = (from: number) =>
      schedules.map((made) =>
        Array.from({ length: steps - from }, (_, i) => learningRateAt(made, from + i + 1, seen(from + i + 1)))
      )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: steps - 1 }), (cut) => {
        assert.deepStrictEqual(
          rates(cut),
          rates(0).map((whole) => whole.slice(cut))
        )
      }),
      { numRuns: 10 }
    )
  })

  it("that is stable first has the same rates however long it goes on", () => {
    const common = { schedule: "warmup_stable_decay", learningRate: 1, warmupSteps: 10 } as const
    const [short, long] = [scheduleOf({ ...common, steps: 100 }), scheduleOf({ ...common, steps: 1000 })]
    for (let step = 1; step <= 90; step += 1)
      assert.strictEqual(learningRateAt(short, step), learningRateAt(long, step))
  })
})
