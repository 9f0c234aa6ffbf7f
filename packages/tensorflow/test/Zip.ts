// Writes zip files, so that wheels of a few bytes can stand for one of 274 MB. Format: PKWARE's APPNOTE.TXT.
import { crc32, deflateRawSync } from "node:zlib"

/** A zip file of the entries; every other one is stored instead of deflated, as both occur. */
export const zip = (entries: Readonly<Record<string, Uint8Array>>): Buffer => {
  const pieces: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let offset = 0
  for (const [i, [name, bytes]] of Object.entries(entries).entries()) {
    const method = i % 2 === 0 ? 8 : 0
    const packed = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const extra = Buffer.from([1, 2, 3, 4].slice(0, i % 5)) // the local header's extra field has its own length
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), extra])
    local.writeUInt16LE(extra.length, 28)
    const entry = Buffer.concat([
      Buffer.from("PK\u0001\u0002\u0014\u0000"),
      common,
      Buffer.alloc(14),
      Buffer.from(name)
    ])
    entry.writeUInt32LE(offset, 42)
    directory.push(entry)
    pieces.push(local, packed)
    offset += local.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.write("PK\u0005\u0006")
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...pieces, ...directory, end, Buffer.alloc(0)])
}
