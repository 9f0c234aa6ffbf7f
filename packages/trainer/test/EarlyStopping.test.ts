import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isOver, judge, type Rules as AllRules, type Standing } from "../src/EarlyStopping.ts"

type Rules = Pick<AllRules, "patience" | "minDelta"> & { readonly mode?: AllRules["mode"] }

/** The standing after losses at steps 10, 20, ... */
const after = (losses: ReadonlyArray<number>, rules: Rules) =>
  losses.reduce<Standing | undefined>(
    (standing, value, i) => judge(standing, { step: 10 * (i + 1), value }, { mode: "min", ...rules }),
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
    assert.deepStrictEqual(standing, { bestStep: 30, bestValue: 1.93, reference: 2, stale: 2 })
    assert.isTrue(isOver(standing, rules))
  })

  it("lets small gains add up", () => {
    const rules = { patience: 3, minDelta: 0.1 }
    assert.strictEqual(after([2, 1.94, 1.88], rules)?.stale, 0)
  })

  it("looks for the highest value where more is better", () => {
    const rules = { patience: 2, minDelta: 0.05, mode: "max" } as const
    const standing = after([0.5, 0.7, 0.72, 0.74], rules)
    assert.deepStrictEqual(standing, { bestStep: 40, bestValue: 0.74, reference: 0.7, stale: 2 })
    assert.isTrue(isOver(standing, rules))
  })

  it("never stops without patience", () => {
    assert.isFalse(isOver(after([1, 2, 3, 4, 5, 6], { patience: 0, minDelta: 0 }), { patience: 0 }))
  })

  it("finds the first of the lowest losses", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }), (losses) => {
        const standing = after(losses, { patience: 3, minDelta: 1 })
        assert.strictEqual(standing?.bestValue, Math.min(...losses))
        assert.strictEqual(standing?.bestStep, 10 * (losses.indexOf(Math.min(...losses)) + 1))
      })
    )
  })
})
