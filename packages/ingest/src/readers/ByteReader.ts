// Takes lines and blocks out of a stream of bytes, holding no more than a limit of any of them.

export interface Taken {
  /** the beginning, up to the limit */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** how many there were */
  readonly length: number
}

const lineFeed = 10

export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array()
  #at = 0
  #before = 0

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** bytes taken so far */
  get position(): number {
    return this.#before + this.#at
  }

  /** The next line with its line feed, of which `most` bytes are kept; undefined at the end. The last line may have none. */
  async line(most: number): Promise<Taken | undefined> {
    const kept = new Kept(most)
    for (;;) {
      if (this.#at === this.#chunk.length && !(await this.#next())) break
      const end = this.#chunk.indexOf(lineFeed, this.#at)
      const to = end === -1 ? this.#chunk.length : end + 1
      kept.add(this.#chunk.subarray(this.#at, to))
      this.#at = to
      if (end !== -1) break
    }
    return kept.length === 0 ? undefined : kept.taken()
  }

  /** The next `length` bytes, of which `most` are kept; fewer where the stream ends before. */
  async block(length: number, most: number): Promise<Taken> {
    const kept = new Kept(most)
    while (kept.length < length) {
      if (this.#at === this.#chunk.length && !(await this.#next())) break
      const to = Math.min(this.#chunk.length, this.#at + length - kept.length)
      kept.add(this.#chunk.subarray(this.#at, to))
      this.#at = to
    }
    return kept.taken()
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #next(): Promise<boolean> {
    this.#before += this.#chunk.length
    this.#at = 0
    const next = await this.#chunks.next()
    this.#chunk = next.done === true ? new Uint8Array() : next.value
    return next.done !== true
  }
}

const firstRoom = 2 ** 8

/** Bytes that come together, up to a limit; room is made as they come, never for what is announced. */
export class Kept {
  readonly #most: number
  #bytes = new Uint8Array(0)
  #kept = 0
  length = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Copies what it keeps. */
  add(bytes: Uint8Array): void {
    this.length += bytes.length
    const part = bytes.subarray(0, Math.max(0, this.#most - this.#kept))
    if (this.#kept + part.length > this.#bytes.length) {
      const room = Math.max(firstRoom, 2 * this.#bytes.length, this.#kept + part.length)
      const larger = new Uint8Array(Math.min(this.#most, room))
      larger.set(this.#bytes.subarray(0, this.#kept))
      this.#bytes = larger
    }
    this.#bytes.set(part, this.#kept)
    this.#kept += part.length
  }

  taken(): Taken {
    return { bytes: this.#bytes.subarray(0, this.#kept), length: this.length }
  }
}
