import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Cutter } from "../src/readers/Cutter.ts"
import type { Split } from "../src/IngestConfig.ts"

const cutUp = (split: Split, chunks: ReadonlyArray<string>, limit = 1000) => {
  const cutter = new Cutter(split, limit)
  const pieces = chunks.flatMap((chunk) => cutter.push(chunk))
  return [...pieces, ...cutter.end()]
}
const texts = (split: Split, text: string) => cutUp(split, [text]).map((piece) => piece.text)
const splits: ReadonlyArray<Split> = ["whole", "lines", "blank-lines", { heading: "^a" }]

const visible = (text: string) => text.replace(/\s/gu, "")

describe("a file is cut", () => {
  it("not at all", () => {
    assert.deepStrictEqual(texts("whole", "a\n\nb"), ["a\n\nb"])
    assert.deepStrictEqual(texts("whole", ""), [""])
  })
  it("into lines, whatever ends them", () => {
    assert.deepStrictEqual(texts("lines", "a\r\nb\n\n \nc\rd"), ["a\r\n", "b\n", "c\r", "d"])
  })
  it("at blank lines", () => {
    assert.deepStrictEqual(
      texts("blank-lines", "\none\ntwo\n\n \nthree\n").map((piece) => piece.trim()),
      ["one\ntwo", "three"]
    )
  })
  it("before each heading, with what stands above the first", () => {
    assert.deepStrictEqual(texts({ heading: "^CHAPTER \\d+\\.$" }, "title\nCHAPTER 1.\nx\nCHAPTER 2.\r\ny"), [
      "title\n",
      "CHAPTER 1.\nx\n",
      "CHAPTER 2.\r\ny"
    ])
  })
  it("with the line on which each piece begins", () => {
    assert.deepStrictEqual(
      cutUp("lines", ["a\n", "\n\r", "\nb"]).map((piece) => piece.line),
      [1, 4]
    )
  })

  const pieces = fc.array(
    fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "\r", "😀"), maxLength: 12 }),
    { maxLength: 12 }
  )
  it("in the same places wherever the chunks end", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...splits),
        pieces,
        fc.integer({ min: 1, max: 12 }),
        (split, chunks, limit) => {
          assert.deepStrictEqual(cutUp(split, chunks, limit), cutUp(split, [chunks.join("")], limit))
        }
      ),
      { numRuns: 1000 }
    )
  })
  it("without losing anything visible", () => {
    fc.assert(
      fc.property(fc.constantFrom(...splits), pieces, (split, chunks) => {
        const all = cutUp(split, chunks).map((piece) => piece.text)
        assert.strictEqual(visible(all.join("")), visible(chunks.join("")))
      }),
      { numRuns: 500 }
    )
  })
})

describe("a piece that is too long", () => {
  it("is counted in code points and kept as an excerpt", () => {
    for (const split of splits) {
      const [piece, ...rest] = cutUp(
        split,
        Array.from({ length: 500 }, () => "b😀cd"),
        1500
      )
      assert.deepStrictEqual(rest, [])
      assert.strictEqual(piece?.tooLong, 2000)
      assert.isAtMost(piece?.text.length ?? 0, 1000)
      assert.isTrue(piece?.text.startsWith("b😀cd"))
    }
  })
  it("does not keep the next one from being read", () => {
    assert.deepStrictEqual(
      cutUp("lines", ["long long long", " long\nshort\n"], 10).map(({ text, tooLong }) => [
        text.trim(),
        tooLong
      ]),
      [
        ["long long long long", 20],
        ["short", undefined]
      ]
    )
  })
  it("may be exactly as long as the limit", () => {
    assert.deepStrictEqual(cutUp("whole", ["12345", "67890"], 10), [
      { text: "1234567890", tooLong: undefined, line: 1 }
    ])
  })
})
