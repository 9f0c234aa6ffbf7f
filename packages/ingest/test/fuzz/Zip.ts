// The smallest zip archive with these files in it, none of them packed (PKWARE's APPNOTE.TXT, 4.3).
import { crc32 } from "node:zlib"

export const zipOf = (files: Readonly<Record<string, Uint8Array>>): Buffer => {
  const bodies: Array<Uint8Array> = []
  const table: Array<Uint8Array> = []
  let at = 0
  for (const [name, bytes] of Object.entries(files)) {
    const nameBytes = Buffer.from(name)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0) // version 2.0
    about.writeUInt32LE(crc32(bytes), 10)
    about.writeUInt32LE(bytes.length, 14)
    about.writeUInt32LE(bytes.length, 18)
    about.writeUInt16LE(nameBytes.length, 22)
    const local = [Buffer.from("PK\u0003\u0004"), about, nameBytes, bytes]
    bodies.push(...local)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    table.push(Buffer.from("PK\u0001\u0002\u0014\u0000"), about, rest, nameBytes)
    at += 30 + nameBytes.length + bytes.length
  }
  const entries = Buffer.concat(table)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(Object.keys(files).length, 4)
  end.writeUInt16LE(Object.keys(files).length, 6)
  end.writeUInt32LE(entries.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...bodies, entries, Buffer.from("PK\u0005\u0006"), end])
}
