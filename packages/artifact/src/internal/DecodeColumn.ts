// Plain columns to the JavaScript values of a kind's rows: a batch at a time, or many batches joined into one column.
import { isAscii, isUtf8 } from "node:buffer"
import type { ColumnType } from "../Column.ts"
import { isNumberType, type NumberArray, zeros } from "./Numbers.ts"
import type { Offsets, PlainColumn } from "./PlainColumn.ts"

/** Above this a batch is not turned into one string first: V8's strings end at 2^29 characters. */
const mostCharacters = 2 ** 28

/** Joins the batches of one column; `rows` are those of all batches together. */
export class ColumnValues {
  private readonly type: ColumnType
  private readonly rows: number
  private numbers: NumberArray | undefined
  private values: Array<unknown> = []
  private filled = 0

  constructor(type: ColumnType, rows: number) {
    this.type = type
    this.rows = rows
  }

  /** Gives what is wrong with the batch, or nothing. A number column that is one batch stays a view of it. */
  push(column: PlainColumn): string {
    if (column.shape === "numbers") {
      this.pushNumbers(column.values)
      return ""
    }
    if (column.shape === "bytes" && this.type === "utf8" && !isUtf8(used(column.offsets, column.bytes))) {
      return "is not valid UTF-8"
    }
    const values = decode(this.type, column)
    if (this.values.length === 0) this.values = values
    else for (const value of values) this.values.push(value)
    return ""
  }

  /** The whole column, as `Values` of its type. */
  done(): unknown {
    if (!isNumberType(this.type)) return this.values
    return this.numbers ?? zeros(this.type, 0)
  }

  private pushNumbers(values: NumberArray): void {
    if (!isNumberType(this.type)) return
    if (values.length === this.rows) this.numbers = values
    else {
      this.numbers ??= zeros(this.type, this.rows, values)
      this.numbers.set(values, this.filled)
    }
    this.filled += values.length
  }
}

const decode = (type: ColumnType, column: Exclude<PlainColumn, { shape: "numbers" }>): Array<unknown> => {
  if (column.shape === "bools") return Array.from(column.values, (bit) => bit === 1)
  const { offsets } = column
  if (column.shape === "lists") {
    return cut(offsets, (from, to) => Array.from(column.items.subarray(from, to)))
  }
  const { bytes } = column
  if (type === "binary") return cut(offsets, (from, to) => bytes.subarray(from, to))
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < mostCharacters && isAscii(bytes)) {
    // one string for all, then cheap slices of it: many times faster than decoding short values one by one
    const all = text.toString("latin1")
    return cut(offsets, (from, to) => all.slice(from, to))
  }
  return cut(offsets, (from, to) => text.toString("utf8", from, to))
}

const cut = <A>(offsets: Offsets, value: (from: number, to: number) => A): Array<A> =>
  Array.from({ length: offsets.length - 1 }, (_, row) => value(offsets[row] ?? 0, offsets[row + 1] ?? 0))

const used = (offsets: Offsets, bytes: Uint8Array): Uint8Array => bytes.subarray(offsets[0], offsets.at(-1))
