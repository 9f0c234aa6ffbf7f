import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isOver, judge, type Rules, type Standing } from "../src/EarlyStopping.ts"

/** The standing after losses at steps 10, 20, ... */
const after = (losses: ReadonlyArray<number>, rules: Rules) =>
  losses.reduce<Standing | undefined>(
    (standing, lossNats, i) => judge(standing, { step: 10 * (i + 1), lossNats }, rules),
    undefined
  )

describe("judge", () => {
  it("counts evaluations without improvement and starts again at an improvement", () => {
    const rules = { patience: 2, minDelta: 0 }
    assert.strictEqual(after([3, 2, 2.5], rules)?.stale, 1)
    assert.strictEqual(after([3, 2, 2.5, 1.9], rules)?.stale, 0)
    assert.isFalse(isOver(after([3, 2, 2.5], rules), rules))
    assert.isTrue(isOver(after([3, 2, 2.5, 2.0], rules), rules))
  })

  it("takes the lowest loss as the best however small the gain, and is patient only with real gains", () => {
    const rules = { patience: 2, minDelta: 0.1 }
    const standing = after([2, 1.95, 1.93], rules)
    assert.deepStrictEqual(standing, { bestStep: 30, bestLossNats: 1.93, referenceLossNats: 2, stale: 2 })
    assert.isTrue(isOver(standing, rules))
  })

  it("lets small gains add up", () => {
    const rules = { patience: 3, minDelta: 0.1 }
    assert.strictEqual(after([2, 1.94, 1.88], rules)?.stale, 0)
  })

  it("never stops without patience", () => {
    assert.isFalse(
      isOver(after([1, 2, 3, 4, 5, 6], { patience: 0, minDelta: 0 }), { patience: 0, minDelta: 0 })
    )
  })

  it("finds the first of the lowest losses", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }), (losses) => {
        const standing = after(losses, { patience: 3, minDelta: 1 })
        assert.strictEqual(standing?.bestLossNats, Math.min(...losses))
        assert.strictEqual(standing?.bestStep, 10 * (losses.indexOf(Math.min(...losses)) + 1))
      })
    )
  })
})
