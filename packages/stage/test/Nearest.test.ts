// "Did you mean" finds slips of the finger and keeps quiet otherwise.
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { nearest } from "../src/index.ts"

describe("nearest", () => {
  it.each([
    ["vocabsize", "vocabSize"],
    ["vocbaSize", "vocabSize"],
    ["vocabSizes", "vocabSize"],
    ["sed", "seed"],
    ["documnets", "documents"],
    ["x", undefined],
    ["colour", undefined]
  ])("takes %s for %s", (typed, meant) => {
    assert.strictEqual(nearest(typed, ["seed", "vocabSize", "documents"]), meant)
  })

  it("finds a name again after one letter was dropped, doubled or changed", () => {
    const names = ["learningRate", "contextLength", "batchSize", "steps", "warmupSteps"]
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.nat(2), (name, at, how) => {
        const i = at % name.length
        const middle = ["", (name[i] ?? "").repeat(2), "_"][how] ?? ""
        assert.strictEqual(nearest(name.slice(0, i) + middle + name.slice(i + 1), names), name)
      })
    )
  })

  it("gives the exact name where it is there", () => {
    assert.strictEqual(nearest("b", ["a", "b"]), "b")
  })
})
