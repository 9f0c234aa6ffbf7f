import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { scripts } from "../src/Characters.ts"
import { profile } from "../src/Profile.ts"

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      "é",
      "中",
      "𠀀",
      "😀",
      " ",
      "\n",
      "7",
      "\u0001",
      "ا",
      "か",
      "\uD800",
      "\uDC00"
    ),
    maxLength: 300
  })
)

describe("a profile", () => {
  it("counts what the regular expressions of Unicode count", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const found = profile(text)
        assert.strictEqual(found.chars, Array.from(text).length)
        assert.strictEqual(found.bytes, new TextEncoder().encode(text).length)
        assert.strictEqual(found.letters, count(text, /[\p{L}\p{M}]/gu))
        assert.strictEqual(found.digits, count(text, /\p{Nd}/gu))
        assert.strictEqual(found.spaces, count(text, /\s/gu))
        assert.strictEqual(found.controls, count(text, /[\p{Cc}--\s]/gv))
        assert.strictEqual(found.replacements, count(text, /[\uFFFD\p{Cs}]/gu))
        assert.strictEqual(found.words, text.trim() === "" ? 0 : text.trim().split(/\s+/u).length)
        assert.strictEqual(found.longestLine, Math.max(...text.split("\n").map((line) => line.length)))
        assert.strictEqual(found.han, count(text, /(?=[\p{L}\p{M}])\p{Script=Han}/gu))
        const latin = /[[\p{Script=Latin}&&[\p{L}\p{M}]]--[\u{10000}-\u{10FFFF}]]/gv
        assert.strictEqual(found.byScript[scripts.indexOf("Latn")], count(text, latin))
      }),
      { numRuns: 500 }
    )
  })

  it("sees a character that lies across two of its pieces", () => {
    for (const shift of [0, 1, 2, 3]) {
      const text = `${"x".repeat(2 ** 14 - shift)}𠀀中`
      assert.strictEqual(profile(text).han, 2)
      assert.strictEqual(profile(text).chars, 2 ** 14 - shift + 2)
    }
  })
})
