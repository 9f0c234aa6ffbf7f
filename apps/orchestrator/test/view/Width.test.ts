import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Width from "../../src/view/Width.ts"

describe("the width of text", () => {
  it.each([
    ["gpt", 3],
    ["论语", 4],
    ["𠀀", 2],
    ["かな", 4],
    ["한글", 4],
    ["，。", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["📖", 2],
    ["█░⠋✓", 4],
    ["", 0]
  ])("%s takes %i columns", (text, columns) => {
    expect(Width.of(text)).toBe(columns)
  })

  it("is kept to by a clipped text, which is the longest beginning that fits", () => {
    const text = fc.array(fc.constantFrom("a", "学", "é", "📖", " ")).map((all) => all.join(""))
    fc.assert(
      fc.property(text, fc.nat({ max: 20 }), (whole, columns) => {
        const clipped = Width.clip(whole, columns)
        expect(whole.startsWith(clipped)).toBe(true)
        expect(Width.of(clipped)).toBeLessThanOrEqual(columns)
        const more = Array.from(whole).slice(0, Array.from(clipped).length + 1)
        expect(clipped === whole || Width.of(more.join("")) > columns).toBe(true)
      })
    )
  })

  it("does not cut a Han character in half", () => {
    expect(Width.clip("学而时习之", 5)).toBe("学而")
    expect(Width.clip("𠀀𠀀", 3)).toBe("𠀀")
  })

  it("is filled up with spaces, never cut", () => {
    expect(Width.pad("论语", 6)).toBe("论语  ")
    expect(Width.pad("a long name", 3)).toBe("a long name")
  })
})
