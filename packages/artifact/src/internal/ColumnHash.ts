// The digest of one column's values, fed batch by batch: it sees values alone, so batches, compression, dictionaries and the
// width of token ids leave no trace in it.
import { createHash } from "node:crypto"
import { bytesOf, type NumberArray } from "./Numbers.ts"
import type { Offsets, PlainColumn } from "./PlainColumn.ts"

/** SHA-256 in hex: `lengths` of the lengths of strings, binaries and lists as uint32, `values` of all their bytes in a row. */
export interface ColumnDigest {
  readonly lengths?: string
  readonly values: string
}

/** Ids widened at a time; small enough to stay in the cache. */
const chunk = 65_536

export class ColumnHash {
  private readonly lengths = createHash("sha256")
  private readonly values = createHash("sha256")
  private readonly wide: boolean

  /** `wide`: 16-bit numbers are hashed as 32-bit ones (token ids). */
  constructor(wide: boolean) {
    this.wide = wide
  }

  update(column: PlainColumn): void {
    switch (column.shape) {
      case "bools":
        this.values.update(column.values)
        break
      case "numbers":
        this.updateNumbers(column.values)
        break
      case "bytes":
        this.updateLengths(column.offsets)
        this.values.update(column.bytes.subarray(column.offsets[0], column.offsets.at(-1)))
        break
      case "lists":
        this.updateLengths(column.offsets)
        this.values.update(bytesOf(column.items.subarray(column.offsets[0], column.offsets.at(-1))))
        break
    }
  }

  digest(variable: boolean): ColumnDigest {
    const values = this.values.digest("hex")
    return variable ? { lengths: this.lengths.digest("hex"), values } : { values }
  }

  private updateNumbers(values: NumberArray): void {
    if (!this.wide || values instanceof Uint32Array) {
      this.values.update(bytesOf(values))
      return
    }
    const wide = new Uint32Array(Math.min(values.length, chunk))
    for (let at = 0; at < values.length; at += chunk) {
      const part = values.subarray(at, at + chunk)
      wide.set(part)
      this.values.update(bytesOf(wide.subarray(0, part.length)))
    }
  }

  private updateLengths(offsets: Offsets): void {
    const lengths = new Uint32Array(offsets.length - 1)
    for (let i = 0; i < lengths.length; i++) lengths[i] = (offsets[i + 1] ?? 0) - (offsets[i] ?? 0)
    this.lengths.update(bytesOf(lengths))
  }
}
