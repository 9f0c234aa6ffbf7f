import { describe, expect, it } from "vitest"
import { table } from "../src/Table.ts"

describe("a table", () => {
  it("aligns its columns under a rule, Han characters counted as two, without spaces at the ends", () => {
    expect(
      table([
        ["model", "bits per byte"],
        ["论语", "2.1"],
        ["gpt[preset=nano]", "3"]
      ])
    ).toBe(
      [
        "model             bits per byte",
        "────────────────  ─────────────",
        "论语              2.1",
        "gpt[preset=nano]  3"
      ].join("\n")
    )
  })

  it("of no rows is empty, and a short row is no mistake", () => {
    expect(table([])).toBe("")
    expect(table([["a", "b"], ["1"]])).toBe("a  b\n─  ─\n1")
  })
})
