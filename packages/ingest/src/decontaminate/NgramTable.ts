// n-grams of evaluation items by their 64-bit hash, each with the items that have it. 34 to 68 bytes an n-gram.

/** Bits of the filter for each n-gram: one lookup in 16 of what is not there goes on to the table. */
const filterBits = 16

export class NgramTable {
  #lows = new Uint32Array(2 ** 12)
  #highs = new Uint32Array(2 ** 12)
  /** first posting of the slot, plus one; 0: empty */
  #heads = new Int32Array(2 ** 12)
  #count = 0
  #items = new Int32Array(2 ** 12)
  #next = new Int32Array(2 ** 12)
  #postings = 0
  #filter = new Uint8Array((filterBits * 2 ** 12) / 16)

  /** False where the item has this n-gram already. Items come one after the other. */
  add(low: number, high: number, item: number): boolean {
    const slot = this.#find(low, high)
    const head = this.#heads[slot]!
    if (head > 0 && this.#items[head - 1] === item) return false
    if (this.#postings === this.#items.length) this.#growPostings()
    this.#items[this.#postings] = item
    this.#next[this.#postings] = head
    this.#postings++
    this.#heads[slot] = this.#postings
    if (head === 0) {
      this.#lows[slot] = low
      this.#highs[slot] = high
      this.#count++
      this.#mark(low)
      if (2 * this.#count > this.#heads.length) this.#grow()
    }
    return true
  }

  /** Posting to begin with, for `itemOf` and `after`; 0 where no item has the n-gram. */
  look(low: number, high: number): number {
    const bit = (low >>> 0) & (8 * this.#filter.length - 1)
    if ((this.#filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return 0
    return this.#heads[this.#find(low, high)]!
  }

  itemOf(posting: number): number {
    return this.#items[posting - 1]!
  }

  after(posting: number): number {
    return this.#next[posting - 1]!
  }

  /** Postings in all: they are numbered from 1 to this. */
  get postings(): number {
    return this.#postings
  }

  #mark(low: number): void {
    const bit = (low >>> 0) & (8 * this.#filter.length - 1)
    this.#filter[bit >>> 3]! |= 1 << (bit & 7)
  }

  #find(low: number, high: number): number {
    const [l, h] = [low >>> 0, high >>> 0]
    const mask = this.#heads.length - 1
    for (let at = h & mask; ; at = (at + 1) & mask) {
      if (this.#heads[at] === 0 || (this.#lows[at] === l && this.#highs[at] === h)) return at
    }
  }

  #grow(): void {
    const [lows, highs, heads] = [this.#lows, this.#highs, this.#heads]
    const size = 2 * heads.length
    this.#lows = new Uint32Array(size)
    this.#highs = new Uint32Array(size)
    this.#heads = new Int32Array(size)
    this.#filter = new Uint8Array((filterBits * size) / 16)
    for (let i = 0; i < heads.length; i++) {
      if (heads[i] === 0) continue
      const slot = this.#find(lows[i]!, highs[i]!)
      this.#lows[slot] = lows[i]!
      this.#highs[slot] = highs[i]!
      this.#heads[slot] = heads[i]!
      this.#mark(lows[i]!)
    }
  }

  #growPostings(): void {
    const [items, next] = [this.#items, this.#next]
    this.#items = new Int32Array(2 * items.length)
    this.#next = new Int32Array(2 * next.length)
    this.#items.set(items)
    this.#next.set(next)
  }
}
