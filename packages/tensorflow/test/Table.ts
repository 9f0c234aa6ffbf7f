// Sorted tables and messages as a forger would write them: right checksums round anything.
import * as Crc32c from "../src/Crc32c.ts"
import { joined, number, part, varint } from "../src/Protobuf.ts"

export interface Forged {
  readonly key: string
  readonly value: Uint8Array
}

const word = (value: number) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}
const numbers = (...values: ReadonlyArray<number>) => Uint8Array.from(values.flatMap(varint))

/** Entries of a block that share nothing, and its one restart. */
export const block = (rows: ReadonlyArray<Forged>): Uint8Array =>
  joined([
    ...rows.flatMap(({ key, value }) => {
      const bytes = new TextEncoder().encode(key)
      return [numbers(0, bytes.length, value.length), bytes, value]
    }),
    word(0),
    word(1)
  ])

const sealed = (block: Uint8Array, compression: number) => {
  const typed = joined([block, Uint8Array.of(compression)])
  return joined([typed, word(Crc32c.masked(Crc32c.crc32c(typed)))])
}

/** A table of one block, as it is or compressed by someone else. */
export const table = (block: Uint8Array, compression = 0): Uint8Array => {
  const data = sealed(block, compression)
  const index = sealed(
    joined([
      numbers(0, 1, numbers(0, block.length).length),
      Uint8Array.of(255),
      numbers(0, block.length),
      word(0),
      word(1)
    ]),
    0
  )
  const handles = numbers(0, 0, data.length, index.length - 5)
  const magic = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
  return joined([data, index, handles, new Uint8Array(40 - handles.length), magic])
}

export const header = (shards: number, endianness = 0): Forged => ({
  key: "",
  value: joined([number(1, shards), number(2, endianness)])
})

/** A BundleEntryProto of float32 unless it says otherwise. */
export const entry = (
  key: string,
  {
    bytes = 8,
    checksum = 0,
    dtype = 1,
    offset = 0,
    shape = [2],
    shard = 0
  }: {
    readonly bytes?: number
    readonly checksum?: number
    readonly dtype?: number
    readonly offset?: number
    readonly shape?: ReadonlyArray<number>
    readonly shard?: number
  }
): Forged => ({
  key,
  value: joined([
    number(1, dtype),
    part(2, ...shape.map((dim) => part(2, number(1, dim)))),
    number(3, shard),
    number(4, offset),
    number(5, bytes),
    Uint8Array.of(6 * 8 + 5),
    word(checksum)
  ])
})
