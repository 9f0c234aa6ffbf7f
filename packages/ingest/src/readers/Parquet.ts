// Parquet, row group by row group and page by page, of the columns that are asked for only.
import type { ColumnMetaData, FileMetaData, RowGroup, SchemaTree } from "hyparquet"
import { asDamage, Damage } from "./Format.ts"
import type { RandomAccess } from "./Input.ts"
import { columnsFor, type Fields, type Row, rowFormat, type RowSettings } from "./Records.ts"
import { Refusal } from "./Refusal.ts"

/** Most values of a row group that are taken for real; writers make groups of up to 2^20 rows. */
const maxValues = 2 ** 24
/** Rows that are given at once. */
const rowsAtOnce = 1024
const magic = "PAR1"

export const parquet = rowFormat({
  extensions: [".parquet"],
  media: ["application/vnd.apache.parquet"],
  recognises: (head) => Buffer.from(head.subarray(0, 4)).toString("latin1") === magic,
  rows: async function* (input, settings) {
    const file = await input.open(settings.limits.wholeBytes)
    try {
      yield* rowsOf(file, settings)
    } finally {
      await file.close()
    }
  }
})

async function* rowsOf(file: RandomAccess, settings: RowSettings): AsyncGenerator<ReadonlyArray<Row>> {
  // loaded here: most pipelines read no Parquet
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet")
  const { metadata, schema } = await parquetMetadataAsync(bufferOf(file, settings)).then(
    (metadata) => ({ metadata, schema: parquetSchema(metadata) }),
    (problem: unknown) => {
      throw asDamage(problem, "footer", file.bytes)
    }
  )
  const names = schema.children.map(({ element }) => element.name)
  const columns = schema.children.filter(({ element }) =>
    columnsFor(settings.paths, names).includes(element.name)
  )
  let before = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows)
    const place = `row group ${index + 1}`
    if (!(rows >= 0 && rows <= maxValues)) {
      throw new Refusal("row-group-rows", { value: rows, threshold: maxValues })
    }
    const source = { file, metadata, group, columns, before, rows, settings }
    const read = columns.every(isFlat) ? flatRows(source) : nestedRows(source)
    try {
      for await (const fields of read) {
        const first = before + 1
        yield fields.map((one, i) => ({ kind: "row", unit: "row", at: first + i, fields: one }))
        before += fields.length
      }
    } catch (problem) {
      throw asDamage(problem, place, index + 1)
    }
  }
}

interface Source {
  readonly file: RandomAccess
  readonly metadata: FileMetaData
  readonly group: RowGroup
  readonly columns: ReadonlyArray<SchemaTree>
  /** rows of the groups before this one, and of this one */
  readonly before: number
  readonly rows: number
  readonly settings: RowSettings
}

const isFlat = ({ children, element }: SchemaTree): boolean =>
  children.length === 0 && element.repetition_type !== "REPEATED"

/** Columns side by side, each a page at a time: no more is held, however large the row group. */
async function* flatRows(source: Source): AsyncGenerator<ReadonlyArray<Fields>> {
  const { columns, rows, group } = source
  const cursors = columns.map((column) => {
    const [meta] = chunksOf(group, column)
    if (meta === undefined) throw missing(column)
    return { name: column.element.name, values: valuesOf(source, column, meta), page: noValues, at: 0 }
  })
  for (let done = 0; done < rows;) {
    let step = Math.min(rowsAtOnce, rows - done)
    for (const cursor of cursors) {
      while (cursor.at >= cursor.page.length) {
        const next = await cursor.values.next()
        if (next.done === true) throw missing({ element: { name: cursor.name } })
        cursor.page = next.value
        cursor.at = 0
      }
      step = Math.min(step, cursor.page.length - cursor.at)
    }
    yield Array.from({ length: step }, (_, i) =>
      Object.fromEntries(cursors.map(({ name, page, at }) => [name, page[at + i]]))
    )
    for (const cursor of cursors) cursor.at += step
    done += step
  }
}

const noValues: ArrayLike<unknown> = []
const missing = ({ element }: { readonly element: { readonly name: string } }): Damage =>
  new Damage({ place: `column "${element.name}"`, at: 0, problem: "has fewer values than there are rows" })

/** Chunks of the leaves below a column. */
const chunksOf = (group: RowGroup, { element }: SchemaTree): ReadonlyArray<ColumnMetaData> =>
  group.columns.flatMap(({ meta_data }) => (meta_data?.path_in_schema[0] === element.name ? [meta_data] : []))

async function* valuesOf(
  { file, rows, settings }: Source,
  { element, path }: SchemaTree,
  meta: ColumnMetaData
): AsyncGenerator<ArrayLike<unknown>> {
  const [{ readPage }, { convert, DEFAULT_PARSERS }, { pagesOf }] = await Promise.all([
    import("hyparquet/src/column.js"),
    import("hyparquet/src/convert.js"),
    import("./ParquetPages.ts")
  ])
  const root: SchemaTree = { children: [], count: 0, element: { name: "" }, path: [] }
  const decoder: Parameters<typeof readPage>[2] = {
    pathInSchema: path,
    schemaPath: [root, { children: [], count: 0, element, path }],
    element,
    type: meta.type,
    codec: "UNCOMPRESSED",
    parsers: DEFAULT_PARSERS
  }
  const levelBits = [0, element.repetition_type === "REQUIRED" ? 0 : 1] as const
  let dictionary: ReturnType<typeof convert> | undefined
  const chunk = { meta, levelBits, maxValues: rows, maxBytes: settings.limits.wholeBytes }
  for await (const { header, bytes } of pagesOf(file, chunk)) {
    const reader = { view: new DataView(bytes.buffer), offset: 0 }
    const { data } = readPage(reader, header, decoder, dictionary, undefined, 0)
    if (data === undefined) continue
    if (header.type === "DICTIONARY_PAGE") dictionary = convert(data, decoder)
    else yield data
  }
}

/** Lists and structs, whose values lie in several columns: a row group at once, after all its pages were checked. */
async function* nestedRows(source: Source): AsyncGenerator<ReadonlyArray<Fields>> {
  const { file, metadata, group, columns, before, rows, settings } = source
  const [{ parquetReadObjects }, { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath }, pages] =
    await Promise.all([import("hyparquet"), import("hyparquet/src/schema.js"), import("./ParquetPages.ts")])
  const { wholeBytes } = settings.limits
  let bytes = 0
  for (const column of columns) {
    for (const meta of chunksOf(group, column)) {
      const path = getSchemaPath(metadata.schema, meta.path_in_schema)
      const levelBits = [bitsOf(getMaxRepetitionLevel(path)), bitsOf(getMaxDefinitionLevel(path))] as const
      const chunk = { meta, levelBits, maxValues, maxBytes: wholeBytes }
      for await (const page of pages.pagesOf(file, chunk)) {
        bytes += page.bytes.length
        if (bytes > wholeBytes) throw new Refusal("row-group-bytes", { value: bytes, threshold: wholeBytes })
      }
    }
  }
  const all = await parquetReadObjects({
    file: bufferOf(file, settings),
    metadata,
    columns: columns.map(({ element }) => element.name),
    rowStart: before,
    rowEnd: before + rows,
    compressors: pages.compressors
  })
  for (let from = 0; from < all.length; from += rowsAtOnce) yield all.slice(from, from + rowsAtOnce)
}

const bitsOf = (most: number): number => (most === 0 ? 0 : 32 - Math.clz32(most))

/** The file as the library asks for it. It believes the file's own lengths, so they are checked here. */
const bufferOf = (file: RandomAccess, { limits }: RowSettings) => ({
  byteLength: file.bytes,
  slice: async (from: number, to: number = file.bytes): Promise<ArrayBuffer> => {
    if (!(from >= 0 && from <= to && to <= file.bytes)) {
      throw new Damage({ place: `bytes ${from} to ${to}`, at: 0, problem: "lie outside the file" })
    }
    if (to - from > limits.wholeBytes) {
      throw new Refusal("too-big-to-hold", { value: to - from, threshold: limits.wholeBytes })
    }
    const bytes = await file.slice(from, to)
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  }
})
