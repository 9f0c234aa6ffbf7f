// A zip file as torch.save writes it since 1.6: entries stored as they are, sizes in 64 bits where they need them.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 and 4.5
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import { crc32 } from "node:zlib"
import { shown } from "./Machine.ts"
import type { Source } from "./Source.ts"
import { attempt, Refused, type TorchInvalid } from "./TorchInvalid.ts"

interface Entry {
  readonly name: string
  readonly bytes: number
  readonly crc: number
  /** where its local header begins */
  readonly header: number
}
export interface ZipArchive {
  /** bytes of an entry by name */
  readonly sizes: ReadonlyMap<string, number>
  /** Reads a whole entry and checks it against its CRC-32. */
  readonly read: (name: string) => Effect.Effect<Uint8Array, TorchInvalid | StorageFailed>
}

const endBytes = 22
const mostCommentBytes = 65_535
const locatorBytes = 20
const end64Bytes = 56
const localBytes = 30
const centralBytes = 46
const mostDirectoryBytes = 2 ** 26 // a million tensors
const pieceBytes = 2 ** 30

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const uint64 = (view: DataView, at: number) => Number(view.getBigUint64(at, true))

const titled = (name: string) => `zip entry "${shown(name)}"`

/** Where the central directory lies, by the record at the file's end. */
const findDirectory = Effect.fnUntraced(function* (
  source: Source
): Effect.fn.Return<
  { readonly count: number; readonly begin: number; readonly end: number },
  TorchInvalid | StorageFailed
> {
  const field = "end of the zip file"
  const from = Math.max(0, source.size - endBytes - mostCommentBytes)
  const tail = yield* source.read(field, from, source.size)
  const view = viewOf(tail)
  let at = tail.length - endBytes
  while (
    at >= 0 &&
    !(
      view.getUint32(at, true) === 0x06054b50 && at + endBytes + view.getUint16(at + 20, true) === tail.length
    )
  )
    at--
  if (at < 0) return yield* source.invalid(field, "is not there: the file is truncated")
  const locator = at - locatorBytes
  if (locator >= 0 && view.getUint32(locator, true) === 0x07064b50) {
    const begin = uint64(view, locator + 8)
    const record = viewOf(yield* source.read(field, begin, begin + end64Bytes))
    if (record.getUint32(0, true) !== 0x06064b50)
      return yield* source.invalid(field, "its 64-bit record is not there")
    return {
      count: uint64(record, 32),
      begin: uint64(record, 48),
      end: uint64(record, 48) + uint64(record, 40)
    }
  }
  const begin = view.getUint32(at + 16, true)
  return { count: view.getUint16(at + 10, true), begin, end: begin + view.getUint32(at + 12, true) }
})

/** Fields of 32 bits that are full say that the 64 bits follow in the extra part, in this order. */
const wide = (view: DataView, [from, to]: readonly [number, number], fields: ReadonlyArray<number>) => {
  let at = from
  while (at + 4 <= to && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true)
  let next = at + 4
  return fields.map((field) => {
    if (field !== 0xffffffff) return field
    if (next + 8 > to) throw new Refused("zip directory", "a size of 64 bits is missing")
    next += 8
    return uint64(view, next - 8)
  })
}

const readDirectory = (bytes: Uint8Array, count: number): ReadonlyArray<Entry> => {
  const field = "zip directory"
  const view = viewOf(bytes)
  const entries: Array<Entry> = []
  let at = 0
  while (at < bytes.length) {
    if (at + centralBytes > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      throw new Refused(field, `entry ${entries.length} is not where it should be`)
    const [nameBytes, extraBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)]
    const nameEnd = at + centralBytes + nameBytes
    const next = nameEnd + extraBytes + view.getUint16(at + 32, true)
    if (next > bytes.length) throw new Refused(field, `entry ${entries.length} reaches beyond it`)
    const name = Buffer.from(bytes.subarray(at + centralBytes, nameEnd)).toString("utf8")
    const [size = 0, packed = 0, header = 0] = wide(
      view,
      [nameEnd, nameEnd + extraBytes],
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
    )
    const entry = titled(name)
    if (view.getUint16(at + 10, true) !== 0 || size !== packed)
      throw new Refused(
        entry,
        "is compressed, which torch.save never does: unpack the file and zip it without compression"
      )
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw new Refused(entry, "is encrypted")
    entries.push({ name, bytes: size, header, crc: view.getUint32(at + 16, true) })
    at = next
  }
  if (entries.length !== count)
    throw new Refused(field, `${count} entries announced, ${entries.length} found`)
  return entries
}

/** Reads the directory; the entries are read one by one later. */
export const open = Effect.fnUntraced(function* (
  source: Source
): Effect.fn.Return<ZipArchive, TorchInvalid | StorageFailed> {
  const { begin, count, end } = yield* findDirectory(source)
  if (end - begin > mostDirectoryBytes)
    return yield* source.invalid("zip directory", `${end - begin} bytes are too many`)
  const bytes = yield* source.read("zip directory", begin, end)
  const entries = new Map<string, Entry>()
  let sum = 0
  for (const entry of yield* attempt(source.file, () => readDirectory(bytes, count))) {
    if (entries.has(entry.name)) return yield* source.invalid(titled(entry.name), "is there twice")
    sum += entry.bytes + localBytes
    if (sum > begin)
      return yield* source.invalid("zip directory", "the entries have more bytes than the file: they overlap")
    entries.set(entry.name, entry)
  }
  const read = Effect.fnUntraced(function* (
    name: string
  ): Effect.fn.Return<Uint8Array, TorchInvalid | StorageFailed> {
    const field = titled(name)
    const entry = entries.get(name)
    if (entry === undefined) return yield* source.invalid(field, "is not there")
    const local = viewOf(yield* source.read(field, entry.header, entry.header + localBytes))
    if (local.getUint32(0, true) !== 0x04034b50)
      return yield* source.invalid(field, "has no header where the directory says")
    const from = entry.header + localBytes + local.getUint16(26, true) + local.getUint16(28, true)
    const data = yield* source.read(field, from, from + entry.bytes)
    let crc = 0
    for (let at = 0; at < data.length; at += pieceBytes) crc = crc32(data.subarray(at, at + pieceBytes), crc)
    return crc === entry.crc
      ? data
      : yield* source.invalid(field, "its CRC-32 does not hold: the file is damaged")
  })
  return { sizes: new Map(Array.from(entries.values(), ({ name, bytes }) => [name, bytes])), read }
})
