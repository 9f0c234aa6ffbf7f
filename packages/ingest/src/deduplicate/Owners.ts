// A table from 64-bit prints to the row that owns what has that print. 13 bytes an entry, at most half full.

export class Owners {
  #lows = new Uint32Array(2 ** 12)
  #highs = new Uint32Array(2 ** 12)
  #owners = new Int32Array(2 ** 12)
  /** 1 where a print was met more than once */
  #repeated = new Uint8Array(2 ** 12)
  #count = 0

  /** The owner becomes the better one of the two. */
  claim(print: Print, row: number, better: (a: number, b: number) => boolean): void {
    const at = this.#find(print)
    const owner = this.#owners[at]! - 1
    if (owner >= 0) {
      this.#repeated[at] = 1
      if (better(row, owner)) this.#owners[at] = row + 1
      return
    }
    this.#lows[at] = print.low
    this.#highs[at] = print.high
    this.#owners[at] = row + 1
    this.#count++
    if (2 * this.#count > this.#owners.length) this.#grow()
  }

  /** Where the print is, if it was met more than once; else -1. */
  place(print: Print): number {
    const at = this.#find(print)
    return this.#repeated[at] === 1 ? at : -1
  }

  ownerAt(place: number): number {
    return this.#owners[place]! - 1
  }

  #find({ high, low }: Print): number {
    const [h, l] = [high >>> 0, low >>> 0]
    const mask = this.#owners.length - 1
    for (let at = l & mask; ; at = (at + 1) & mask) {
      if (this.#owners[at] === 0 || (this.#lows[at] === l && this.#highs[at] === h)) return at
    }
  }

  #grow(): void {
    const [lows, highs, owners, repeated] = [this.#lows, this.#highs, this.#owners, this.#repeated]
    const size = 2 * owners.length
    this.#lows = new Uint32Array(size)
    this.#highs = new Uint32Array(size)
    this.#owners = new Int32Array(size)
    this.#repeated = new Uint8Array(size)
    for (let i = 0; i < owners.length; i++) {
      if (owners[i] === 0) continue
      const [low, high] = [lows[i]!, highs[i]!]
      const at = this.#find({ low, high })
      this.#lows[at] = low
      this.#highs[at] = high
      this.#owners[at] = owners[i]!
      this.#repeated[at] = repeated[i]!
    }
  }
}

export interface Print {
  readonly low: number
  readonly high: number
}
