// A zip archive as a table of entries, read one at a time into memory. Nothing is ever written to disk, and what the archive says of
// sizes is checked against the file before memory is taken for it.
import { callbackify } from "node:util"
import { crc32, inflateRawSync } from "node:zlib"
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl"
import { Damage } from "./Format.ts"
import type { RandomAccess } from "./Input.ts"
import { Refusal } from "./Refusal.ts"

export interface ZipLimits {
  /** most bytes out of all entries that are read */
  readonly unpackedBytes: number
  /** most bytes out for each byte in */
  readonly unpackedRatio: number
}

/** books have a few thousand */
const mostEntries = 100_000
/** Below this the ratio says nothing. */
const ratioFrom = 2 ** 20
const stored = 0
const deflated = 8
/** upper half of the external attributes: the file's mode in Unix */
const fileType = 0o170000
const symbolicLink = 0o120000

/** yauzl's way to the bytes; what is beyond the end is an error and never asked of the file. */
class Ranges extends RandomAccessReader {
  readonly #file: RandomAccess
  constructor(file: RandomAccess) {
    super()
    this.#file = file
  }
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (problem: Error | null) => void
  ): void {
    callbackify(() => this.#fill(buffer.subarray(offset, offset + length), position))(callback)
  }

  async #fill(buffer: Uint8Array, position: number): Promise<void> {
    const end = position + buffer.length
    if (!Number.isSafeInteger(position) || position < 0 || end > this.#file.bytes) {
      throw new Error("it points beyond the end of the file")
    }
    const bytes = await this.#file.slice(position, end)
    if (bytes.length < buffer.length) throw new Error("the file ends early")
    buffer.set(bytes)
  }
}

export class Zip {
  readonly #file: RandomAccess
  readonly #zip: ZipFile
  readonly #entries: ReadonlyMap<string, Entry>
  readonly #limits: ZipLimits
  #unpacked = 0

  private constructor(
    file: RandomAccess,
    { zip, entries, limits }: { zip: ZipFile; entries: ReadonlyMap<string, Entry>; limits: ZipLimits }
  ) {
    this.#file = file
    this.#zip = zip
    this.#entries = entries
    this.#limits = limits
  }

  /**
   * Reads the table of contents. Throws `Damage` where there is none, or where it names files outside the archive, `Refusal`
   * (`zip-entries`, `zip-overlap`: entries that share their bytes make a bomb of any size).
   */
  static async of(file: RandomAccess, limits: ZipLimits): Promise<Zip> {
    const entries = new Map<string, Entry>()
    const zip = await orDamage(
      fromRandomAccessReaderPromise(new Ranges(file), file.bytes, { autoClose: false })
    )
    const each = zip.eachEntry()
    for (;;) {
      const next = await orDamage(each.next())
      if (next.done === true) break
      const entry = next.value
      if (entries.size >= mostEntries) {
        throw new Refusal("zip-entries", { value: zip.entryCount, threshold: mostEntries })
      }
      const mode = entry.externalFileAttributes >>> 16
      if ((mode & fileType) !== symbolicLink) entries.set(entry.fileName, entry)
    }
    refuseOverlap([...entries.values()])
    return new Zip(file, { zip, entries, limits })
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** The bytes of an entry, of at most `mostBytes`; undefined where there is none of that name. */
  async read(name: string, mostBytes: number): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    const { compressedSize, uncompressedSize, compressionMethod } = entry
    if (entry.isEncrypted()) throw new Refusal("encrypted")
    if (compressionMethod !== stored && compressionMethod !== deflated) {
      throw damaged(name, `is packed by method ${compressionMethod}, which no book uses`)
    }
    this.#unpacked += uncompressedSize
    const { unpackedBytes, unpackedRatio } = this.#limits
    const most = Math.min(mostBytes, unpackedBytes)
    if (uncompressedSize > most)
      throw new Refusal("unpacked-bytes", { value: uncompressedSize, threshold: most })
    if (this.#unpacked > unpackedBytes) {
      throw new Refusal("unpacked-bytes", { value: this.#unpacked, threshold: unpackedBytes })
    }
    if (uncompressedSize > ratioFrom && uncompressedSize > unpackedRatio * compressedSize) {
      throw new Refusal("unpacked-ratio", {
        value: uncompressedSize / compressedSize,
        threshold: unpackedRatio
      })
    }
    const { fileDataStart } = await orDamage(this.#zip.readLocalFileHeaderPromise(entry, { minimal: true }))
    const packed = await this.#file.slice(fileDataStart, fileDataStart + compressedSize)
    const bytes = compressionMethod === stored ? packed : inflate(packed, { name, uncompressedSize })
    if (bytes.length !== uncompressedSize) {
      throw damaged(name, `has ${bytes.length} bytes, where the table says ${uncompressedSize}`)
    }
    if (crc32(bytes) !== entry.crc32) throw damaged(name, "does not fit its checksum")
    return bytes
  }
}

const damaged = (name: string, problem: string): Damage =>
  new Damage({ place: `entry ${name}`, at: 0, problem })

const inflate = (
  packed: Uint8Array,
  { name, uncompressedSize }: { readonly name: string; readonly uncompressedSize: number }
): Uint8Array => {
  try {
    // one more than announced, so that a longer one is seen
    return inflateRawSync(packed, { maxOutputLength: uncompressedSize + 1 })
  } catch (problem) {
    throw damaged(name, `cannot be unpacked: ${problem instanceof Error ? problem.message : String(problem)}`)
  }
}

const refuseOverlap = (entries: ReadonlyArray<Entry>): void => {
  const sorted = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  let end = 0
  let overlaps = 0
  for (const { relativeOffsetOfLocalHeader: from, fileNameLength, compressedSize } of sorted) {
    if (from < end) overlaps++
    // the local header has at least 30 bytes and the name
    end = Math.max(end, from + 30 + fileNameLength + compressedSize)
  }
  if (overlaps > 0) throw new Refusal("zip-overlap", { value: overlaps, threshold: 0 })
}

/** yauzl's complaints are about the file; Node's own are not. */
const orDamage = async <A>(work: Promise<A>): Promise<A> => {
  try {
    return await work
  } catch (problem) {
    if (!(problem instanceof Error) || "code" in problem) throw problem
    throw new Damage({ place: "the zip archive", at: 0, problem: `cannot be read: ${problem.message}` })
  }
}
