import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Damage } from "../../src/readers/Format.ts"
import { type JsonPiece, JsonValues } from "../../src/readers/JsonValues.ts"
import { brief, readsOf } from "./reading.ts"

/** The pieces of a text that comes in chunks of these lengths, again and again. */
const cut = (text: string, lengths: ReadonlyArray<number>, limit = 1000): ReadonlyArray<JsonPiece> => {
  const values = new JsonValues(limit)
  const pieces: Array<JsonPiece> = []
  for (let from = 0, n = 0; from < text.length; n++) {
    const to = from + (lengths[n % lengths.length] ?? 1)
    pieces.push(...values.push(text.slice(from, to)))
    from = to
  }
  return [...pieces, ...values.end()]
}
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })

describe("JSON", () => {
  it.each([
    ["an array", '[{"text":"one"}, {"text":"two, [with] \\"all\\" {of} it"}]'],
    [
      "an array over several lines",
      '\uFEFF[\n  {\n    "text": "one"\n  },\n  { "text": "two, [with] \\"all\\" {of} it" }\n]\n'
    ],
    ["records one after the other", '{"text":"one"}\n{"text":"two, [with] \\"all\\" {of} it"}'],
    ["arrays one after the other", '[{"text":"one"}][][{"text":"two, [with] \\"all\\" {of} it"}]']
  ])("may be %s", async (_, text) => {
    assert.deepStrictEqual(brief(await readsOf("a.json", text)), ["one", 'two, [with] "all" {of} it'])
  })

  it("may be one record, or none", async () => {
    assert.deepStrictEqual(brief(await readsOf("a.json", '{"text":"one"}')), ["one"])
    assert.deepStrictEqual(brief(await readsOf("a.json", "[ ]")), [])
    assert.deepStrictEqual(brief(await readsOf("a.json", "")), [])
  })

  it("is known by its beginning where the name says nothing", async () => {
    assert.deepStrictEqual(brief(await readsOf("dump", '[\n {"text":"one"}]')), ["one"])
    assert.deepStrictEqual(brief(await readsOf("dump.1", '{"text":"one"}\n{"text":"two"}\n')), ["one", "two"])
    assert.deepStrictEqual(brief(await readsOf("notes", "[1] a footnote")), ["[1] a footnote"])
  })

  it("gives the same values wherever its text is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
        lengths,
        fc.boolean(),
        (values, sizes, pretty) => {
          const text = JSON.stringify(values, undefined, pretty ? 2 : 0)
          assert.deepStrictEqual(
            cut(text, sizes).map((piece) => JSON.parse(piece.text)),
            JSON.parse(text)
          )
        }
      )
    )
  })

  it("that is any text at all ends in values or in a problem with a place", () => {
    const unit = fc.constantFrom(...'[]{},:"\\ \n1at'.split(""))
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), lengths, (text, sizes) => {
        const whole = outcome(text, [1000])
        assert.deepStrictEqual(outcome(text, sizes), whole)
      })
    )
  })

  it("counts a value that is too long to hold", () => {
    const long = JSON.stringify({ text: "墨".repeat(5000) })
    const pieces = cut(`[{"a":1},${long},{"b":2}]`, [700])
    assert.deepStrictEqual(
      pieces.map(({ tooLong, at }) => [tooLong, at]),
      [
        [undefined, 1],
        [long.length, 2],
        [undefined, 3]
      ]
    )
    assert.strictEqual(pieces[1]?.text.length, 1000)
  })

  it.each([
    ['[{"text":"one"}, {"text":"tw', "record 2 is cut off by the end of the file"],
    ['[{"text":"one"},', "record 2 never comes: the array is cut off by the end of the file"],
    ['[{"text":"one"} {"text":"two"}]', "record 2 should come after a comma"],
    ['[{"text":"one"},]', 'record 2 should begin where "]" stands'],
    ['{"text":"one"}}', 'record 2 should begin where "}" stands']
  ])("keeps what comes before the damage in %s", async (text, problem) => {
    assert.deepStrictEqual(brief(await readsOf("a.json", text)), ["one", problem])
  })

  it("names a record that is no object, or not JSON inside", async () => {
    assert.deepStrictEqual(brief(await readsOf("a.json", '[7, {"text" "one"}, {"text":"two"}]')), [
      "record 1 is JSON, but no object",
      "record 2 is not JSON",
      "two"
    ])
  })
})

const outcome = (text: string, sizes: ReadonlyArray<number>): unknown => {
  try {
    return cut(text, sizes)
  } catch (problem) {
    assert.instanceOf(problem, Damage)
    return problem.message
  }
}
