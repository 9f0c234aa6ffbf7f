// Wheels made by hand, right ones and wrong ones.
import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"

export interface Entry {
  readonly name: string
  readonly content: string
  /** what the directory says of its size, where that is not true */
  readonly claims?: number
  /** Unix mode, where it is no plain file */
  readonly mode?: number
}

/** A zip archive of stored entries. */
export const zip = (entries: ReadonlyArray<Entry>): Buffer => {
  const locals: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let at = 0
  for (const { claims, content, mode = 0o100644, name } of entries) {
    const data = Buffer.from(content)
    const size = claims ?? data.length
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(size, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(at, 10)
    directory.push(
      Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), common, tail, Buffer.from(name)])
    )
    locals.push(local)
    at += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write("PK\u0005\u0006")
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, listed, end])
}

const digest = (content: string) => createHash("sha256").update(content).digest("base64url")

/** The wheel `tiny-data` 1.0 of these files; `record` changes its list of them. */
export const wheel = (files: ReadonlyArray<Entry>, record = (lines: string) => lines): Buffer => {
  const info = "tiny_data-1.0.dist-info"
  const all = [
    ...files,
    { name: `${info}/METADATA`, content: "Metadata-Version: 2.1\nName: tiny-data\nVersion: 1.0\n" },
    {
      name: `${info}/WHEEL`,
      content: "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    }
  ]
  const lines = all.map(
    ({ content, name }) => `${name},sha256=${digest(content)},${Buffer.byteLength(content)}`
  )
  const content = record(`${lines.join("\n")}\n${info}/RECORD,,\n`)
  return zip([...all, { name: `${info}/RECORD`, content }])
}
