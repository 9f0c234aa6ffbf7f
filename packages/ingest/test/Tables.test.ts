// What the stage writes beside the documents.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { collectText, prose } from "./corpus.ts"

describe("scores and ledger", () => {
  it.effect("hold every rule for every text, kept or dropped, and why it was dropped", () =>
    Effect.gen(function* () {
      const { documents, scores, ledger, attributes } = yield* collectText({
        "a.txt": prose(1),
        "b.txt": "too short\r\n"
      })
      assert.deepStrictEqual(
        scores.map(({ source, lang, kept, rule, bytes, chars }) => [source, lang, kept, rule, bytes, chars]),
        [
          ["a.txt", "en", true, "", prose(1).length, prose(1).length],
          ["b.txt", "und", false, "minChars", 9, 9]
        ]
      )
      assert.deepInclude(attributes.scores, { documents: 2, kept: 1 })
      // what is asked of every text has a value for every text
      for (const row of scores) {
        assert.isAbove(Object.values(row).filter((value) => Number.isFinite(value)).length, 35)
      }
      const id = scores.at(-1)?.id ?? ""
      assert.notStrictEqual(id, documents[0]?.id)
      const source = "b.txt"
      assert.deepStrictEqual(ledger, [
        {
          id,
          source,
          action: "repaired",
          rule: "line-endings",
          value: 1,
          threshold: 0,
          excerpt: "too short"
        },
        { id, source, action: "dropped", rule: "minChars", value: 9, threshold: 20, excerpt: "too short" }
      ])
      assert.deepStrictEqual(attributes.ledger, {
        read: 2,
        kept: 1,
        dropped: { minChars: 1 },
        repaired: { "line-endings": 1 }
      })
    })
  )

  it.effect("show 80 characters of a document, on one line", () =>
    Effect.gen(function* () {
      const { ledger } = yield* collectText({ "a.txt": prose(1), "b.txt": "😀\n".repeat(200) })
      assert.deepStrictEqual(
        ledger.map(({ rule, excerpt }) => [rule, excerpt]),
        [["minLetterRatio", "😀 ".repeat(40).trim()]]
      )
    })
  )
})
