// A file as its reader sees it: bytes, unpacked if they were packed, in a stream or at once, never more than a limit of them.
import { open } from "node:fs/promises"
import { extname } from "node:path"
import type { SourceFile } from "@inkstone/stage"
import { type Packing, packingOf, type UnpackLimits, unpacked } from "./Packing.ts"
import { Refusal } from "./Refusal.ts"

const chunkBytes = 2 ** 20
/** for files that do not say how long they are, such as pipes */
const leastBytes = 2 ** 12
const headBytes = 2 ** 16

/** Any range of a file, for formats whose table of contents is at the end. */
export interface RandomAccess {
  readonly bytes: number
  /** Bytes `from` up to `to`, fewer where the file ends before. */
  readonly slice: (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>
  readonly close: () => Promise<void>
}

export class Input {
  /** relative to its pattern; documents are called after it */
  readonly name: string
  readonly path: string
  readonly packing: Packing | undefined
  /** the first 64 KiB, unpacked; fewer where what follows is damaged */
  readonly head: Uint8Array
  /** bytes of the file, packed as they are, that the current pass has taken */
  position = 0
  readonly #limits: UnpackLimits

  private constructor(
    file: SourceFile,
    { packing, head, limits }: { packing: Packing | undefined; head: Uint8Array; limits: UnpackLimits }
  ) {
    this.name = file.name
    this.path = file.path
    this.packing = packing
    this.head = head
    this.#limits = limits
  }

  /** Looks at the beginning. Rejects with Node's error where there is no such file. */
  static async of(file: SourceFile, limits: UnpackLimits): Promise<Input> {
    const raw = await beginning(bytesOf(file.path), headBytes)
    const packing = packingOf(raw)
    if (packing === undefined) return new Input(file, { packing, head: raw, limits })
    const head = await beginning(unpacked(bytesOf(file.path), packing, limits), headBytes)
    return new Input(file, { packing, head, limits })
  }

  /** The name without the ending of a packing: what the format's extension is taken from. */
  get extension(): string {
    const lower = this.name.toLowerCase()
    return extname(packedEndings.has(extname(lower)) ? lower.slice(0, -extname(lower).length) : lower)
  }

  /** All bytes from the beginning. A chunk is only good until the next is asked for. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    this.position = 0
    const counted = this.#counted()
    yield* this.packing === undefined ? counted : unpacked(counted, this.packing, this.#limits)
  }

  /** All bytes at once; refused as `too-big-to-hold` where there are more than the limit. */
  async whole(limit: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Array<Uint8Array> = []
    let bytes = 0
    for await (const chunk of this.chunks()) {
      bytes += chunk.length
      if (bytes > limit) throw new Refusal("too-big-to-hold", { value: bytes, threshold: limit })
      parts.push(new Uint8Array(chunk))
    }
    const all = new Uint8Array(bytes)
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  /** Any range. A packed file has none, so it is unpacked into memory, up to the limit. */
  async open(limit: number): Promise<RandomAccess> {
    if (this.packing !== undefined) {
      const all = await this.whole(limit)
      return {
        bytes: all.length,
        slice: (from, to) => Promise.resolve(all.slice(from, to)),
        close: () => Promise.resolve()
      }
    }
    const file = await open(this.path)
    const { size } = await file.stat()
    return {
      bytes: size,
      slice: async (from, to) => {
        const end = Math.min(to, size)
        const buffer = new Uint8Array(Math.max(0, end - from))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
        this.position = Math.min(size, this.position + bytesRead)
        return buffer.subarray(0, bytesRead)
      },
      close: () => file.close()
    }
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytesOf(this.path)) {
      this.position += chunk.length
      yield chunk
    }
  }
}

const packedEndings: ReadonlySet<string> = new Set([".gz", ".zst", ".zstd"])

/** Pieces of a file of at most 1 MiB. Each is only good until the next is asked for. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    // no larger than the file, which for thousands of small ones is a gigabyte less to clean up
    const buffer = new Uint8Array(Math.min(chunkBytes, Math.max(size, leastBytes)))
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** The first bytes, as far as they come: damage is for the reading itself to find. */
const beginning = async (chunks: AsyncGenerator<Uint8Array>, most: number): Promise<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      parts.push(chunk.slice(0, most - bytes))
      bytes += chunk.length
      if (bytes >= most) break
    }
  } catch (problem) {
    if (problem instanceof Error && "syscall" in problem) throw problem
  }
  return Buffer.concat(parts)
}
