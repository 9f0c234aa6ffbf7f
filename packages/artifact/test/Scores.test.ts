// The wide table of scores, and the long one of version 1.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Column, Kind, scoreColumns, Scores, Store } from "../src/index.ts"
import { withStore } from "./support/TempStore.ts"

const Long = Kind.define({
  name: "scores",
  version: 1,
  tables: { scores: { id: Column.utf8, rule: Column.utf8, value: Column.float64 } },
  attributes: Schema.Struct({ rules: Schema.Array(Schema.String) })
})

describe("scores", () => {
  it.effect("of version 1 become one row a document, with NaN where a rule said nothing", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Long)
        yield* draft.append("scores", {
          id: ["a", "a", "a", "b", "b"],
          rule: ["chars", "bytes", "letterRatio", "chars", "meanWordChars"],
          value: Float64Array.of(10, 12, 0.5, 7, 4.25)
        })
        yield* draft.describe({ rules: ["chars", "bytes", "letterRatio", "meanWordChars"] })
        const { digest } = yield* store.seal(draft)
        const opened = yield* store.open(Scores, digest)
        const rows = yield* opened.read("scores")
        assert.deepStrictEqual(rows.id, ["a", "b"])
        assert.deepStrictEqual(rows.kept, [true, true])
        assert.deepStrictEqual(rows.bytes, Uint32Array.of(12, 0))
        assert.deepStrictEqual(rows.chars, Float32Array.of(10, 7))
        assert.deepStrictEqual(rows.letter_ratio, Float32Array.of(0.5, Number.NaN))
        assert.deepStrictEqual(rows.mean_word_chars, Float32Array.of(Number.NaN, 4.25))
        assert.deepStrictEqual(opened.attributes, { documents: 2, kept: 2, cuts: "" })
      })
    )
  )

  it("have a column for every rule, in names of small letters", () => {
    assert.strictEqual(new Set(scoreColumns).size, scoreColumns.length)
    for (const column of scoreColumns) {
      assert.match(column, /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/u)
      assert.strictEqual(Scores.tables.scores[column].type, "float32")
    }
  })
})
