// A trie over byte strings in one typed array: a double array with XOR (Aoe 1989; the layout of Yata's darts-clone). A step
// costs one line of cache and no search.
import { growInt32 } from "./Grow.ts"

/** Byte strings in one array: string `n` is `bytes[starts[n] .. starts[n + 1])`. */
export interface ByteStrings {
  readonly bytes: Uint8Array
  /** one longer than there are strings */
  readonly starts: Int32Array
}

/** Blocks of 256 places that are still looked at for room; older ones are full enough. */
const openBlocks = 16

/**
 * The trie walks as `cells`, four numbers a node: parent, base, value (-1 for none), not used. The child of node `s` by byte `c`
 * is `t = cells[4 * s + 1] ^ c`, if `cells[4 * t] === s`. The root is 0.
 */
export class ByteTrie {
  cells: Int32Array
  readonly #strings: ByteStrings
  /** free places as a ring within the open blocks */
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  #head = -1
  #places = 0
  /** node, depth, first and last string of work to be done */
  #work = new Int32Array(1 << 10)
  #labels = new Int32Array(257)

  /**
   * `order` are numbers of strings, sorted by their bytes; the value of a string is its number. Of equal strings the last
   * one counts; empty ones are left out.
   */
  constructor(strings: ByteStrings, order: Int32Array) {
    this.#strings = strings
    this.cells = new Int32Array(0)
    this.#addBlock()
    this.#take(0, -1)
    if (order.length > 0) this.#build(order)
    this.#next = this.#previous = this.#work = new Int32Array(0)
  }

  /** The value of a whole string, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const { cells } = this
    let node = 0
    for (let i = start; i < end; i++) {
      const child = cells[4 * node + 1]! ^ bytes[i]!
      if (cells[4 * child] !== node) return -1
      node = child
    }
    return cells[4 * node + 2]!
  }

  #build(order: Int32Array): void {
    const { bytes, starts } = this.#strings
    let top = this.#push(0, 0, 0, 0, order.length)
    while (top > 0) {
      top -= 4
      const [node, depth, to] = [this.#work[top]!, this.#work[top + 1]!, this.#work[top + 3]!]
      let from = this.#work[top + 2]!
      // strings that end here come first
      for (; from < to; from++) {
        const string = order[from]!
        if (starts[string + 1]! - starts[string]! !== depth) break
        if (depth > 0) this.cells[4 * node + 2] = string
      }
      if (from === to) continue
      const labels = this.#labels
      let count = 0
      for (let i = from; i < to; i++) {
        const label = bytes[starts[order[i]!]! + depth]!
        if (count === 0 || labels[count - 1] !== label) labels[count++] = label
      }
      const base = this.#findBase(count)
      this.cells[4 * node + 1] = base
      for (let i = 0; i < count; i++) this.#take(base ^ labels[i]!, node)
      for (let i = from; i < to;) {
        const label = bytes[starts[order[i]!]! + depth]!
        const first = i
        while (i < to && bytes[starts[order[i]!]! + depth] === label) i++
        top = this.#push(top, base ^ label, depth + 1, first, i)
      }
    }
  }

  // five numbers, each of another meaning: no object for each node of a big trie
  #push(top: number, node: number, depth: number, from: number, to: number): number {
    if (top + 4 > this.#work.length) this.#work = growInt32(this.#work, top + 4)
    this.#work[top] = node
    this.#work[top + 1] = depth
    this.#work[top + 2] = from
    this.#work[top + 3] = to
    return top + 4
  }

  /** A base from which all of the first `count` labels lead to free places. */
  #findBase(count: number): number {
    const labels = this.#labels
    const { cells } = this
    if (this.#head >= 0) {
      let place = this.#head
      do {
        const base = place ^ labels[0]!
        let i = 1
        while (i < count && cells[4 * (base ^ labels[i]!)] === free) i++
        if (i === count) return base
        place = this.#next[place]!
      } while (place !== this.#head)
    }
    return this.#addBlock() ^ labels[0]!
  }

  /** Gives the first place of 256 new ones, and closes the oldest open block. */
  #addBlock(): number {
    const first = this.#places
    this.#places += 256
    if (4 * this.#places > this.cells.length) {
      this.cells = growInt32(this.cells, 4 * this.#places)
      this.#next = growInt32(this.#next, this.#places)
      this.#previous = growInt32(this.#previous, this.#places)
    }
    for (let place = first; place < this.#places; place++) {
      this.cells[4 * place] = free
      this.cells[4 * place + 2] = -1
      this.#link(place)
    }
    const closed = first - 256 * openBlocks
    if (closed >= 0) {
      for (let place = closed; place < closed + 256; place++) {
        if (this.cells[4 * place] === free) this.#unlink(place)
      }
    }
    return first
  }

  #take(place: number, parent: number): void {
    if (this.cells[4 * place] === free && place >= this.#places - 256 * openBlocks) this.#unlink(place)
    this.cells[4 * place] = parent
  }

  #link(place: number): void {
    if (this.#head < 0) {
      this.#head = this.#next[place] = this.#previous[place] = place
      return
    }
    const last = this.#previous[this.#head]!
    this.#next[last] = this.#previous[this.#head] = place
    this.#previous[place] = last
    this.#next[place] = this.#head
  }

  #unlink(place: number): void {
    const next = this.#next[place]!
    if (next === place) {
      this.#head = -1
      return
    }
    const previous = this.#previous[place]!
    this.#next[previous] = next
    this.#previous[next] = previous
    if (this.#head === place) this.#head = next
  }
}

/** No node is its parent: the root's own parent is -1. */
const free = -2

/** Numbers of the strings in the order of their bytes, equal ones in the order of their numbers. */
export const sortedOrder = ({ bytes, starts }: ByteStrings): Int32Array => {
  const order = new Int32Array(starts.length - 1)
  for (let i = 0; i < order.length; i++) order[i] = i
  return order.toSorted((a, b) => {
    let [i, j] = [starts[a]!, starts[b]!]
    const [iEnd, jEnd] = [starts[a + 1]!, starts[b + 1]!]
    for (; i < iEnd && j < jEnd; i++, j++) if (bytes[i] !== bytes[j]) return bytes[i]! - bytes[j]!
    return iEnd - i - (jEnd - j) || a - b
  })
}

/** Texts as UTF-8 in one array. */
export const byteStrings = (texts: ReadonlyArray<string>): ByteStrings => {
  const starts = new Int32Array(texts.length + 1)
  let length = 0
  for (const [n, text] of texts.entries()) {
    length += Buffer.byteLength(text)
    starts[n + 1] = length
  }
  const bytes = new Uint8Array(length)
  const encoder = new TextEncoder()
  for (const [n, text] of texts.entries()) encoder.encodeInto(text, bytes.subarray(starts[n], starts[n + 1]))
  return { bytes, starts }
}
