// Follows one event file that may be written right now: each call gives the records that have become whole since the last.
import { crc32c, masked } from "@inkstone/tensorflow/Crc32c"
import * as fs from "node:fs"
import { FOOTER, HEADER } from "./Record.ts"

/** Read at once; a longer record is read for itself. */
const CHUNK = 2 ** 20

export class Tail {
  readonly path: string
  #at = 0
  #broken = false

  constructor(path: string) {
    this.path = path
  }

  /** A checksum was wrong: what follows cannot be told apart, and no more is read. */
  get broken(): boolean {
    return this.#broken
  }

  /**
   * Data of the records that have been added. A record that is still being written is left for the next time; a length
   * that the file cannot hold takes no memory.
   *
   * @throws the file system's own error if the file cannot be read
   */
  read(): ReadonlyArray<Uint8Array> {
    if (this.#broken) return []
    const descriptor = fs.openSync(this.path, "r")
    try {
      const { size } = fs.fstatSync(descriptor)
      const found: Array<Uint8Array> = []
      let wanted = CHUNK
      while (!this.#broken && this.#at + HEADER < size) {
        const bytes = Buffer.alloc(Math.min(wanted, size - this.#at))
        const filled = fs.readSync(descriptor, bytes, 0, bytes.length, this.#at)
        const { records, used, next } = this.#split(bytes.subarray(0, filled))
        found.push(...records)
        this.#at += used
        // not even the whole rest of the file holds the next record: it is being written, or was cut off
        if (used === 0 && (next <= wanted || next > size - this.#at)) break
        wanted = Math.max(CHUNK, next)
      }
      return found
    } finally {
      fs.closeSync(descriptor)
    }
  }

  /** The whole records at the beginning of `bytes`; `next` is how long the one after them is, with all that belongs to it. */
  #split(bytes: Buffer) {
    const records: Array<Uint8Array> = []
    let used = 0
    let next = 0
    while (used + HEADER <= bytes.length) {
      const data = used + HEADER
      const length = Number(bytes.readBigUInt64LE(used))
      if (masked(crc32c(bytes.subarray(used, used + 8))) !== bytes.readUInt32LE(used + 8)) {
        this.#broken = true
        break
      }
      next = HEADER + length + FOOTER
      if (used + next > bytes.length) break
      if (masked(crc32c(bytes.subarray(data, data + length))) !== bytes.readUInt32LE(data + length)) {
        this.#broken = true
        break
      }
      records.push(bytes.subarray(data, data + length))
      used += next
      next = 0
    }
    return { records, used, next }
  }
}
