// What a table says, in short: its rows and the digest of every column that counts.
import { Schema } from "effect"
import type { TableSpec } from "../Kind.ts"
import type { ColumnHash } from "./ColumnHash.ts"

export const TableContents = Schema.Struct({
  rows: Schema.Int,
  /** in declared order, measured ones left out */
  columns: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      type: Schema.String,
      lengths: Schema.optionalKey(Schema.String),
      values: Schema.String
    })
  )
})
export type TableContents = typeof TableContents.Type

/** Ends the hashes. */
export const describeTable = (
  spec: TableSpec,
  rows: number,
  hashes: ReadonlyMap<string, ColumnHash>
): TableContents => ({
  rows,
  columns: Object.entries(spec).flatMap(([name, { type, volatile }]) => {
    const hash = hashes.get(name)
    if (volatile || hash === undefined) return []
    return [{ name, type, ...hash.digest(["utf8", "binary", "list<int32>"].includes(type)) }]
  })
})
