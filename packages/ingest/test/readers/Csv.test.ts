import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Schema } from "effect"
import fc from "fast-check"
import { type CsvRow, CsvRows } from "../../src/readers/CsvRows.ts"
import { brief, readsOf } from "./reading.ts"

const Golden = Schema.Array(
  Schema.Struct({
    delimiter: Schema.String,
    text: Schema.String,
    rows: Schema.Array(Schema.Array(Schema.String))
  })
)
const golden = Schema.decodeUnknownSync(Golden)(
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "golden", "readers", "csv.json"), "utf8"))
)

const rowsOf = (
  text: string,
  {
    delimiter = ",",
    sizes = [1000],
    limit = 1000
  }: {
    readonly delimiter?: string
    readonly sizes?: ReadonlyArray<number>
    readonly limit?: number
  } = {}
): ReadonlyArray<CsvRow> => {
  const rows = new CsvRows({ delimiter, quotes: true, limit })
  const all: Array<CsvRow> = []
  for (let from = 0, n = 0; from < text.length; n++) {
    const to = from + (sizes[n % sizes.length] ?? 1)
    all.push(...rows.push(text.slice(from, to)))
    from = to
  }
  return [...all, ...rows.end()]
}
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })

const quoted = (of: string) => `"${of.replaceAll('"', '""')}"`

describe("rows of CSV", () => {
  it.each(golden)("are those that Python's csv reads: $text", ({ delimiter, text, rows }) => {
    assert.deepStrictEqual(
      rowsOf(text, { delimiter }).map(({ fields }) => fields),
      rows
    )
    for (const size of [1, 2, 3]) {
      assert.deepStrictEqual(rowsOf(text, { delimiter, sizes: [size] }), rowsOf(text, { delimiter }))
    }
  })

  it("are those that csv-parse reads of any table that is written by the rules", () => {
    const value = fc.string({ unit: fc.constantFrom(...'ab,"\r\n 墨'.split("")), maxLength: 8 })
    const table = fc.array(fc.array(value, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n"), (rows, end) => {
        const text = rows.map((row) => row.map(quoted).join(",") + end).join("")
        const expected: unknown = parse(text, { record_delimiter: end })
        assert.deepStrictEqual(
          rowsOf(text).map(({ fields }) => fields),
          expected
        )
      })
    )
  })

  it("are the same wherever the text is cut, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'a,"\r\n'.split("")), maxLength: 25 }),
        sizes,
        (text, cuts) => {
          assert.deepStrictEqual(rowsOf(text, { sizes: cuts }), rowsOf(text))
        }
      )
    )
  })

  it("know the line on which they begin", () => {
    const text = 'a,b\r\n"one\r\ntwo",x\r\n\r\nlast,y\r"never\nclosed'
    assert.deepStrictEqual(
      rowsOf(text).map(({ line, unclosed }) => [line, unclosed]),
      [
        [1, undefined],
        [2, undefined],
        [5, undefined],
        [6, 6]
      ]
    )
  })

  it("longer than the limit are counted, whether of text or of nothing but commas", () => {
    const text = `a,b\n${"墨".repeat(3000)},x\n${",".repeat(4000)}\nc,d\n`
    const rows = rowsOf(text, { sizes: [500] })
    assert.deepStrictEqual(
      rows.map(({ tooLong }) => tooLong),
      [undefined, 3003, 4001, undefined]
    )
    assert.isTrue(rows.every(({ fields }) => fields.length <= 1001 && (fields[0] ?? "").length <= 1000))
  })
})

describe("a CSV file", () => {
  it("gives its columns by the names in its first row", async () => {
    const reads = await readsOf("a.csv", 'lang,text,text\nzh,"墨,\n水",second\n', {
      fields: { lang: "lang", title: "text_2" }
    })
    assert.deepStrictEqual(
      reads.map((one) => one.kind === "found" && [one.source, one.text, one.lang, one.title]),
      [["a.csv#1", "墨,\n水", "zh", "second"]]
    )
  })

  it("without a header has columns by number", async () => {
    const config = { csv: { header: false }, fields: { text: "2", id: "1" } }
    const reads = await readsOf("a.tsv", "7\tone\n8\ttwo\n", config)
    assert.deepStrictEqual(
      reads.map((one) => one.kind === "found" && [one.span, one.text]),
      [
        ["7", "one"],
        ["8", "two"]
      ]
    )
  })

  it("may have another delimiter, and quotes that mean nothing", async () => {
    const config = { csv: { delimiter: ";", quote: "none" } }
    assert.deepStrictEqual(brief(await readsOf("a.csv", 'id;text\n1;"a\n2;b, c\n', config)), ['"a', "b, c"])
  })

  it("names the rows that have too few or too many fields, by line and column", async () => {
    const text = 'id,text,lang\n1,"one\nline",en\n2,two\n3,three,en,4\n4,four,en\n5,"five'
    assert.deepStrictEqual(brief(await readsOf("a.csv", text)), [
      "one\nline",
      'line 4 has 2 fields, and none for "lang"',
      "line 5 has 4 fields, more than the 3 columns",
      "four",
      "line 7 has quotes that open on line 7 and never close"
    ])
  })

  it("without the column that is asked for says which it has", async () => {
    assert.deepStrictEqual(brief(await readsOf("a.csv", "id,body\n1,x\n")), [
      'line 2 has no field "text"; its fields are id, body'
    ])
  })
})
