// The loop of BPE training over any alphabet: again and again the most frequent pair of neighbours becomes a piece of its
// own. Of equally frequent pairs the one with the lower ids comes first, as in Hugging Face's trainer.
import { growBytes } from "./Grow.ts"
import { PairCounts } from "./PairCounts.ts"
import { type Candidate, PairQueue } from "./PairQueue.ts"
import type { Symbols } from "./Symbols.ts"

export interface Alphabet {
  /** name of each id; that of a merged one is its two names together, so names must show where they begin */
  readonly names: Array<string>
  /** units of each id */
  readonly lengths: Array<number>
}

export class PairLearner {
  readonly names: Array<string>
  readonly #lengths: Array<number>
  readonly #idOf: Map<string, number>
  /** a rarer pair is never merged */
  readonly #least: number
  readonly #symbols: Symbols
  readonly #pairs = new PairCounts()
  readonly #queue = new PairQueue(this.#pairs)
  /** 1 for pairs that were queued; again only where a piece came out of several pairs */
  #queued = new Uint8Array(1 << 12)
  readonly #queuedAgain = new Set<number>()
  readonly #merges: Array<{ readonly pair: number; readonly result: number }> = []

  constructor(symbols: Symbols, { lengths, names }: Alphabet, least: number) {
    this.names = names
    this.#lengths = lengths
    this.#idOf = new Map(names.map((name, id) => [name, id]))
    this.#least = least
    this.#symbols = symbols
    this.#count()
  }

  /** Merges until there are `size` pieces or no pair is frequent enough, at most `merges` times; `true` when done. */
  advance(size: number, merges: number): boolean {
    for (let made = 0; made < merges;) {
      if (this.names.length >= size) return true
      const top = this.#queue.pop()
      if (top === undefined) return true
      const count = this.#pairs.count[top.pair]!
      if (count !== top.count) {
        if (count >= this.#least) this.#queue.push({ ...top, count })
        continue
      }
      if (count < this.#least) return true
      this.#merge(top)
      made++
    }
    return this.names.length >= size
  }

  /** `[left, right, result]` ids of each merge, one after another, in the order in which they were made. */
  merges(): Int32Array {
    const { left, right } = this.#pairs
    // the same pair can come up twice; as in Hugging Face's table, its last rank counts
    const last = new Map(this.#merges.map(({ pair }, rank) => [pair, rank]))
    const kept = this.#merges.filter(({ pair }, rank) => last.get(pair) === rank)
    return Int32Array.from(kept.flatMap(({ pair, result }) => [left[pair]!, right[pair]!, result]))
  }

  #count(): void {
    const { cells } = this.#symbols
    // first how many places each pair has, then the places: one array for all lists
    const ends: Array<number> = []
    this.#symbols.forEachPair((position, times) => {
      const pair = this.#pairs.change(cells[position]!, cells[position + 1]!, times)
      ends[pair] = (ends[pair] ?? 0) + 1
    })
    let end = 0
    for (const [pair, places] of ends.entries()) {
      ends[pair] = end
      end += places
    }
    const positions = new Int32Array(end)
    this.#symbols.forEachPair((position) => {
      const pair = this.#pairs.numberOf(cells[position]!, cells[position + 1]!)
      positions[ends[pair]!++] = position
    })
    let from = 0
    for (const [pair, to] of ends.entries()) {
      if (this.#pairs.count[pair]! >= this.#least) this.#enqueue(pair, positions, from, to)
      from = to
    }
  }

  #merge(candidate: Candidate): void {
    const { pair } = candidate
    const left = this.#pairs.left[pair]!
    const right = this.#pairs.right[pair]!
    const name = this.names[left]! + this.names[right]!
    // another pair may have given the same piece before
    let result = this.#idOf.get(name)
    if (result === undefined) {
      result = this.names.length
      this.names.push(name)
      this.#lengths.push(this.#lengths[left]! + this.#lengths[right]!)
      this.#idOf.set(name, result)
    }
    this.#merges.push({ pair, result })
    const positions = candidate.positions.subarray(candidate.from, candidate.to)
    const places = this.#queuedAgain.has(pair) ? wholeWords(this.#symbols, positions) : positions
    this.#mergeAt(places, { left, right, result })
    this.#pairs.drainGains(this.#least, (gaining, gained, from, to) =>
      this.#enqueue(gaining, gained, from, to)
    )
  }

  /** Replaces `left right` by `result` from left to right and keeps the counts of the pairs at its sides. */
  #mergeAt(
    positions: Int32Array,
    { left, right, result }: { readonly left: number; readonly right: number; readonly result: number }
  ): void {
    const pairs = this.#pairs
    const symbols = this.#symbols
    const { cells } = symbols
    let word = 0
    for (const position of positions) {
      if (cells[position] !== left) continue // merged with something else since
      word = symbols.wordAt(position, word)
      const second = symbols.next(position, word)
      if (second < 0 || cells[second] !== right) continue
      const before = symbols.previous(position, word)
      const after = symbols.next(second, word)
      const times = symbols.times(word)
      if (before >= 0) {
        pairs.change(cells[before]!, left, -times)
        pairs.gain(cells[before]!, result, times, before)
      }
      if (after >= 0) {
        pairs.change(right, cells[after]!, -times)
        pairs.gain(result, cells[after]!, times, position)
      }
      symbols.put(result, position)
    }
  }

  #enqueue(pair: number, positions: Int32Array, from: number, to: number): void {
    if (this.#queued[pair] === 1) this.#queuedAgain.add(pair)
    if (pair >= this.#queued.length) this.#queued = growBytes(this.#queued, pair + 1)
    this.#queued[pair] = 1
    this.#queue.push({ pair, count: this.#pairs.count[pair]!, positions, from, to })
  }
}

/**
 * Every position in the words of `positions`. A pair that was queued twice is merged in all of a word at once, as Hugging
 * Face does, which looks into words.
 */
const wholeWords = (symbols: Symbols, positions: Int32Array): Int32Array => {
  const all: Array<number> = []
  let word = -1
  for (const position of positions) {
    const its = symbols.wordAt(position, Math.max(word, 0))
    if (its === word) continue
    word = its
    for (let at = symbols.starts[word]!; at >= 0; at = symbols.next(at, word)) all.push(at)
  }
  return Int32Array.from(all)
}
