// Unpacks a zip archive that came from elsewhere: what its directory says is checked against the file before anything is written,
// and nothing is written outside of the folder.
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { type FileHandle, mkdir, open } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createInflateRaw } from "node:zlib"

interface Member {
  readonly name: string
  readonly bytes: number
  readonly compressedBytes: number
  readonly method: number
  /** where its local header starts */
  readonly offset: number
}

/** The archive is not what it should be; thrown, and told with its name by whoever unpacks. */
export class ZipInvalid extends Error {
  override readonly name = "ZipInvalid"
}

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50
const mostMembers = 200_000
/** what deflate can do at best, by its own format */
const mostRatio = 1032
/** a wheel of text unpacks to five times its size; far above that there is something wrong */
const likelyRatio = 100
const likelyFrom = 2 ** 28
/** upper half of the external attributes: the file's mode in Unix */
const fileType = 0o170000
const symbolicLink = 0o120000

/** SHA-256 of each file that was unpacked, as base64url, by its name in the archive. */
export type Unpacked = ReadonlyMap<string, string>

/**
 * Unpacks all files into `folder`.
 *
 * @throws ZipInvalid for what is no whole zip archive, names a place outside of it, or unpacks to more than it says
 */
export const unpack = async (archive: string, folder: string, signal: AbortSignal): Promise<Unpacked> => {
  const file = await open(archive)
  try {
    const digests = new Map<string, string>()
    for (const member of await members(file))
      if (!member.name.endsWith("/"))
        digests.set(member.name, await extract({ archive, file, member, folder, signal }))
    return digests
  } finally {
    await file.close()
  }
}

const read = async (file: FileHandle, from: number, bytes: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(buffer, 0, bytes, from)
  if (bytesRead < bytes) throw new ZipInvalid("it is cut off")
  return buffer
}

const members = async (file: FileHandle): Promise<ReadonlyArray<Member>> => {
  const { size } = await file.stat()
  const tail = await read(file, Math.max(0, size - 65_557), Math.min(size, 65_557)) // the end record and its longest comment
  let at = tail.length - 22
  while (at >= 0 && tail.readUInt32LE(at) !== endOfDirectory) at--
  if (at < 0) throw new ZipInvalid("it is no whole zip archive")
  const [directoryBytes, from] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  if (from + directoryBytes > size) throw new ZipInvalid("its directory lies outside of it")
  const directory = await read(file, from, directoryBytes)
  const found = new Map<string, Member>()
  let [packed, unpacked] = [0, 0]
  for (let p = 0; p < directory.length;) {
    if (p + 46 > directory.length || directory.readUInt32LE(p) !== directoryEntry)
      throw new ZipInvalid("its directory is broken")
    const nameBytes = directory.readUInt16LE(p + 28)
    const member = {
      method: directory.readUInt16LE(p + 10),
      compressedBytes: directory.readUInt32LE(p + 20),
      bytes: directory.readUInt32LE(p + 24),
      offset: directory.readUInt32LE(p + 42),
      name: directory.toString("utf8", p + 46, p + 46 + nameBytes)
    }
    const mode = directory.readUInt32LE(p + 38) >>> 16
    if (!isInside(member.name)) throw new ZipInvalid(`"${member.name}" would lie outside of the folder`)
    if ((mode & fileType) === symbolicLink) throw new ZipInvalid(`"${member.name}" is a link`)
    if (found.has(member.name) || found.size >= mostMembers)
      throw new ZipInvalid(`"${member.name}" is there twice, or one of too many`)
    if (
      member.offset + 30 + member.compressedBytes > from ||
      member.bytes > mostRatio * member.compressedBytes
    )
      throw new ZipInvalid(`"${member.name}" cannot be as large as it says`)
    packed += member.compressedBytes
    unpacked += member.bytes
    found.set(member.name, member)
    p += 46 + nameBytes + directory.readUInt16LE(p + 30) + directory.readUInt16LE(p + 32)
  }
  if (packed > size) throw new ZipInvalid("its files share their bytes")
  if (unpacked > Math.max(likelyFrom, likelyRatio * size))
    throw new ZipInvalid(`it would unpack to ${unpacked} bytes`)
  return [...found.values()]
}

const isInside = (name: string): boolean =>
  name !== "" && !/^[/\\]|^[a-z]:|[\\\0]/i.test(name) && !name.split("/").includes("..")

const extract = async ({
  archive,
  file,
  member,
  folder,
  signal
}: {
  readonly archive: string
  readonly file: FileHandle
  readonly member: Member
  readonly folder: string
  readonly signal: AbortSignal
}): Promise<string> => {
  const { bytes, compressedBytes, method, name, offset } = member
  if (method !== 0 && method !== 8) throw new ZipInvalid(`"${name}" is packed in an unknown way (${method})`)
  const header = await read(file, offset, 30)
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const target = join(folder, name)
  await mkdir(dirname(target), { recursive: true })
  const hash = createHash("sha256")
  let written = 0
  const counting = new Transform({
    transform(chunk: Uint8Array, _, next) {
      written += chunk.length
      hash.update(chunk)
      next(written > bytes ? new ZipInvalid(`"${name}" is larger than it says`) : null, chunk)
    }
  })
  const sink = createWriteStream(target)
  // an empty range cannot be asked for
  const source =
    compressedBytes === 0 ? [] : createReadStream(archive, { start, end: start + compressedBytes - 1 })
  await (method === 8
    ? pipeline(source, createInflateRaw(), counting, sink, { signal })
    : pipeline(source, counting, sink, { signal }))
  if (written !== bytes) throw new ZipInvalid(`"${name}" has ${written} bytes instead of ${bytes}`)
  return hash.digest("base64url")
}
