// Best-fit-decreasing bin packing, as Ding et al. 2024, "Fewer Truncations Improve Language Modeling", use it: the longest
// piece first, each into the fullest row that still has room for it.

/**
 * The row of each piece. `lengths` are from 1 to `capacity`. Takes O(pieces * log capacity) time: rows are listed by the room
 * they have left, and a binary tree over these numbers finds the smallest that is enough. The same lengths give the same rows;
 * rows are numbered by their first piece.
 */
export const bestFit = (lengths: Uint32Array, capacity: number): Uint32Array => {
  const rooms = new Rooms(lengths.length, capacity)
  const rowOf = new Uint32Array(lengths.length)
  let rows = 0
  for (const piece of longestFirst(lengths, capacity)) {
    const length = lengths[piece]!
    const found = rooms.take(length)
    const row = found < 0 ? rows++ : found
    rowOf[piece] = row
    rooms.put(row, (found < 0 ? capacity : rooms.taken) - length)
  }
  return numberedByFirstPiece(rowOf, rows)
}

/** Pieces by length, longest first, equal ones in order: a counting sort. */
const longestFirst = (lengths: Uint32Array, capacity: number): Uint32Array => {
  const next = new Uint32Array(capacity + 2) // next[capacity - length] = place of the next piece of this length
  for (const length of lengths) next[capacity - length + 1]!++
  for (let i = 1; i < next.length; i++) next[i]! += next[i - 1]!
  const order = new Uint32Array(lengths.length)
  for (let piece = 0; piece < lengths.length; piece++) order[next[capacity - lengths[piece]!]!++] = piece
  return order
}

const numberedByFirstPiece = (rowOf: Uint32Array, rows: number): Uint32Array => {
  const number = new Int32Array(rows).fill(-1)
  let count = 0
  return rowOf.map((row) => {
    if (number[row]! < 0) number[row] = count++
    return number[row]!
  })
}

/** Rows by the room they have left. */
class Rooms {
  readonly #leaves: number
  /** a tree of counts over room 0 to capacity: node n has children 2n and 2n + 1 */
  readonly #counts: Uint32Array
  /** the row last put into each room, and behind each row the one put before it; -1 ends */
  readonly #first: Int32Array
  readonly #behind: Int32Array
  /** room of the row that was taken last */
  taken = 0

  constructor(rows: number, capacity: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(capacity + 1))
    this.#counts = new Uint32Array(2 * this.#leaves)
    this.#first = new Int32Array(capacity + 1).fill(-1)
    this.#behind = new Int32Array(rows)
  }

  /** Takes out a row with the least room of at least `length`; -1 if there is none. */
  take(length: number): number {
    const counts = this.#counts
    let node = this.#leaves + length
    if (counts[node] === 0) {
      // up to the first place where something lies to the right, then down to its leftmost leaf
      while (node > 1 && ((node & 1) === 1 || counts[node + 1] === 0)) node >>= 1
      if (node <= 1) return -1
      node++
      while (node < this.#leaves) node = counts[2 * node] === 0 ? 2 * node + 1 : 2 * node
    }
    this.taken = node - this.#leaves
    const row = this.#first[this.taken]!
    this.#first[this.taken] = this.#behind[row]!
    for (; node > 0; node >>= 1) counts[node]!--
    return row
  }

  /** A full row is never asked for again. */
  put(row: number, room: number): void {
    if (room === 0) return
    this.#behind[row] = this.#first[room]!
    this.#first[room] = row
    for (let node = this.#leaves + room; node > 0; node >>= 1) this.#counts[node]!++
  }
}
