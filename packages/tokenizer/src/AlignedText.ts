// A text that normalizers rewrite, as UTF-8, and where each of its bytes was in the text as it was given. Follows Hugging
// Face's NormalizedString: every byte of a character stands for the whole character it came from.
import { growBytes, growUint32 } from "./internal/Grow.ts"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

export class AlignedText {
  /** the first `length` are valid */
  bytes = new Uint8Array(1 << 10)
  length = 0
  /** where the part of the text that was loaded begins in the given text */
  base = 0
  /** given bytes of each byte, once something was rewritten; before, every byte is where it was */
  #aligned = false
  #starts = new Uint32Array(0)
  #ends = new Uint32Array(0)
  #nextBytes = new Uint8Array(0)
  #nextStarts = new Uint32Array(0)
  #nextEnds = new Uint32Array(0)
  /** bytes written since `begin` */
  written = 0

  /** Takes `bytes[from..to)` of a given text, valid UTF-8. */
  load(bytes: Uint8Array, from: number, to: number): void {
    this.base = from
    this.length = to - from
    this.#aligned = false
    if (this.length > this.bytes.length) this.bytes = growBytes(new Uint8Array(0), this.length)
    this.bytes.set(bytes.subarray(from, to))
  }

  /** Where the character that byte `at` came from begins in the given text. */
  startOf(at: number): number {
    if (this.#aligned) return this.#starts[at]!
    let start = at
    while (start > 0 && (this.bytes[start]! & 0xc0) === 0x80) start--
    return this.base + start
  }

  /** Where the character that byte `at` came from ends in the given text. */
  endOf(at: number): number {
    if (this.#aligned) return this.#ends[at]!
    let end = at + 1
    while (end < this.length && (this.bytes[end]! & 0xc0) === 0x80) end++
    return this.base + end
  }

  /** The text from `from` to `to` as a string. */
  text(from = 0, to = this.length): string {
    return decoder.decode(this.bytes.subarray(from, to))
  }

  /** Starts a new version of the text, written with `keep` and `put` and taken over with `end`. */
  begin(): void {
    this.written = 0
  }

  /** Takes bytes over as they are. */
  keep(from: number, to: number): void {
    this.#reserve(to - from)
    this.#nextBytes.set(this.bytes.subarray(from, to), this.written)
    if (this.#aligned) {
      this.#nextStarts.set(this.#starts.subarray(from, to), this.written)
      this.#nextEnds.set(this.#ends.subarray(from, to), this.written)
      this.written += to - from
      return
    }
    for (let at = from; at < to;) {
      const start = this.startOf(at)
      const end = this.endOf(at)
      for (; at < to && this.base + at < end; at++) {
        this.#nextStarts[this.written] = start
        this.#nextEnds[this.written++] = end
      }
    }
  }

  /** Writes a character that stands for the same as byte `at` did; before the first byte it stands for nothing. */
  put(codePoint: number, at: number): void {
    const start = at < 0 ? this.base : this.startOf(at)
    const end = at < 0 ? this.base : this.endOf(at)
    this.#reserve(4)
    const bytes = this.#nextBytes
    let to = this.written
    if (codePoint < 0x80) bytes[to++] = codePoint
    else {
      if (codePoint < 0x800) bytes[to++] = 0xc0 | (codePoint >> 6)
      else {
        if (codePoint < 0x10000) bytes[to++] = 0xe0 | (codePoint >> 12)
        else {
          bytes[to++] = 0xf0 | (codePoint >> 18)
          bytes[to++] = 0x80 | ((codePoint >> 12) & 0x3f)
        }
        bytes[to++] = 0x80 | ((codePoint >> 6) & 0x3f)
      }
      bytes[to++] = 0x80 | (codePoint & 0x3f)
    }
    for (let i = this.written; i < to; i++) {
      this.#nextStarts[i] = start
      this.#nextEnds[i] = end
    }
    this.written = to
  }

  /** Writes each character of a string as `put` does. */
  putText(text: string, at: number): void {
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i)!
      if (codePoint > 0xffff) i++
      this.put(codePoint, at)
    }
  }

  /** What was written since `begin` becomes the text. */
  end(): void {
    const { bytes } = this
    const [starts, ends] = [this.#starts, this.#ends]
    this.bytes = this.#nextBytes
    this.#starts = this.#nextStarts
    this.#ends = this.#nextEnds
    this.length = this.written
    this.#aligned = true
    this.#nextBytes = bytes
    this.#nextStarts = starts
    this.#nextEnds = ends
  }

  #reserve(more: number): void {
    const needed = this.written + more
    if (needed > this.#nextBytes.length) this.#nextBytes = growBytes(this.#nextBytes, needed)
    if (needed <= Math.min(this.#nextStarts.length, this.#nextEnds.length)) return
    this.#nextStarts = growUint32(this.#nextStarts, needed)
    this.#nextEnds = growUint32(this.#nextEnds, needed)
  }
}
