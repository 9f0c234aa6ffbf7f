// One text for one value.
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { canonicalJson } from "../src/index.ts"

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, shuffled(member)] as const)
      .toReversed()
  )
}

describe("canonicalJson", () => {
  it("is JSON that says the same, whatever the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value)
        assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
        assert.strictEqual(canonicalJson(shuffled(value)), text)
      })
    )
  })

  it("sorts keys, writes no spaces and leaves undefined members out", () => {
    assert.strictEqual(
      canonicalJson({ b: [1, { d: null, c: "x" }], a: undefined }),
      `{"b":[1,{"c":"x","d":null}]}`
    )
  })

  it.each([
    [{ loss: Number.NaN }, "$.loss is NaN"],
    [[1, Number.POSITIVE_INFINITY], "$[1] is Infinity"],
    [{ a: { f: () => 1 } }, "$.a.f is a function"],
    [1n, "$ is a bigint"],
    [undefined, "$ is a undefined"]
  ] as const)("refuses what JSON cannot say, naming the place: %#", (value, message) => {
    assert.throws(() => canonicalJson(value), message)
  })
})
