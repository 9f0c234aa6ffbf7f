import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import * as Halving from "../../src/search/Halving.ts"

const ladder = (over: Partial<Halving.Ladder> = {}): Halving.Ladder => ({
  trials: 9,
  lengths: [1, 3, 9],
  factor: 3,
  early: false,
  ...over
})
/** Costs by trial and rung; null failed, absent open. */
const knownOf =
  (costs: ReadonlyArray<ReadonlyArray<number | null>>): Halving.Known =>
  (trial, rung) => {
    const cost = costs[trial]?.[rung]
    return cost === undefined ? undefined : cost === null ? { type: "failed" } : { type: "value", cost }
  }
const cost = fc.oneof({ weight: 5, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.constant(null) })
const table = fc
  .integer({ min: 1, max: 30 })
  .chain((n) => fc.array(fc.tuple(cost, cost, cost), { minLength: n, maxLength: n }))

describe("rungs", () => {
  it("multiply by the factor and end at the longest; a last short step is left out", () => {
    assert.deepStrictEqual(Halving.lengths({ min: 100, max: 900, factor: 3 }), [100, 300, 900])
    assert.deepStrictEqual(Halving.lengths({ min: 100, max: 800, factor: 3 }), [100, 300, 800])
    assert.deepStrictEqual(Halving.lengths({ min: 100, max: 1000, factor: 3 }), [100, 300, 1000])
    assert.deepStrictEqual(Halving.lengths({ min: 10, max: 11, factor: 2 }), [11])
  })

  it("hold 1 in factor of the one before, at least one", () => {
    assert.deepStrictEqual(Halving.sizes(ladder({ trials: 27, lengths: [1, 3, 9, 27] })), [27, 9, 3, 1])
    assert.deepStrictEqual(Halving.sizes(ladder({ trials: 4 })), [4, 1, 1])
  })

  it("cost what each trial lasts, or what it adds where it goes on", () => {
    const nine = ladder()
    assert.strictEqual(Halving.spent(nine, false), 9 * 1 + 3 * 3 + 1 * 9)
    assert.strictEqual(Halving.spent(nine, true), 9 * 1 + 3 * 2 + 1 * 6)
  })
})

describe("halving", () => {
  it("keeps the best 1 in factor of those that did not fail", () => {
    fc.assert(
      fc.property(table, (costs) => {
        const over = ladder({ trials: costs.length })
        const known = knownOf(costs)
        const kept = Halving.members(over, 1, known) ?? []
        const good = costs.flatMap(([first], trial) => (first === null ? [] : [{ trial, first }]))
        assert.strictEqual(kept.length, Math.min(good.length, Math.max(1, Math.floor(costs.length / 3))))
        const worst = Math.max(...kept.map((trial) => Number(costs[trial]?.[0])))
        for (const { first, trial } of good) if (!kept.includes(trial)) assert.isAtLeast(first, worst)
      })
    )
  })

  it("decides nothing before every trial of a rung is known", () => {
    const known = knownOf([[1], [2], [], [3], [4], [5], [6], [7], [8]])
    assert.isUndefined(Halving.members(ladder(), 1, known))
    const verdict = Halving.verdict(ladder(), { trial: 0, rung: 1 }, known)
    assert.deepStrictEqual(verdict, {
      type: "wait",
      because: "rung 1: 3 of 9 trials at 3, decided after rung 0"
    })
  })

  it("takes the one that was drawn first among equals", () => {
    const known = knownOf(Array.from({ length: 9 }, () => [1]))
    assert.deepStrictEqual(Halving.members(ladder(), 1, known), [0, 1, 2])
  })
})

describe("asha", () => {
  const early = ladder({ early: true })

  it("lets a trial go on as soon as it is among the best third of those that are there", () => {
    const three = knownOf([[3], [1], [2]])
    assert.strictEqual(Halving.verdict(early, { trial: 1, rung: 1 }, three).type, "go")
    assert.strictEqual(Halving.verdict(early, { trial: 2, rung: 1 }, three).type, "wait")
    assert.strictEqual(Halving.verdict(ladder(), { trial: 1, rung: 1 }, three).type, "wait")
  })

  it("ranks as halving does once all is known, whatever it started early", () => {
    fc.assert(
      fc.property(table, (costs) => {
        const over = ladder({ trials: costs.length })
        const known = knownOf(costs)
        for (const rung of [0, 1, 2]) {
          const members = Halving.members({ ...over, early: true }, rung, known)
          assert.deepStrictEqual(members, Halving.members(over, rung, known))
          for (const trial of costs.keys()) {
            const at = { trial, rung }
            assert.strictEqual(
              Halving.verdict({ ...over, early: true }, at, known).type,
              Halving.verdict(over, at, known).type
            )
          }
        }
      })
    )
  })
})
