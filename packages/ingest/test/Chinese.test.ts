import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { changedCharacters, chineseConverter } from "../src/Chinese.ts"

describe("Chinese writing", () => {
  it.effect("is turned into the other by phrases, both ways", () =>
    Effect.gen(function* () {
      const simplified = yield* Effect.promise(() => chineseConverter("simplified"))
      const traditional = yield* Effect.promise(() => chineseConverter("traditional"))
      assert.strictEqual(simplified?.("學而時習之，不亦說乎？頭髮與發展"), "学而时习之，不亦说乎？头发与发展")
      assert.strictEqual(
        traditional?.("学而时习之，头发与发展，皇后在后面"),
        "學而時習之，頭髮與發展，皇后在後面"
      )
      assert.isUndefined(yield* Effect.promise(() => chineseConverter("keep")))
    })
  )

  it("counts what changed", () => {
    assert.strictEqual(changedCharacters("學而時習之", "学而时习之"), 3)
    assert.strictEqual(changedCharacters("same", "same"), 0)
  })
})
