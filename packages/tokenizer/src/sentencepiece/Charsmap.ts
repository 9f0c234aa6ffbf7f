// The rules of a SentencePiece normalizer as its files carry them: a double array of strings (darts-clone) whose values are
// places in a list of replacements, each ended by a zero byte. <bytes of the array: uint32><array: uint32 each><replacements>
import { Result } from "effect"

export interface Rule {
  /** bytes it replaces */
  readonly length: number
  readonly replacement: string
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

export class Charsmap {
  readonly #units: Uint32Array
  /** by place of its first byte, as asked for */
  readonly #replacements = new Map<number, string>()
  readonly #texts: Uint8Array

  private constructor(units: Uint32Array, texts: Uint8Array) {
    this.#units = units
    this.#texts = texts
  }

  /** The rules, or what is wrong with the bytes. */
  static parse(blob: Uint8Array): Result.Result<Charsmap, string> {
    if (blob.length < 8) return Result.fail("shorter than an array of one unit")
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    const size = view.getUint32(0, true)
    if (size > blob.length - 4) return Result.fail(`an array of ${size} bytes in ${blob.length}`)
    if (size === 0 || size % 4 !== 0) return Result.fail(`an array of ${size} bytes is none of uint32`)
    const texts = blob.subarray(4 + size)
    try {
      utf8.decode(texts)
    } catch {
      return Result.fail("replacements are no UTF-8")
    }
    const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true))
    return Result.succeed(new Charsmap(units, texts))
  }

  /** The longest rule for what begins at `from`, as SentencePiece takes it. */
  longest(bytes: Uint8Array, from: number, end: number): Rule | undefined {
    let found: Rule | undefined
    this.#walk(bytes, from, end, (length, place) => {
      found = { length, replacement: this.#replacement(place) }
      return true
    })
    return found
  }

  /** The replacement of the shortest rule for what begins at `from`, as `tokenizers` takes it, whatever follows. */
  shortest(bytes: Uint8Array, from: number, end: number): string | undefined {
    let found: string | undefined
    this.#walk(bytes, from, end, (_, place) => {
      found = this.#replacement(place)
      return false
    })
    return found
  }

  /** Calls `onRule` for each rule that matches, shorter ones first, while it gives true. A unit outside the array ends it. */
  #walk(
    bytes: Uint8Array,
    from: number,
    end: number,
    onRule: (length: number, place: number) => boolean
  ): void {
    const units = this.#units
    let unit = units[0]!
    let node = offsetOf(unit)
    for (let at = from; at < end; at++) {
      const byte = bytes[at]!
      if (byte === 0) return
      node ^= byte
      if (node >= units.length || node < 0) return
      unit = units[node]!
      if ((unit & 0x800000ff) !== byte) return
      node ^= offsetOf(unit)
      if (((unit >>> 8) & 1) === 0) continue
      if (node >= units.length || node < 0) return
      if (!onRule(at + 1 - from, units[node]! & 0x7fffffff)) return
    }
  }

  #replacement(place: number): string {
    const known = this.#replacements.get(place)
    if (known !== undefined) return known
    let end = place
    while (end < this.#texts.length && this.#texts[end] !== 0) end++
    const text = Buffer.from(this.#texts.subarray(place, end)).toString("utf8")
    this.#replacements.set(place, text)
    return text
  }
}

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)
