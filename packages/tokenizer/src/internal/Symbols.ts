// All words one after another as ids, merged in place. The first cell of a symbol of n bytes holds its id and the last one,
// if it is another, holds -n; so both neighbours are found without links, and a merge costs the same in words of any length.

/** Words as runs of units, bytes of UTF-8 or numbers of characters, one word after another. */
export interface CountedUnits {
  readonly words: {
    readonly size: number
    readonly byteLength: number
    readonly bytes: ArrayLike<number>
    /** where each word begins; one more than there are words */
    readonly starts: Int32Array
  }
  readonly counts: Float64Array
}

export class Symbols {
  readonly cells: Int32Array
  readonly starts: Int32Array
  readonly #counts: Float64Array
  readonly #words: number
  /** units of each id */
  readonly #lengths: Array<number>

  constructor({ words, counts }: CountedUnits, idOfByte: Int32Array, lengths: Array<number>) {
    this.cells = new Int32Array(words.byteLength)
    for (let i = 0; i < this.cells.length; i++) this.cells[i] = idOfByte[words.bytes[i]!]!
    this.starts = words.starts
    this.#words = words.size
    this.#counts = counts
    this.#lengths = lengths
  }

  /** Visits every position that has a symbol after it in its word, with the word's count. */
  forEachPair(visit: (position: number, times: number) => void): void {
    for (let word = 0; word < this.#words; word++) {
      const times = this.#counts[word]!
      const last = this.starts[word + 1]! - 1
      for (let i = this.starts[word]!; i < last; i++) visit(i, times)
    }
  }

  /** The word a position is in, not before `from`; quick when it is near. */
  wordAt(position: number, from: number): number {
    let low = from
    let step = 1
    while (low + step < this.#words && this.starts[low + step]! <= position) {
      low += step
      step *= 2
    }
    let high = Math.min(low + step, this.#words)
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.starts[middle]! <= position) low = middle
      else high = middle
    }
    return low
  }

  times(word: number): number {
    return this.#counts[word]!
  }

  /** Position of the symbol after the one at `position`, or -1 at the end of the word. */
  next(position: number, word: number): number {
    const next = position + this.#lengths[this.cells[position]!]!
    return next < this.starts[word + 1]! ? next : -1
  }

  /** Position of the symbol before the one at `position`, or -1 at the start of the word. */
  previous(position: number, word: number): number {
    if (position === this.starts[word]!) return -1
    const before = this.cells[position - 1]!
    return before < 0 ? position + before : position - 1
  }

  /** Puts one symbol over the two that begin at `position`. */
  put(id: number, position: number): void {
    const length = this.#lengths[id]!
    for (let i = position + 1; i < position + length; i++) this.cells[i] = -length
    this.cells[position] = id
  }
}
