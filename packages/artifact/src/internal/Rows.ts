// Are these columns the rows of a table? Checked before anything is written or handed out.
import type { Data } from "apache-arrow"
import { Result } from "effect"
import type { Rows, TableSpec } from "../Kind.ts"
import { encode } from "./EncodeColumn.ts"
import { holds, isNumberType } from "./Numbers.ts"

/** Every column of the table in order as Arrow data of equal length, or what is wrong, naming the column. */
export const encodeRows = (
  spec: TableSpec,
  rows: Readonly<Record<string, unknown>>
): Result.Result<ReadonlyArray<Data>, string> => {
  const columns: Array<Data> = []
  const stray = Object.keys(rows).find((name) => !Object.hasOwn(spec, name))
  if (stray !== undefined)
    return Result.fail(`column "${stray}" is not one of ${Object.keys(spec).join(", ")}`)
  for (const [name, column] of Object.entries(spec)) {
    if (rows[name] === undefined) return Result.fail(`column "${name}" is missing`)
    const data = encode(column.type, rows[name])
    if (Result.isFailure(data)) return Result.fail(`column "${name}" ${data.failure}`)
    const first = columns[0]
    if (first !== undefined && first.length !== data.success.length) {
      return Result.fail(
        `column "${name}" has ${data.success.length} rows, but "${Object.keys(spec)[0]}" has ${first.length}`
      )
    }
    columns.push(data.success)
  }
  return Result.succeed(columns)
}

/** Has every column the array its type reads as? (Single strings were checked when they were decoded.) */
export const isRows = <Spec extends TableSpec>(spec: Spec, rows: unknown): rows is Rows<Spec> =>
  typeof rows === "object" &&
  rows !== null &&
  Object.entries(spec).every(([name, { type }]) => {
    const values: unknown = Reflect.get(rows, name)
    return isNumberType(type) ? holds(type, values) : Array.isArray(values)
  })
