import { assert, it } from "@effect/vitest"
import { excerptOf } from "../src/index.ts"

it.each([
  ["one line", "  a\r\n\tb\u0000c\u3000 d\n", "a b c d"],
  ["eighty characters, wherever pairs of surrogates end", "𠀀".repeat(100), "𠀀".repeat(80)],
  ["nothing of white space alone", " \n ".repeat(100), ""]
])("an excerpt is %s", (_, text, expected) => {
  assert.strictEqual(excerptOf(text), expected)
})
