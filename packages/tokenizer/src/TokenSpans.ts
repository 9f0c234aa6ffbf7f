// Where models write: ids and the bytes of the normalized text that each stands for.
import { growUint32 } from "./internal/Grow.ts"

export class TokenSpans {
  length = 0
  /** the first `length` are valid */
  ids = new Uint32Array(256)
  starts = new Uint32Array(256)
  ends = new Uint32Array(256)

  push(id: number, start: number, end: number): void {
    if (this.length === this.ids.length) {
      this.ids = growUint32(this.ids, this.length + 1)
      this.starts = growUint32(this.starts, this.length + 1)
      this.ends = growUint32(this.ends, this.length + 1)
    }
    this.ids[this.length] = id
    this.starts[this.length] = start
    this.ends[this.length++] = end
  }

  clear(): void {
    this.length = 0
  }
}
