// Arrow files and streams that others wrote: any columns, nulls, dictionaries, lists and structs, packed buffers. For those who read data
// from outside; artifacts have kinds and are read with `Store`.
import {
  type Data,
  DataType,
  MapRow,
  type RecordBatch,
  RecordBatchReader,
  StructRow,
  Type,
  Vector
} from "apache-arrow"
import { arrowMessages } from "./internal/ArrowMessages.ts"
import { registerCodecs } from "./internal/Codecs.ts"
import { astray, offsetsOf } from "./internal/PlainColumn.ts"

registerCodecs()

/** Most rows of a batch that are taken for real. */
const mostRows = 2 ** 24
const rowsAtOnce = 1024

export interface ForeignOptions {
  /** which of the columns are wanted, by their names; what it throws comes through */
  readonly pick: (names: ReadonlyArray<string>) => ReadonlyArray<string>
  /** most bytes of a record batch */
  readonly maxBatchBytes: number
  /** so many bytes from the end of the file: where some files have their schema */
  readonly tail: (bytes: number) => Promise<Uint8Array>
}

/**
 * Rows with the columns that were picked, a thousand at a time. Values are those of JSON, with bigint for 64-bit integers and bytes for binary
 * columns. Rejects with an `Error` whose message goes on after the name of the file, where the data is not what it claims to be.
 */
export async function* rows(
  chunks: AsyncIterable<Uint8Array>,
  { pick, maxBatchBytes, tail }: ForeignOptions
): AsyncGenerator<ReadonlyArray<Readonly<Record<string, unknown>>>> {
  const messages = arrowMessages(chunks, { maxBytes: maxBatchBytes, tail })
  try {
    const reader = await RecordBatchReader.from(messages)
    await reader.open()
    // absent where the first message is no schema, whatever the type says
    const { schema }: { readonly schema?: typeof reader.schema } = reader
    if (schema === undefined) throw new Error("is no Arrow data: it has no schema")
    const names = schema.fields.map(({ name }) => name)
    const picked = pick(names)
    for await (const batch of reader) yield* batchRows(batch, names, picked)
  } finally {
    await messages.return(undefined)
  }
}

function* batchRows(
  { data, numRows }: RecordBatch,
  names: ReadonlyArray<string>,
  picked: ReadonlyArray<string>
): Generator<ReadonlyArray<Readonly<Record<string, unknown>>>> {
  if (!(numRows <= mostRows)) throw new Error(`has a batch of ${numRows} rows`)
  const columns = picked.map((name) => {
    const column = data.children[names.indexOf(name)]
    const problem = column === undefined ? "is missing" : unsound(column, numRows)
    if (column === undefined || problem !== "") throw new Error(`has a column "${name}" that ${problem}`)
    return { name, values: new Vector([column]) }
  })
  for (let from = 0; from < numRows; from += rowsAtOnce) {
    yield Array.from({ length: Math.min(rowsAtOnce, numRows - from) }, (_, i) =>
      Object.fromEntries(columns.map(({ name, values }) => [name, plainValue(values.get(from + i))]))
    )
  }
}

/** What keeps the values from being read, or nothing: a type we do not read, or buffers that are shorter than they should be. */
const unsound = (data: Data, rows: number): string => {
  const { type } = data
  if (data.length < rows || data.offset !== 0) return "has fewer values than there are rows"
  if (DataType.isNull(type)) return ""
  if (DataType.isDictionary(type)) {
    if (data.dictionary === undefined) return "has no dictionary"
    if (data.values.length < rows) return "is cut off"
    for (const chunk of data.dictionary.data) {
      const problem = unsound(chunk, chunk.length)
      if (problem !== "") return problem
    }
    return ""
  }
  if (DataType.isStruct(type)) return anyUnsound(data, rows)
  if (DataType.isFixedSizeList(type)) return anyUnsound(data, rows * type.listSize)
  const isList = DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)
  const isBytes = DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBinary(type)
  if (isList || isBytes || DataType.isLargeBinary(type)) {
    const offsets = offsetsOf(data)
    if (offsets.length <= rows) return "is cut off"
    const end = isList ? (data.children[0]?.length ?? 0) : (data.values?.length ?? 0)
    return astray(offsets, end) || (isList ? anyUnsound(data, end) : "")
  }
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
    return data.values.length < 16 * rows ? "is cut off" : ""
  }
  if (DataType.isBool(type)) return data.values.length * 8 < rows ? "is cut off" : ""
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type) || DataType.isDate(type)) {
    return data.values.length < rows ? "is cut off" : ""
  }
  return `is of type ${Type[data.typeId]}, which is not read`
}

const anyUnsound = (data: Data, rows: number): string => {
  for (const child of data.children) {
    const problem = unsound(child, rows)
    if (problem !== "") return problem
  }
  return ""
}

/** Vectors to arrays, rows of structs to objects, all the way down. */
const plainValue = (value: unknown): unknown => {
  if (value instanceof Vector) return Array.from(value, plainValue)
  if (!(value instanceof StructRow || value instanceof MapRow)) return value
  const fields: Readonly<Record<string, unknown>> = value.toJSON()
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, plainValue(one)]))
}
