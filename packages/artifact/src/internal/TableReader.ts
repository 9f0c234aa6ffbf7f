// Reads one Arrow IPC file, batch by batch: memory is that of a batch, whatever the file's size. Files of other writers are
// welcome: ZSTD, dictionaries, large offsets, as long as the columns mean what the kind says.
import { type FileHandle, open } from "node:fs/promises"
import { type RecordBatch, RecordBatchReader, type Schema } from "apache-arrow"
import { Result } from "effect"
import type { ColumnType } from "../Column.ts"
import { registerCodecs } from "./Codecs.ts"
import { ColumnValues } from "./DecodeColumn.ts"
import { fits, plain, type PlainColumn, typeOf } from "./PlainColumn.ts"

registerCodecs()

/** The file is not what it should be. Thrown inside the promises of this module, which its callers turn into typed errors. */
export class TableProblem extends Error {}

export type Columns = ReadonlyArray<readonly [name: string, type: ColumnType]>

export interface PlainBatch {
  readonly rows: number
  /** as asked for, in that order */
  readonly columns: ReadonlyArray<PlainColumn>
}

const reader = async (file: FileHandle) => {
  const opened = await RecordBatchReader.from(file)
  await opened.open()
  // a file too short to have a footer is taken for a stream
  if (!opened.isFile() || !opened.isAsync()) throw new TableProblem("is not an Arrow IPC file")
  return opened
}

const ensure = (schema: Schema, columns: Columns): void => {
  const asked = new Map(columns)
  for (const { name } of schema.fields) {
    if (!asked.has(name))
      throw new TableProblem(`column "${name}" is not one of ${[...asked.keys()].join(", ")}`)
  }
  for (const [name, type] of columns) {
    const field = schema.fields.find((field) => field.name === name)
    if (field === undefined) throw new TableProblem(`column "${name}" is missing`)
    if (!fits(type, field.type)) {
      throw new TableProblem(`column "${name}" should be ${type} but is ${String(field.type)}`)
    }
  }
}

/** The columns a file has, by its own schema. */
export const columnsOf = async (path: string): Promise<Columns> => {
  await using file = await open(path, "r")
  const { fields } = (await reader(file)).schema
  return fields.map(({ name, type }) => {
    const known = typeOf(type)
    if (known === undefined) throw new TableProblem(`column "${name}" is ${String(type)}, which no kind uses`)
    return [name, known]
  })
}

export async function* plainBatches(path: string, columns: Columns): AsyncGenerator<PlainBatch> {
  await using file = await open(path, "r")
  const batches = await reader(file)
  ensure(batches.schema, columns)
  for (let index = 0; index < batches.numRecordBatches; index++) {
    // Node aborts on a single read of 2 GiB or more
    if ((batches.footer?.getRecordBatch(index)?.bodyLength ?? 0) >= 2 ** 31 - 1) {
      throw new TableProblem(`batch ${index} has 2 GiB or more; write smaller ones`)
    }
    const batch = await batches.readRecordBatch(index)
    if (batch === null) throw new TableProblem(`batch ${index} is not where the footer says`)
    yield { rows: batch.numRows, columns: columns.map(([name, type]) => plainColumn(batch, name, type)) }
  }
}

const plainColumn = (batch: RecordBatch, name: string, type: ColumnType): PlainColumn => {
  const data = batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)]
  if (data === undefined) throw new TableProblem(`column "${name}" is missing`)
  const column = plain(type, data)
  if (Result.isFailure(column)) throw new TableProblem(`column "${name}" ${column.failure}`)
  return column.success
}

/** A whole table as JavaScript values; `rows` as artifact.json has them. */
export const readTable = async (
  path: string,
  columns: Columns,
  rows: number
): Promise<Readonly<Record<string, unknown>>> => {
  const joined = columns.map(([name, type]) => [name, new ColumnValues(type, rows)] as const)
  let read = 0
  for await (const batch of plainBatches(path, columns)) {
    read += batch.rows
    if (read > rows) break
    for (const [i, [name, values]] of joined.entries()) pushInto(values, batch.columns[i], name)
  }
  if (read !== rows)
    throw new TableProblem(
      `has ${read > rows ? "more than" : "only"} ${Math.min(read, rows)} rows, not ${rows}`
    )
  return Object.fromEntries(joined.map(([name, values]) => [name, values.done()]))
}

/** The same, one batch at a time. */
export async function* readBatches(
  path: string,
  columns: Columns
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const batch of plainBatches(path, columns)) {
    yield Object.fromEntries(
      columns.map(([name, type], i) => {
        const values = new ColumnValues(type, batch.rows)
        pushInto(values, batch.columns[i], name)
        return [name, values.done()]
      })
    )
  }
}

const pushInto = (values: ColumnValues, column: PlainColumn | undefined, name: string): void => {
  const problem = column === undefined ? "is missing" : values.push(column)
  if (problem !== "") throw new TableProblem(`column "${name}" ${problem}`)
}
