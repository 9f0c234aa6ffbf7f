// A table of a flatbuffer, read with every offset checked (by `DataView`, which throws) and every list no longer than the bytes it
// is in. See flatbuffers.dev, "FlatBuffers internals".

export class FlatTable {
  readonly #view: DataView
  readonly #at: number

  private constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  /** 0 where the field is left out, as its default is. */
  byte(field: number): number {
    const at = this.#field(field)
    return at === undefined ? 0 : this.#view.getUint8(at)
  }
  long(field: number): number {
    const at = this.#field(field)
    return at === undefined ? 0 : Number(this.#view.getBigInt64(at, true))
  }
  table(field: number): FlatTable | undefined {
    const at = this.#field(field)
    return at === undefined ? undefined : new FlatTable(this.#view, this.#target(at))
  }
  listLength(field: number): number {
    const at = this.#field(field)
    return at === undefined ? 0 : this.#view.getUint32(this.#target(at), true)
  }
  tables(field: number): ReadonlyArray<FlatTable> {
    return this.#list(field, 4).map((at) => new FlatTable(this.#view, this.#target(at)))
  }
  longs(field: number): ReadonlyArray<number> {
    return this.#list(field, 8).map((at) => Number(this.#view.getBigInt64(at, true)))
  }

  /** Where the elements of a list lie. */
  #list(field: number, size: number): ReadonlyArray<number> {
    const at = this.#field(field)
    if (at === undefined) return []
    const first = this.#target(at) + 4
    const length = this.listLength(field)
    if (first + length * size > this.#view.byteLength)
      throw new Error("has a list that leads outside its message")
    return Array.from({ length }, (_, i) => first + i * size)
  }
  #target(at: number): number {
    return at + this.#view.getUint32(at, true)
  }
  #field(field: number): number | undefined {
    const vtable = this.#at - this.#view.getInt32(this.#at, true)
    const entry = 4 + 2 * field
    if (entry >= this.#view.getUint16(vtable, true)) return undefined
    const offset = this.#view.getUint16(vtable + entry, true)
    return offset === 0 ? undefined : this.#at + offset
  }
}
