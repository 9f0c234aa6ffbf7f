import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import * as Grid from "../../src/search/Grid.ts"
import * as Random from "../../src/search/Random.ts"
import type { Dimension, Distribution } from "../../src/search/SearchDefinition.ts"
import * as Space from "../../src/search/Space.ts"

const range = (over: Partial<Extract<Distribution, { type: "range" }>>): Distribution => ({
  type: "range",
  scale: "linear",
  low: 0,
  high: 1,
  whole: false,
  ...over
})
const dimension = (path: string, distribution: Distribution, when: Dimension["when"] = {}): Dimension => ({
  path,
  distribution,
  when
})
const rate = dimension("learningRate", range({ scale: "log", low: 1e-4, high: 1e-2 }))
const space = [
  rate,
  dimension("optimizer.name", { type: "choices", values: ["adamw", "lion"] }),
  dimension("optimizer.beta1", range({ low: 0.8, high: 0.99 }), { "optimizer.name": ["adamw"] }),
  dimension("channels", range({ low: 32, high: 128, step: 32, whole: true }))
]
const rates = (of: ReadonlyArray<Dimension>) =>
  Random.trials(of, {}, { seed: 5, count: 20 }).map((values) => values["learningRate"])
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe("values of a range", () => {
  it("stay within its bounds, whole and stepped where they should be", () => {
    const positive = fc.integer({ min: 1, max: 1e6 })
    fc.assert(
      fc.property(
        positive,
        positive,
        unit,
        fc.constantFrom("linear", "log"),
        fc.boolean(),
        (a, b, at, scale, whole) => {
          fc.pre(a !== b)
          const [low, high] = [Math.min(a, b), Math.max(a, b)]
          const value = Number(Space.draw(range({ low, high, scale, whole }), at))
          assert.isAtLeast(value, low)
          assert.isAtMost(value, high)
          if (whole) assert.isTrue(Number.isSafeInteger(value))
        }
      )
    )
    fc.assert(
      fc.property(unit, (at) => {
        const value = Number(Space.draw(range({ low: 16, high: 100, step: 8, whole: true }), at))
        assert.strictEqual((value - 16) % 8, 0)
        assert.isAtMost(value, 96)
      })
    )
  })

  it("fall into each decade alike often on a logarithmic scale", () => {
    const values = Array.from({ length: 1000 }, (_, i) =>
      Number(Space.draw(rate.distribution, (i + 0.5) / 1000))
    )
    assert.strictEqual(values.filter((value) => value < 1e-3).length, 500)
  })

  it("reach both ends of a whole range", () => {
    for (const scale of ["linear", "log"] as const) {
      const wanted = range({ low: 3, high: 9, whole: true, scale })
      assert.strictEqual(Space.draw(wanted, 0), 3)
      assert.strictEqual(Space.draw(wanted, 0.999999), 9)
    }
  })

  it("stand evenly on a grid, by difference or by quotient", () => {
    assert.deepStrictEqual(Space.points(range({ points: 3 })), [0, 0.5, 1])
    assert.deepStrictEqual(
      Space.points(range({ scale: "log", low: 1e-4, high: 1e-2, points: 3 })),
      [1e-4, 1e-3, 1e-2]
    )
    assert.deepStrictEqual(Space.points(range({ low: 1, high: 4, whole: true })), [1, 2, 3, 4])
    assert.deepStrictEqual(Space.points(range({ low: 0, high: 0.3, step: 0.1 })), [0, 0.1, 0.2, 0.3])
    assert.isUndefined(Space.points(range({})))
  })
})

describe("trials at random", () => {
  it("depend on seed and number alone: more of them change none before", () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        (seed, count, more) => {
          const few = Random.trials(space, {}, { seed, count })
          const many = Random.trials(space, {}, { seed, count: count + more })
          assert.deepStrictEqual(many.slice(0, count), few)
        }
      ),
      { numRuns: 30 }
    )
  })

  it("keep the other values when the space gets another dimension", () => {
    const more = [...space, dimension("weightDecay", range({ high: 0.3 }))]
    assert.deepStrictEqual(rates(more), rates(space))
  })

  it("set a path under a condition exactly where it holds", () => {
    for (const values of Random.trials(space, {}, { seed: 2, count: 40 }))
      assert.strictEqual("optimizer.beta1" in values, values["optimizer.name"] === "adamw")
  })

  it("are all different, and end where the space does", () => {
    const small = [dimension("a", { type: "choices", values: [1, 2, 3] })]
    const drawn = Random.trials(small, {}, { seed: 1, count: 5 }).map(({ a }) => Number(a))
    assert.deepStrictEqual(
      drawn.toSorted((a, b) => a - b),
      [1, 2, 3]
    )
  })

  // worked out with hashlib: 1e-4 * 100 ** (first six bytes of sha-256 of `[1,"learningRate",trial,0]` / 2 ** 48)
  it("are the same as ever for a seed", () => {
    assert.deepStrictEqual(Random.trials([rate], {}, { seed: 1, count: 3 }), [
      { learningRate: 0.0006254 },
      { learningRate: 0.005609 },
      { learningRate: 0.001066 }
    ])
  })
})

describe("a grid", () => {
  it("is every combination once; what a condition rules out multiplies nothing", () => {
    const trials = Grid.trials(
      [
        dimension("optimizer", { type: "choices", values: ["adamw", "lion"] }),
        dimension("beta", { type: "choices", values: [0.9, 0.95] }, { optimizer: ["adamw"] }),
        dimension("channels", { type: "choices", values: [64] })
      ],
      {}
    )
    assert.deepStrictEqual(trials, [
      { optimizer: "adamw", beta: 0.9, channels: 64 },
      { optimizer: "adamw", beta: 0.95, channels: 64 },
      { optimizer: "lion", channels: 64 }
    ])
  })
})

describe("a path", () => {
  it("is set below mappings, made where they are not, and refused below anything else", () => {
    assert.deepStrictEqual(Space.set({ a: { b: 1 } }, "a.c", 2), { a: { b: 1, c: 2 } })
    assert.deepStrictEqual(Space.set({}, "a.b.c", 2), { a: { b: { c: 2 } } })
    assert.isUndefined(Space.set({ a: 3 }, "a.b", 2))
  })
})
