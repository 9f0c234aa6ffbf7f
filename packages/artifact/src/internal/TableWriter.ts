// Writes one table as an Arrow IPC file, batch by batch: each batch is with the kernel before the next is taken, so a table
// of any size needs the memory of one batch. Digests are kept on the way; nothing is read back.
import { createHash } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import {
  AsyncByteQueue,
  type Data,
  type DataType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  util
} from "apache-arrow"
import { Result } from "effect"
import type { TableSpec } from "../Kind.ts"
import { ColumnHash } from "./ColumnHash.ts"
import type { FileDigest } from "../FileDigest.ts"
import { writeAll } from "./Disk.ts"
import { plain } from "./PlainColumn.ts"
import { describeTable, type TableContents } from "./TableContents.ts"

/** Keeps what Arrow's writer emits until it is taken: writing into the queue itself would never hold the producer back. */
class Pending extends AsyncByteQueue {
  private chunks: Array<Uint8Array> = []
  override write(value: Uint8Array | ArrayBufferView): void {
    if (value.byteLength > 0) {
      this.chunks.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    }
  }
  take(): ReadonlyArray<Uint8Array> {
    const chunks = this.chunks
    this.chunks = []
    return chunks
  }
}

export class TableWriter {
  private readonly path: string
  private readonly spec: TableSpec
  private readonly metadata: ReadonlyMap<string, string>
  private readonly hashes: ReadonlyMap<string, ColumnHash>
  private readonly byteHash = createHash("sha256")
  private readonly pending = new Pending()
  private readonly writer = new RecordBatchFileWriter()
  private schema: Schema | undefined
  private file: FileHandle | undefined
  private rows = 0
  private bytes = 0

  constructor(path: string, spec: TableSpec, metadata: ReadonlyMap<string, string>) {
    this.path = path
    this.spec = spec
    this.metadata = metadata
    this.hashes = new Map(
      Object.entries(spec).map(([name, { type }]) => [name, new ColumnHash(type === "token_id")])
    )
  }

  /** What keeps this batch out of the file, or nothing: token ids must keep the width they began with. */
  refuses(columns: ReadonlyArray<Data>): string {
    for (const [i, { name, type }] of (this.schema?.fields ?? []).entries()) {
      const given: DataType | undefined = columns[i]?.type
      if (given !== undefined && !util.compareTypes(given, type)) {
        return `column "${name}" began as ${String(type)}; keep to that in every batch`
      }
    }
    return ""
  }

  /** Adds one batch, as `encodeRows` made it. */
  async append(columns: ReadonlyArray<Data>): Promise<void> {
    const length = columns[0]?.length ?? 0
    if (length === 0) return
    const { file, schema } = await this.begin(columns)
    for (const [i, [name, { type }]] of Object.entries(this.spec).entries()) {
      const data = columns[i]
      if (data !== undefined) this.hashes.get(name)?.update(Result.getOrThrow(plain(type, data)))
    }
    const children = [...columns]
    const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children })
    this.writer.write(new RecordBatch(schema, data))
    await this.flush(file)
    this.rows += length
  }

  /** Writes the footer and waits until the disk has everything. */
  async finish(): Promise<{ readonly contents: TableContents; readonly file: FileDigest }> {
    const { file } = await this.begin([])
    this.writer.finish()
    await this.flush(file)
    await file.sync()
    await this.close()
    const contents = describeTable(this.spec, this.rows, this.hashes)
    return { contents, file: { bytes: this.bytes, sha256: this.byteHash.digest("hex") } }
  }

  /** Safe to repeat; a draft that is given up closes its files so. */
  async close(): Promise<void> {
    const file = this.file
    this.file = undefined
    await file?.close()
  }

  private async begin(columns: ReadonlyArray<Data>): Promise<{ file: FileHandle; schema: Schema }> {
    this.file ??= await open(this.path, "w")
    if (this.schema === undefined) {
      const fields = Object.entries(this.spec).map(
        ([name, column], i) => new Field(name, columns[i]?.type ?? column.arrow(), false)
      )
      this.schema = new Schema(fields, new Map(this.metadata))
      this.writer.reset(this.pending, this.schema)
    }
    return { file: this.file, schema: this.schema }
  }

  private async flush(file: FileHandle): Promise<void> {
    const chunks = this.pending.take()
    await writeAll(file, chunks)
    for (const chunk of chunks) {
      this.byteHash.update(chunk)
      this.bytes += chunk.byteLength
    }
  }
}
