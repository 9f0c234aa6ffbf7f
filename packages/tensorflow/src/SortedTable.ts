// A sorted table of keys and values, LevelDB's: data blocks, an index block that says where they are, a footer of 48 bytes that
// says where the index is. https://github.com/google/leveldb/blob/main/doc/table_format.md. Every handle, length and checksum
// is checked before it is followed.
import { crc32c, masked } from "./Crc32c.ts"
import { Cursor, Malformed, uint32 } from "./Protobuf.ts"
import * as Snappy from "./Snappy.ts"

const footerBytes = 48
const trailerBytes = 5 // how it is compressed, and the checksum
const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]

export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Whether a file's last bytes are those of a table. */
export const isTable = (bytes: Uint8Array): boolean =>
  bytes.length >= footerBytes && magic.every((byte, at) => bytes[bytes.length - 8 + at] === byte)

const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

const blockAt = (table: Uint8Array, handle: Cursor, name: string): Uint8Array => {
  const [offset, size] = [handle.varint(name), handle.varint(name)]
  const end = table.length - footerBytes - trailerBytes
  if (offset < 0 || size < 0 || offset > end || size > end - offset)
    throw new Malformed(name, `bytes ${offset} to ${offset + size} lie outside of the table`)
  const stored = table.subarray(offset, offset + size + 1) // with how it is compressed
  if (masked(crc32c(stored)) !== uint32(table, offset + size + 1))
    throw new Malformed(name, "its checksum is another: bytes were changed or lost")
  const contents = stored.subarray(0, size)
  if (stored[size] === 0) return contents
  if (stored[size] === 1) return Snappy.uncompress(contents, name)
  throw new Malformed(name, `compressed in the unknown way ${stored[size]}`)
}

const rowsOf = (block: Uint8Array, name: string): ReadonlyArray<Row> => {
  if (block.length < 4) throw new Malformed(name, `a block of ${block.length} bytes`)
  const restarts = uint32(block, block.length - 4)
  if (restarts > (block.length - 4) / 4) throw new Malformed(name, `${restarts} restarts do not fit`)
  const cursor = new Cursor(block.subarray(0, block.length - 4 - restarts * 4))
  const rows: Array<Row> = []
  let key = new Uint8Array(0)
  while (!cursor.done) {
    const [shared, own, valueBytes] = [cursor.varint(name), cursor.varint(name), cursor.varint(name)]
    if (shared < 0 || shared > key.length)
      throw new Malformed(name, `a key shares ${shared} bytes with one of ${key.length}`)
    const suffix = cursor.take(own, name)
    const next = new Uint8Array(shared + own)
    next.set(key.subarray(0, shared))
    next.set(suffix, shared)
    if (rows.length > 0 && compare(key, next) >= 0) throw new Malformed(name, "its keys are not in order")
    key = next
    rows.push({ key, value: cursor.take(valueBytes, name) })
  }
  return rows
}

/**
 * All rows of a table, in order of their keys.
 *
 * @throws Malformed
 */
export const read = (table: Uint8Array): ReadonlyArray<Row> => {
  if (!isTable(table))
    throw new Malformed("footer", `the last of its ${table.length} bytes are not those of a table`)
  const handles = new Cursor(table.subarray(table.length - footerBytes, table.length - 8))
  for (let n = 0; n < 2; n++) handles.varint("footer") // the block of meta blocks, of which there are none
  const index = rowsOf(blockAt(table, handles, "index block"), "index block")
  const rows = index.flatMap(({ value }, n) =>
    rowsOf(blockAt(table, new Cursor(value), `block ${n}`), `block ${n}`)
  )
  for (const [at, { key }] of rows.entries()) {
    const before = rows[at - 1]
    if (before !== undefined && compare(before.key, key) >= 0)
      throw new Malformed("blocks", "the keys of two blocks are not in order")
  }
  return rows
}
