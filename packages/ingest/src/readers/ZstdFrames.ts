// Cuts zstd data into chunks none of which holds bytes of two frames. Node's decompressor stops without a word at the end of a frame
// when more follows in the same chunk, so that a file put together from parts would lose all but the first.
import { Damage } from "./Format.ts"

const magicNumber = 0xfd2fb528
/** 16 numbers mark what a decoder has to skip */
const skippableNumber = 0x184d2a50
const dictionaryBytes = [0, 1, 2, 4]
const contentSizeBytes = [0, 2, 4, 8]
/** the second of the four types of a block stands for one byte that is repeated */
const repeatedByte = 1

/** The same bytes without the frames to skip (RFC 8878, section 3.1). Throws `Damage` where a frame ends early or none begins. */
export async function* zstdFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const bytes = new Pull(chunks)
  try {
    while (await bytes.isMore()) yield* frame(bytes)
  } finally {
    await bytes.close()
  }
}

async function* frame(bytes: Pull): AsyncGenerator<Buffer> {
  const magic = await bytes.take(4)
  const number = magic.readUInt32LE()
  if ((number & ~15) >>> 0 === skippableNumber) {
    const size = (await bytes.take(4)).readUInt32LE()
    for await (const skipped of bytes.run(size)) void skipped
    return
  }
  if (number !== magicNumber) throw bytes.damage("no zstd frame begins here")
  yield magic
  const descriptor = await bytes.take(1)
  yield descriptor
  const flags = descriptor[0] ?? 0
  const single = (flags >> 5) & 1
  // without a window its content size is always there, in at least one byte
  const size = contentSizeBytes[flags >> 6] ?? 0
  yield* bytes.run((single === 1 ? 0 : 1) + (dictionaryBytes[flags & 3] ?? 0) + Math.max(size, single))
  for (let last = false; !last;) {
    const block = await bytes.take(3)
    yield block
    const header = block.readUIntLE(0, 3)
    last = (header & 1) === 1
    yield* bytes.run(((header >> 1) & 3) === repeatedByte ? 1 : header >> 3)
  }
  if (((flags >> 2) & 1) === 1) yield* bytes.run(4) // checksum
}

/** A stream of chunks from which counted bytes are taken. */
class Pull {
  readonly #chunks: AsyncIterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  #position = 0

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async isMore(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next()
      if (next.done === true) return false
      this.#chunk = next.value
    }
    return true
  }

  /** The next bytes, as they lie in the chunks. */
  async *run(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (!(await this.isMore())) throw this.damage("the zstd data ends in the middle of a frame")
      const part = this.#chunk.subarray(0, left)
      this.#chunk = this.#chunk.subarray(part.length)
      this.#position += part.length
      left -= part.length
      yield part
    }
  }

  /** A few bytes together. */
  async take(count: number): Promise<Buffer> {
    const parts: Array<Buffer> = []
    for await (const part of this.run(count)) parts.push(part)
    return Buffer.concat(parts)
  }

  damage(problem: string): Damage {
    return new Damage({ place: `byte ${this.#position}:`, at: this.#position, problem })
  }
}
