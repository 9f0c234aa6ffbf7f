// Where an encoder writes: ids and the byte offset of each, in arrays that grow and are used again.
import { growUint32 } from "./internal/Grow.ts"

export class TokenRun {
  length = 0
  /** the first `length` are valid */
  ids = new Uint32Array(1024)
  /** where each token starts in its document, in UTF-8 bytes */
  offsets = new Uint32Array(1024)

  /** Makes room for `more` tokens. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.ids.length) return
    this.ids = growUint32(this.ids, needed)
    this.offsets = growUint32(this.offsets, needed)
  }

  push(id: number, offset: number): void {
    this.reserve(1)
    this.ids[this.length] = id
    this.offsets[this.length++] = offset
  }

  clear(): void {
    this.length = 0
  }
}
