// Files like those of torch.save, put together by hand, right or wrong.
import { crc32, deflateRawSync } from "node:zlib"

/** Opcodes: characters of a text, or bytes. */
export type Part = string | ReadonlyArray<number> | Uint8Array
export const joined = (...parts: ReadonlyArray<Part>): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Uint8Array.from(part)))
  )

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
export const uint64 = (value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
export const pickle = (...parts: ReadonlyArray<Part>) => joined([0x80, 2], ...parts, ".")
export const text = (value: string) => joined("X", int32(Buffer.byteLength(value)), Buffer.from(value))
export const int = (value: number) => joined("J", int32(value))
export const global = (module: string, name: string) => `c${module}\n${name}\n`
export const tuple = (...items: ReadonlyArray<Part>) => joined("(", ...items, "t")

/** A value as a pickle writes it; bytes are opcodes already. */
export type Written =
  | null
  | number
  | string
  | Uint8Array
  | ReadonlyArray<Written>
  | { readonly [key: string]: Written }
const isList = (value: Written): value is ReadonlyArray<Written> => Array.isArray(value)
export const write = (value: Written): Part => {
  if (value === null) return "N"
  if (typeof value === "number") return int(value)
  if (typeof value === "string") return text(value)
  if (value instanceof Uint8Array) return value
  if (isList(value)) return joined("](", ...value.map(write), "e")
  return joined("}(", ...Object.entries(value).flatMap(([key, item]) => [text(key), write(item)]), "u")
}

export interface Shaped {
  readonly shape: ReadonlyArray<number>
  readonly strides?: ReadonlyArray<number>
  readonly offset?: number
  /** numbers of the storage */
  readonly numel?: number
  readonly key?: string
  /** the name torch has for the type of the storage */
  readonly type?: string
}
const rowMajor = (shape: ReadonlyArray<number>) =>
  shape.map((_, at) => shape.slice(at + 1).reduce((a, b) => a * b, 1))
/** A whole number of any size, as LONG1. */
const long = (value: number) => joined([0x8a, 8], uint64(BigInt.asUintN(64, BigInt(value))))
export const tensor = ({
  shape,
  strides = rowMajor(shape),
  offset = 0,
  numel,
  key = "0",
  type = "Float"
}: Shaped) =>
  joined(
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(
      joined(
        tuple(
          text("storage"),
          global("torch", `${type}Storage`),
          text(key),
          text("cpu"),
          long(numel ?? shape.reduce((a, b) => a * b, 1))
        ),
        "Q"
      ),
      long(offset),
      tuple(...shape.map(long)),
      tuple(...strides.map(long)),
      [0x89],
      joined(global("collections", "OrderedDict"), ")R")
    ),
    "R"
  )

interface Entry {
  readonly name: string
  readonly data: Uint8Array
  readonly deflated?: boolean
  readonly flags?: number
  /** sizes and place in 64 bits, as an entry of 4 GB has them */
  readonly wide?: boolean
}
/** A zip file. */
export const zip = (entries: ReadonlyArray<Entry>): Buffer => {
  const [locals, centrals]: [Array<Buffer>, Array<Buffer>] = [[], []]
  let at = 0
  for (const { name, data, deflated = false, flags = 0, wide = false } of entries) {
    const stored = deflated ? deflateRawSync(data) : Buffer.from(data)
    const fields = Buffer.alloc(26) // what both headers share, from the version needed to the extra length
    fields.writeUInt16LE(flags, 2)
    fields.writeUInt16LE(deflated ? 8 : 0, 4)
    fields.writeUInt32LE(crc32(data), 10)
    fields.writeUInt32LE(stored.length, 14)
    fields.writeUInt32LE(data.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const central = Buffer.alloc(14) // comment, disk, attributes, where the local header is
    central.writeUInt32LE(at, 10)
    const local = joined("PK\u0003\u0004", fields, name, stored)
    locals.push(local)
    const extra = joined(
      [9, 9, 1, 0, 7, 1, 0, 24, 0],
      ...[data.length, stored.length, at].map((n) => uint64(BigInt(n)))
    )
    if (wide) {
      fields.fill(0xff, 14, 22)
      fields.writeUInt16LE(extra.length, 24)
      central.fill(0xff, 10)
    }
    centrals.push(joined("PK\u0001\u0002", [0, 0], fields, central, name, wide ? extra : ""))
    at += local.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...locals, directory, joined("PK\u0005\u0006", end)])
}

/** What torch.save writes: the object, and the bytes of its storages by key. */
export const archive = (object: Part, storages: Readonly<Record<string, Uint8Array>> = {}): Buffer =>
  zip([
    { name: "archive/data.pkl", data: pickle(object) },
    ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data }))
  ])

/** The format before 1.6. */
export const legacy = (
  object: Part,
  storages: ReadonlyArray<readonly [key: string, count: number, data: Uint8Array]>
): Buffer =>
  joined(
    pickle([0x8a, 10], Buffer.from("6cfc9c46f9206aa85019", "hex")),
    pickle(int(1001)),
    pickle("}(", text("little_endian"), [0x88], "u"),
    pickle(object),
    pickle(write(storages.map(([key]) => key))),
    ...storages.flatMap(([, count, data]) => [uint64(BigInt(count)), data])
  )
