// A set of words (byte strings), each with a number in order of arrival: open addressing over typed arrays, the bytes of all
// words one after another in `bytes`.
import { growBytes, growInt32 } from "./Grow.ts"

export const hashWord = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5 // FNV-1a
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}

export class WordTable {
  size = 0
  bytes = new Uint8Array(1 << 16)
  /** where word `n` starts in `bytes`; it ends where `n + 1` starts */
  starts = new Int32Array(1 << 12)
  #hashes = new Int32Array(1 << 12)
  /** word number + 1, 0 for free; at most half full */
  #slots = new Int32Array(1 << 13)

  /** Bytes of all words together. */
  get byteLength(): number {
    return this.starts[this.size]!
  }

  /** Number of the word, or -1. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const own = this.bytes
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slots[slot]! - 1
      if (word < 0) return -1
      if (this.#hashes[word] !== hash) continue
      const from = this.starts[word]!
      if (this.starts[word + 1]! - from !== end - start) continue
      let i = start
      for (let j = from; i < end && own[j] === bytes[i]; j++) i++
      if (i === end) return word
    }
  }

  /** Adds a word that `find` did not find and gives its number. */
  add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const word = this.size
    const from = this.starts[word]!
    const to = from + end - start
    if (to > this.bytes.length) this.bytes = growBytes(this.bytes, to)
    for (let i = start, j = from; i < end; i++, j++) this.bytes[j] = bytes[i]!
    if (word + 2 > this.starts.length) {
      this.starts = growInt32(this.starts, word + 2)
      this.#hashes = growInt32(this.#hashes, word + 2)
    }
    this.starts[word + 1] = to
    this.#hashes[word] = hash
    this.size++
    if (2 * this.size > this.#slots.length) this.#rehash()
    else this.#place(word)
    return word
  }

  clear(): void {
    this.size = 0
    this.#slots.fill(0)
  }

  /** Gives back the memory that finding words takes; `size` and `starts` stay. */
  forget(): void {
    this.bytes = new Uint8Array(0)
    this.#hashes = new Int32Array(0)
    this.#slots = new Int32Array(0)
  }

  #place(word: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = this.#hashes[word]! & mask
    while (slots[slot] !== 0) slot = (slot + 1) & mask
    slots[slot] = word + 1
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length)
    for (let word = 0; word < this.size; word++) this.#place(word)
  }
}
