// Words as numbers: equal words get equal ids, counted from 0. Forgets everything at once, so that one is made a corpus and
// cleared a segment.
import { Codes, isSpace } from "./Codes.ts"

export class Words {
  size = 0
  /** the characters of all words, one after another; word i ends where word i + 1 starts */
  #pool = new Uint32Array(4096)
  #starts = new Int32Array(1025)
  #slots = new Int32Array(4096)
  /** a slot is free where its stamp is an older one */
  #stamps = new Int32Array(4096)
  #stamp = 1
  readonly #codes = new Codes()

  clear(): void {
    this.size = 0
    this.#stamp++
  }

  /** The id of the word codes[start..end). */
  id(codes: Uint32Array, start: number, end: number): number {
    let hash = end - start
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ codes[at]!, 0x01000193)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      if (this.#stamps[slot] !== this.#stamp) return this.#add(codes, start, end, slot)
      const id = this.#slots[slot]!
      if (this.#is(id, codes, start, end)) return id
    }
  }

  /** The id of a word given as a string. */
  idOf(word: string): number {
    this.#codes.read(word)
    return this.id(this.#codes.points, 0, this.#codes.length)
  }

  /** Ids of the words between white space. */
  split({ length, points }: Codes): Int32Array {
    const ids = new Int32Array((length + 1) >> 1)
    let [count, at] = [0, 0]
    while (at < length) {
      while (at < length && isSpace(points[at]!)) at++
      const start = at
      while (at < length && !isSpace(points[at]!)) at++
      if (at > start) ids[count++] = this.id(points, start, at)
    }
    return ids.subarray(0, count)
  }

  #is(id: number, codes: Uint32Array, start: number, end: number): boolean {
    const from = this.#starts[id]!
    if (this.#starts[id + 1]! - from !== end - start) return false
    for (let at = start; at < end; at++) if (this.#pool[from + at - start] !== codes[at]) return false
    return true
  }

  #add(codes: Uint32Array, start: number, end: number, slot: number): number {
    const id = this.size++
    const from = id === 0 ? 0 : this.#starts[id]!
    const to = from + end - start
    if (to > this.#pool.length) this.#pool = grown(this.#pool, new Uint32Array(2 * to))
    if (id + 2 > this.#starts.length) this.#starts = grown(this.#starts, new Int32Array(4 * id))
    this.#pool.set(codes.subarray(start, end), from)
    this.#starts[id] = from
    this.#starts[id + 1] = to
    this.#slots[slot] = id
    this.#stamps[slot] = this.#stamp
    if (2 * this.size > this.#slots.length) this.#rehash()
    return id
  }

  #rehash(): void {
    const [words, starts, size] = [this.#pool, this.#starts, this.size]
    this.#slots = new Int32Array(4 * this.#slots.length)
    this.#stamps = new Int32Array(this.#slots.length)
    this.#pool = new Uint32Array(words.length)
    this.#starts = new Int32Array(starts.length)
    this.clear()
    for (let id = 0; id < size; id++) this.id(words, starts[id]!, starts[id + 1]!)
  }
}

const grown = <A extends Uint32Array | Int32Array>(from: A, to: A): A => {
  to.set(from)
  return to
}
