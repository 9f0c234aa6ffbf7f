// Rows of comma- or tab-separated text, with named columns.
import { CsvRows, type CsvRow } from "./CsvRows.ts"
import { type RowFormat, type RowItem, rowFormat, type RowSettings } from "./Records.ts"
import { texts } from "./Texts.ts"

const unit = "line"

const separated = (about: {
  readonly extensions: ReadonlyArray<string>
  readonly media: ReadonlyArray<string>
  readonly delimiter: string
}): RowFormat =>
  rowFormat({
    ...about,
    rows: async function* (input, settings) {
      const { csv, maxChars: limit } = settings
      const rows = new CsvRows({
        delimiter: csv.delimiter ?? about.delimiter,
        quotes: csv.quote === "double",
        limit
      })
      const table = new Table(settings)
      for await (const text of texts(input, settings)) yield rows.push(text).flatMap((row) => table.from(row))
      yield rows.end().flatMap((row) => table.from(row))
    }
  })

export const csv = separated({ extensions: [".csv"], media: ["text/csv"], delimiter: "," })
export const tsv = separated({
  extensions: [".tsv", ".tab"],
  media: ["text/tab-separated-values"],
  delimiter: "\t"
})

/** Gives each row the names of the columns. */
class Table {
  readonly #hasHeader: boolean
  #names: ReadonlyArray<string> | undefined

  constructor({ csv }: RowSettings) {
    this.#hasHeader = csv.header
  }

  from(row: CsvRow): ReadonlyArray<RowItem> {
    const { fields, line: at, tooLong, unclosed } = row
    const text = fields.join(" ")
    if (unclosed !== undefined) {
      const problem = `has quotes that open on line ${unclosed} and never close`
      return [{ kind: "bad", unit, at, problem, text: text.slice(0, shownChars) }]
    }
    if (tooLong !== undefined) {
      return [{ kind: "long", unit, at, chars: tooLong, text: text.slice(0, shownChars) }]
    }
    if (this.#names === undefined) {
      this.#names = this.#hasHeader ? distinct(fields) : fields.map((_, i) => (i + 1).toString())
      if (this.#hasHeader) return []
    }
    const names = this.#names
    if (fields.length !== names.length) {
      const missing = names[fields.length]
      const what =
        missing === undefined ? `more than the ${names.length} columns` : `and none for "${missing}"`
      return [{ kind: "bad", unit, at, problem: `has ${fields.length} fields, ${what}`, text }]
    }
    return [
      { kind: "row", unit, at, fields: Object.fromEntries(fields.map((value, i) => [names[i] ?? "", value])) }
    ]
  }
}

const shownChars = 400

/** The second column of a name is called `name_2`. */
const distinct = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}_${count}`
  })
}
