// TensorFlow's checkpoint format since 1.0: `X.index`, a sorted table of what each tensor is and where, and the numbers in
// `X.data-00000-of-0000N`. tensorflow/core/protobuf/tensor_bundle.proto, tensorflow/core/util/tensor_bundle/.
import { Effect } from "effect"
import { crc32c, masked } from "./Crc32c.ts"
import { CheckpointInvalid, type CheckpointUnreadable } from "./errors.ts"
import * as File from "./internal/CheckpointFile.ts"
import { Cursor, Malformed, Message, uint32 } from "./Protobuf.ts"
import * as SortedTable from "./SortedTable.ts"
import * as StoredDtype from "./StoredDtype.ts"

/** What a checkpoint says of one tensor. */
export interface TensorType {
  readonly name: string
  readonly dtype: StoredDtype.AnyDtype
  readonly shape: ReadonlyArray<number>
}

/** A checkpoint of either format, read and checked as far as it goes without its numbers. */
export interface Tensors {
  /** the path that TensorFlow takes: of this format without `.index` */
  readonly prefix: string
  readonly entries: ReadonlyMap<string, TensorType>
}

/** Where in the checkpoint a tensor is. */
export interface Entry extends TensorType {
  readonly shard: number
  readonly offset: number
  readonly bytes: number
  /** CRC-32C of the bytes, masked */
  readonly checksum: number
  /** a variable that was saved in parts: only a restore node puts them together */
  readonly sliced: boolean
}

export interface Index extends Tensors {
  readonly shards: number
  readonly entries: ReadonlyMap<string, Entry>
}

/** A tensor's numbers, little-endian, row-major. */
export interface Stored {
  readonly name: string
  readonly dtype: StoredDtype.StoredDtype
  readonly shape: ReadonlyArray<number>
  readonly bytes: Uint8Array
}

const mostIndexBytes = 2 ** 28 // the index of a model with a million tensors has a tenth of it
const mostShards = 99_999 // what the names of shards have room for

const five = (number: number) => String(number).padStart(5, "0")
const shardFile = ({ prefix, shards }: Pick<Index, "prefix" | "shards">, shard: number): string =>
  `${prefix}.data-${five(shard)}-of-${five(shards)}`

export const elements = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

/** A TensorShapeProto: every size known, and their product a number. */
export const shapeOf = (message: Message | undefined, field: string): ReadonlyArray<number> => {
  if (message?.number(3) === 1) throw new Malformed(field, "its shape is unknown")
  const shape = (message?.messages(2, "dim") ?? []).map((dim) => dim.number(1))
  if (shape.some((dim) => dim < 0) || !Number.isSafeInteger(elements(shape)))
    throw new Malformed(field, `the shape [${shape.join(", ")}] is beyond all sense`)
  return shape
}

const strict = new TextDecoder("utf-8", { fatal: true })
export const nameOf = (key: Uint8Array): string => {
  try {
    return strict.decode(key)
  } catch {
    throw new Malformed("key", `a tensor's name is not UTF-8: ${Buffer.from(key).toString("hex")}`)
  }
}

const headerOf = (first: SortedTable.Row | undefined): number => {
  if (first === undefined || first.key.length > 0) throw new Malformed("header", "is not there")
  const header = new Message(first.value, "header")
  const shards = header.number(1)
  if (header.number(2) !== 0)
    throw new Malformed("header", "its numbers are big-endian", "save it again on a little-endian machine")
  if (shards < 1 || shards > mostShards) throw new Malformed("header", `${shards} shards`)
  return shards
}

/** Slices of tensors have keys that begin with a zero: the name is in there, coded. */
const isSlice = ({ key }: SortedTable.Row) => key[0] === 0

const entryOf = (row: SortedTable.Row, shards: number): Entry => {
  const { key, value } = row
  const name = isSlice(row) ? `slice ${Buffer.from(key).toString("hex")}` : nameOf(key)
  const field = `tensor ${JSON.stringify(name)}`
  const message = new Message(value, field)
  const entry: Entry = {
    name,
    dtype: StoredDtype.named(message.number(1)),
    shape: shapeOf(message.message(2, "shape"), field),
    shard: message.number(3),
    offset: message.number(4),
    bytes: message.number(5),
    checksum: message.number(6),
    sliced: message.has(7)
  }
  if (entry.shard < 0 || entry.shard >= shards)
    throw new Malformed(field, `lies in shard ${entry.shard} of ${shards}`)
  if (entry.offset < 0 || entry.bytes < 0)
    throw new Malformed(field, `${entry.bytes} bytes at ${entry.offset}`)
  const count = elements(entry.shape)
  const shown = `${entry.dtype} [${entry.shape.join(", ")}]`
  if (StoredDtype.isNumeric(entry.dtype) && !entry.sliced) {
    const needed = count * StoredDtype.bytes(entry.dtype)
    if (needed !== entry.bytes)
      throw new Malformed(field, `${shown} needs ${needed} bytes, has ${entry.bytes}`)
  }
  // each text has at least a length
  if (entry.dtype === "string" && count > entry.bytes)
    throw new Malformed(field, `${shown} in ${entry.bytes} bytes`)
  return entry
}

/** What is put together from slices is no larger than all slices are. */
const checkSlices = (entries: ReadonlyArray<Entry>, slices: ReadonlyArray<Entry>) => {
  const sliced = entries.filter((entry) => entry.sliced)
  const needed = sliced.reduce(
    (sum, { dtype, shape }) =>
      sum + elements(shape) * (StoredDtype.isNumeric(dtype) ? StoredDtype.bytes(dtype) : 1),
    0
  )
  const stored = slices.reduce((sum, { bytes }) => sum + bytes, 0)
  if (needed > stored)
    throw new Malformed(
      "slices",
      `${sliced.length} tensors need ${needed} bytes, their slices have ${stored}`
    )
}

/** Each shard that a tensor lies in is there and long enough, and no two tensors are the same bytes. */
const checkShards = Effect.fnUntraced(function* (
  index: Index,
  rows: ReadonlyArray<Entry>
): Effect.fn.Return<void, CheckpointInvalid | CheckpointUnreadable> {
  const ends = new Map<number, { readonly size: number; end: number }>()
  for (const { bytes, name, offset, shard, sliced } of rows.toSorted((a, b) => a.offset - b.offset)) {
    if (sliced || bytes === 0) continue
    const file = shardFile(index, shard)
    const known = ends.get(shard) ?? { size: yield* File.size(file, `${index.prefix}.index`), end: 0 }
    ends.set(shard, known)
    const wrong = (problem: string) =>
      new CheckpointInvalid({
        file,
        field: `tensor ${JSON.stringify(name)}`,
        problem,
        advice: File.fetchAgain
      })
    if (offset > known.size || bytes > known.size - offset)
      return yield* wrong(`needs bytes ${offset} to ${offset + bytes}, the file has ${known.size}`)
    if (offset < known.end)
      return yield* wrong(`begins at byte ${offset}, the one before ends at ${known.end}`)
    known.end = offset + bytes
  }
})

/**
 * Reads the index of the checkpoint `prefix` and checks it: every block's checksum, every type, shape and size, and that each
 * tensor lies inside a file that is there. No numbers are read.
 */
export const readIndex = Effect.fn("TensorBundle.readIndex")(function* (
  prefix: string
): Effect.fn.Return<Index, CheckpointInvalid | CheckpointUnreadable> {
  const file = `${prefix}.index`
  const table = yield* File.whole(file, mostIndexBytes)
  const { entries, shards, slices } = yield* File.parse(file, () => {
    const [first, ...rows] = SortedTable.read(table)
    const shards = headerOf(first)
    const entries = rows.filter((row) => !isSlice(row)).map((row) => entryOf(row, shards))
    const slices = rows.filter(isSlice).map((row) => entryOf(row, shards))
    checkSlices(entries, slices)
    return { entries, shards, slices }
  })
  const index: Index = { prefix, shards, entries: new Map(entries.map((entry) => [entry.name, entry])) }
  yield* checkShards(index, [...entries, ...slices])
  return index
})

/** The bytes of a tensor, without whether its checksum is right. */
const bytesOf = (index: Index, { bytes, offset, shard }: Entry) =>
  File.span(shardFile(index, shard), offset, bytes)

const changed = new Malformed("", "its checksum is another: bytes were changed or lost")

/** The numbers of one tensor of the index, their checksum checked. For one that is not there, not numeric or in slices: CheckpointInvalid. */
export const read = Effect.fn("TensorBundle.read")(function* (
  index: Index,
  name: string
): Effect.fn.Return<Stored, CheckpointInvalid | CheckpointUnreadable> {
  const field = `tensor ${JSON.stringify(name)}`
  const entry = index.entries.get(name)
  const invalid = (problem: string, advice: string) =>
    new CheckpointInvalid({ file: `${index.prefix}.index`, field, problem, advice })
  if (entry === undefined) return yield* invalid("is not in it", "name one of its tensors")
  const { dtype, shape } = entry
  if (!StoredDtype.isNumeric(dtype)) return yield* invalid(`is ${dtype}`, "only numbers are read")
  if (entry.sliced) return yield* invalid("was saved in slices", "read it with Restore")
  const bytes = yield* bytesOf(index, entry)
  if (masked(crc32c(bytes)) !== entry.checksum)
    return yield* new CheckpointInvalid({
      file: shardFile(index, entry.shard),
      field,
      problem: changed.message,
      advice: File.fetchAgain
    })
  return { name, dtype, shape, bytes }
})

/** The texts of a string tensor: all lengths, a checksum of them, then the bytes one after another. */
const textsOf = (bytes: Uint8Array, { checksum, name, shape }: Entry): ReadonlyArray<Uint8Array> => {
  const field = `tensor ${JSON.stringify(name)}`
  const cursor = new Cursor(bytes)
  const lengths = Array.from({ length: elements(shape) }, () => cursor.varint(field))
  let crc = 0
  for (const length of lengths) {
    // a length counts as four bytes, or eight where it must
    const wide = new DataView(new ArrayBuffer(8))
    wide.setBigUint64(0, BigInt.asUintN(64, BigInt(length)), true)
    crc = crc32c(new Uint8Array(wide.buffer, 0, length < 2 ** 32 ? 4 : 8), crc)
  }
  const stored = cursor.take(4, field)
  if (masked(crc) !== uint32(stored, 0)) throw new Malformed(field, changed.message)
  const rest = bytes.subarray(cursor.at)
  if (masked(crc32c(rest, crc32c(stored, crc))) !== checksum) throw new Malformed(field, changed.message)
  const texts = lengths.map((length) => cursor.take(length, field))
  if (!cursor.done) throw new Malformed(field, `${bytes.length - cursor.at} bytes belong to no text`)
  return texts
}

/** The texts of a string tensor, or undefined if the checkpoint has none of that name. */
export const readTexts = Effect.fn("TensorBundle.readTexts")(function* (
  index: Index,
  name: string
): Effect.fn.Return<ReadonlyArray<Uint8Array> | undefined, CheckpointInvalid | CheckpointUnreadable> {
  const entry = index.entries.get(name)
  if (entry === undefined || entry.dtype !== "string" || entry.sliced) return undefined
  const bytes = yield* bytesOf(index, entry)
  return yield* File.parse(shardFile(index, entry.shard), () => textsOf(bytes, entry))
})
