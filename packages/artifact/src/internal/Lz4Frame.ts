// LZ4 frames (github.com/lz4/lz4, doc/lz4_Frame_format.md and doc/lz4_Block_format.md), without checking their checksums.

const magic = 0x184d2204
const flags = { contentSize: 8, blockChecksum: 16, dictionary: 1 } as const
/** a block of this bit is not packed */
const plainBlock = 0x8000_0000

/** All frames, one after the other. Throws where they end early, point outside themselves, or give more than `most` bytes. */
export const unpackLz4Frame = (packed: Uint8Array, most: number): Uint8Array => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const out = new Output(most)
  let at = 0
  while (at < packed.length) {
    if (view.getUint32(at, true) !== magic) throw new Error("is no LZ4 frame")
    const flag = view.getUint8(at + 4)
    // magic, flags, block descriptor, header checksum
    at += 7 + ((flag & flags.contentSize) === 0 ? 0 : 8) + ((flag & flags.dictionary) === 0 ? 0 : 4)
    for (;;) {
      const header = view.getUint32(at, true)
      at += 4
      if (header === 0) break
      const size = (header & ~plainBlock) >>> 0
      if (size > packed.length - at) throw new Error("has an LZ4 block that is cut off")
      const block = packed.subarray(at, at + size)
      if ((header & plainBlock) === 0) unpackBlock(block, out)
      else out.add(block)
      at += size + ((flag & flags.blockChecksum) === 0 ? 0 : 4)
    }
    if ((flag & 4) !== 0) at += 4 // checksum of the content
  }
  return out.bytes()
}

/** Sequences of a token, literals, and a copy of at least four bytes that came before. */
const unpackBlock = (block: Uint8Array, out: Output): void => {
  let at = 0
  const next = (): number => {
    const byte = block[at++]
    if (byte === undefined) throw new Error("has an LZ4 block that is cut off")
    return byte
  }
  const length = (short: number): number => {
    if (short < 15) return short
    let sum = short
    for (let more = 255; more === 255; sum += more) more = next()
    return sum
  }
  while (at < block.length) {
    const token = next()
    const literals = length(token >> 4)
    if (literals > block.length - at) throw new Error("has an LZ4 block that is cut off")
    out.add(block.subarray(at, at + literals))
    at += literals
    if (at === block.length) return // the last sequence has no copy
    const distance = next() | (next() << 8)
    out.copy(distance, length(token & 15) + 4)
  }
}

class Output {
  readonly #most: number
  #buffer = new Uint8Array(2 ** 16)
  #length = 0

  constructor(most: number) {
    this.#most = most
  }
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }
  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }
  /** The bytes that lie so far back; they may reach into what they become. */
  copy(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length)
      throw new Error("has an LZ4 copy from before its beginning")
    this.#reserve(length)
    const from = this.#length - distance
    if (distance >= length) this.#buffer.copyWithin(this.#length, from, from + length)
    else for (let i = 0; i < length; i++) this.#buffer[this.#length + i] = this.#buffer[from + i] ?? 0
    this.#length += length
  }
  #reserve(more: number): void {
    const wanted = this.#length + more
    if (wanted > this.#most) throw new Error(`unpacks to more than ${this.#most} bytes`)
    if (wanted <= this.#buffer.length) return
    const larger = new Uint8Array(Math.min(this.#most, Math.max(wanted, 2 * this.#buffer.length)))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
