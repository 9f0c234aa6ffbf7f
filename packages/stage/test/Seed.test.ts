// One seed in the pipeline file, an unrelated one for each use.
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Seed } from "../src/index.ts"

describe("Seed.derive", () => {
  it("is the known number, so that stored results stay repeatable", () => {
    // python3 -c 'import hashlib; print(int.from_bytes(hashlib.sha256(b"[1337,\\"gpt\\",3]").digest()[:8], "big") >> 11)'
    assert.strictEqual(Seed.derive(1337, "gpt", 3), 7695775995348052)
  })

  it("is a whole number below 2^53 that depends on the seed, every label and where one ends", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.array(fc.string()), fc.string(), (seed, labels, more) => {
        const derived = Seed.derive(seed, ...labels)
        assert.isTrue(Number.isSafeInteger(derived) && derived >= 0)
        assert.strictEqual(Seed.derive(seed, ...labels), derived)
        assert.notStrictEqual(Seed.derive(seed, ...labels, more), derived)
      })
    )
    assert.notStrictEqual(Seed.derive(1, "ab", "c"), Seed.derive(1, "a", "bc"))
    assert.notStrictEqual(Seed.derive(1, "1"), Seed.derive(1, 1))
  })
})
