import { assert, describe, it } from "@effect/vitest"
import { Blocklist } from "../src/Blocklist.ts"

describe("a blocklist", () => {
  const list = new Blocklist(["bad", "Very Bad Word", "敏感", "敏感词", "naïve"])

  it.each([
    ["a bad one", 1],
    ["BAD, bad; Bad!", 3],
    ["badly embadded bad1 1bad", 0],
    ["a very bad word", 1],
    ["bad-bad", 2],
    ["这是敏感词汇，敏感", 2],
    ["很bad的", 1],
    ["NAÏVE", 1],
    ["", 0]
  ])("finds in %s: %d", (text, matches) => {
    assert.strictEqual(list.matches(text), matches)
  })

  it("is one entry a line, without remarks and empty lines", () => {
    assert.deepStrictEqual([...Blocklist.lines("# words\r\nbad\n\n 敏感 \n")], ["bad", "", " 敏感 ", ""])
    assert.isTrue(new Blocklist(Blocklist.lines("# none\n\n")).isEmpty)
  })
})
