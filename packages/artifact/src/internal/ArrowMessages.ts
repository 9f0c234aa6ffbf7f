// Arrow IPC data of unknown origin as a stream of whole messages, each looked at before Arrow's reader sees it: that reader takes for
// granted that lengths are true, and would take all memory for a changed one.
import { Message } from "apache-arrow"
import { Footer } from "apache-arrow/ipc/metadata/file"
import { FlatTable } from "./FlatTable.ts"

const fileMagic = "ARROW1"
const continuation = 0xffff_ffff
/** a schema of a hundred thousand columns */
const mostMetadata = 2 ** 25
/** types inside of types */
const deepest = 64

export interface MessageOptions {
  /** most bytes of a body */
  readonly maxBytes: number
  /** so many bytes from the end of the file */
  readonly tail: (bytes: number) => Promise<Uint8Array>
}

/**
 * Messages as they lie in a stream, each as one chunk. In a file they lie the same way between two magic words; some writers leave its
 * schema out there, because the footer has one. Throws where a message is cut off, too long, or not sound.
 */
export async function* arrowMessages(
  chunks: AsyncIterable<Uint8Array>,
  options: MessageOptions
): AsyncGenerator<Uint8Array> {
  const source = new Source(chunks)
  try {
    const start = await source.peek(8)
    const isFile = Buffer.from(start).toString("latin1").startsWith(fileMagic)
    if (isFile) await source.take(8)
    for (let isFirst = true; ; isFirst = false) {
      const message = await nextMessage(source, options.maxBytes)
      if (message === undefined) return
      if (isFirst && isFile && !message.isSchema) yield framed(await schemaAtEnd(options), emptyBody)
      yield message.bytes
    }
  } finally {
    await source.close()
  }
}

const emptyBody = new Uint8Array(0)

/** A message with the word and the length before it. */
const framed = (metadata: Uint8Array, body: Uint8Array): Uint8Array => {
  const padded = Math.ceil(metadata.length / 8) * 8
  const bytes = new Uint8Array(8 + padded + body.length)
  const head = new DataView(bytes.buffer)
  head.setUint32(0, continuation, true)
  head.setUint32(4, padded, true)
  bytes.set(metadata, 8)
  bytes.set(body, 8 + padded)
  return bytes
}

/** The schema of the footer, as a message: the file ends with the footer, its length and the magic word. */
const schemaAtEnd = async ({ tail }: MessageOptions): Promise<Uint8Array> => {
  const end = await tail(10)
  const length = end.length === 10 ? new DataView(end.buffer, end.byteOffset).getInt32(0, true) : 0
  if (!(length > 0 && length <= mostMetadata)) throw new Error("has no footer")
  const footer = (await tail(length + 10)).subarray(0, length)
  const table = FlatTable.root(footer)
  const count = new Counter(length)
  count.lists(table, 2, 3)
  count.schema(table.table(1))
  return Message.encode(Message.from(Footer.decode(footer).schema))
}

const nextMessage = async (source: Source, mostBytes: number) => {
  if ((await source.peek(4)).length === 0) return undefined
  const first = await source.word()
  // before Arrow 0.15 the length came without a word before it
  const length = first === continuation ? await source.word() : first
  if (length === 0) return undefined
  if (length > mostMetadata) throw new Error(`has a message head of ${length} bytes`)
  const metadata = await source.take(length)
  const body = ensure(metadata)
  if (!(body >= 0 && body <= mostBytes)) {
    throw new Error(`has a batch of ${body} bytes, where at most ${mostBytes} may be held`)
  }
  const isSchema = FlatTable.root(metadata).byte(1) === schemaType
  return { bytes: framed(metadata, await source.take(body)), isSchema }
}

/** Of the types of a message. */
const schemaType = 1

/** Gives the bytes of the body. The numbers are those of fields in Message.fbs and Schema.fbs of Arrow's format. */
const ensure = (metadata: Uint8Array): number => {
  const message = FlatTable.root(metadata)
  const count = new Counter(metadata.length)
  const header = message.table(2)
  if (header === undefined) throw new Error("has a message without content")
  count.lists(message, 4)
  switch (message.byte(1)) {
    case schemaType:
      count.schema(header)
      break
    case 2: // dictionary
      count.batch(header.table(1))
      break
    case 3: // record batch
      count.batch(header)
      break
    default:
      throw new Error("has a message that is neither schema nor batch")
  }
  return message.long(3)
}

/** Each element of a list takes at least a byte, so that all lists together have no more elements than there are bytes. */
class Counter {
  #left: number
  constructor(bytes: number) {
    this.#left = bytes
  }
  lists(table: FlatTable, ...fields: ReadonlyArray<number>): void {
    for (const field of fields) this.#take(table.listLength(field))
  }
  schema(schema: FlatTable | undefined): void {
    if (schema === undefined) throw new Error("has no schema")
    this.lists(schema, 2)
    this.fields(schema.tables(1), 0)
  }
  batch(batch: FlatTable | undefined): void {
    if (batch === undefined) throw new Error("has a message without content")
    this.lists(batch, 1, 2, 4)
    for (const views of batch.longs(4)) this.#take(views)
  }
  fields(fields: ReadonlyArray<FlatTable>, depth: number): void {
    if (depth > deepest) throw new Error("has types that are nested too deep")
    this.#take(fields.length)
    for (const field of fields) {
      this.lists(field, 6)
      this.fields(field.tables(5), depth + 1)
    }
  }
  #take(elements: number): void {
    this.#left -= elements >= 0 ? elements : Number.POSITIVE_INFINITY
    if (!(this.#left >= 0)) throw new Error("has a message with lists that are longer than itself")
  }
}

/** Chunks of which counted bytes are taken; a chunk of the source is only good until the next. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held = new Uint8Array(0)
  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  /** The next bytes, fewer at the end. */
  async peek(count: number): Promise<Uint8Array> {
    if (this.#held.length < count) {
      const parts = [this.#held]
      let bytes = this.#held.length
      while (bytes < count) {
        const next = await this.#chunks.next()
        if (next.done === true) break
        parts.push(new Uint8Array(next.value)) // `slice` of a Buffer is no copy
        bytes += next.value.length
      }
      this.#held = new Uint8Array(Buffer.concat(parts))
    }
    return this.#held.subarray(0, count)
  }
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count)
    if (bytes.length < count) throw new Error("is cut off in the middle of a message")
    this.#held = this.#held.subarray(count)
    return bytes
  }
  async word(): Promise<number> {
    const bytes = await this.take(4)
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  }
}
