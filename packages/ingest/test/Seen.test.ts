import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Seen } from "../src/Seen.ts"

describe("what has been seen", () => {
  it("is what a map would say, while it grows", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 200 }), (keys) => {
        const [first, counts] = [new Seen(), new Seen()]
        const [places, times] = [new Map<string, number>(), new Map<string, number>()]
        for (const [at, key] of keys.entries()) {
          assert.strictEqual(first.first(key, at), places.get(key))
          if (!places.has(key)) places.set(key, at)
          times.set(key, (times.get(key) ?? 0) + 1)
          assert.strictEqual(counts.count(key), times.get(key))
        }
      })
    )
    const many = new Seen()
    for (let n = 0; n < 20_000; n++) assert.isUndefined(many.first(`key ${n}`, n))
    for (let n = 0; n < 20_000; n++) assert.strictEqual(many.first(`key ${n}`, 0), n)
  })
})
