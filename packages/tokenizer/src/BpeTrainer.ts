// Learns a byte-level BPE vocabulary: again and again the most frequent pair of neighbours becomes a piece of its own
// (Sennrich, Haddow, Birch 2016). Counts are kept up to date instead of counted anew, as Hugging Face's trainer does, whose
// vocabulary this one equals for the same text and settings, as long as no word is longer than 256 bytes and the different
// words fit into `wordBytes`.
import { bytesInAlphabetOrder } from "./internal/ByteAlphabet.ts"
import { growBytes } from "./internal/Grow.ts"
import { PairCounts } from "./internal/PairCounts.ts"
import { type Candidate, PairQueue } from "./internal/PairQueue.ts"
import { Symbols } from "./internal/Symbols.ts"
import { type CountedWords, WordCounts } from "./internal/WordCounts.ts"
import { type Pattern, wordEnd } from "./Pattern.ts"
import type { Vocabulary } from "./Vocabulary.ts"

export interface BpeSettings {
  /** pieces to reach, end-of-text and the 256 bytes among them */
  readonly vocabSize: number
  /** a pair that is rarer is not merged */
  readonly minFrequency: number
  readonly pattern: Pattern
  readonly endOfText: string
  /** bytes of different words to hold in memory, 64 MiB by default; beyond, long words are counted in shorter parts */
  readonly wordBytes?: number
}

/** Bytes of different words, where nothing else is said. */
export const wordBytes = 2 ** 26

/** Call `add` or `addCounted` for every document, then `advance` until it gives `true`, then take `vocabulary()`. */
export class BpeTrainer {
  readonly #settings: BpeSettings
  /** a rarer pair is never merged */
  readonly #least: number
  readonly #words: WordCounts
  readonly #pairs = new PairCounts()
  readonly #queue = new PairQueue(this.#pairs)
  /** bytes of each id as a Latin-1 string */
  readonly #pieces: Array<string>
  readonly #lengths: Array<number>
  readonly #idOf: Map<string, number>
  /** pair number of each merge, in order */
  readonly #merges: Array<{ readonly pair: number; readonly result: number }> = []
  /** 1 for pairs that were queued; again only where a piece came out of several pairs */
  #queued = new Uint8Array(1 << 12)
  readonly #queuedAgain = new Set<number>()
  #symbols: Symbols | undefined

  constructor(settings: BpeSettings) {
    this.#settings = settings
    this.#least = Math.max(1, settings.minFrequency)
    this.#words = new WordCounts(wordEnd(settings.pattern), { bytes: settings.wordBytes ?? wordBytes })
    // id 0 is end-of-text, then the bytes: the order in which Hugging Face's trainer numbers them
    this.#pieces = ["", ...bytesInAlphabetOrder.map((byte) => String.fromCharCode(byte))]
    this.#lengths = this.#pieces.map((piece) => piece.length)
    this.#idOf = new Map(this.#pieces.map((piece, id) => [piece, id]))
  }

  /** UTF-8 bytes of the documents so far. */
  get textBytes(): number {
    return this.#words.textBytes
  }

  /** Pieces so far. */
  get size(): number {
    return this.#pieces.length
  }

  /** Longer words were counted in parts of at most this many bytes: 256, or less if the words outgrew the memory. */
  get longestCounted(): number {
    return this.#words.longest
  }

  add(text: string): void {
    this.#words.add(text)
  }

  /** Takes words that were counted elsewhere, such as on threads, for `add` of their text. */
  addCounted(words: CountedWords): void {
    this.#words.addCounted(words)
  }

  /** Makes up to `merges` merges; `true` when the vocabulary is full or no pair is frequent enough. */
  advance(merges: number): boolean {
    const symbols = (this.#symbols ??= this.#start())
    for (let made = 0; made < merges;) {
      if (this.size >= this.#settings.vocabSize) return true
      const top = this.#queue.pop()
      if (top === undefined) return true
      const count = this.#pairs.count[top.pair]!
      if (count !== top.count) {
        if (count >= this.#least) this.#queue.push({ ...top, count })
        continue
      }
      if (count < this.#least) return true
      this.#merge(symbols, top)
      made++
    }
    return this.size >= this.#settings.vocabSize
  }

  vocabulary(): Vocabulary {
    const { left, right } = this.#pairs
    // the same pair can come up twice; as in Hugging Face's table, its last rank counts
    const last = new Map(this.#merges.map(({ pair }, rank) => [pair, rank]))
    const kept = this.#merges.filter(({ pair }, rank) => last.get(pair) === rank)
    return {
      type: "byte-bpe",
      pattern: this.#settings.pattern,
      pieces: this.#pieces.map((piece) => Uint8Array.from(piece, (character) => character.charCodeAt(0))),
      merges: Int32Array.from(kept.flatMap(({ pair, result }) => [left[pair]!, right[pair]!, result])),
      specialTokens: new Map([[0, this.#settings.endOfText]]),
      endOfTextId: 0
    }
  }

  #start(): Symbols {
    const idOfByte = new Int32Array(256)
    for (const [index, byte] of bytesInAlphabetOrder.entries()) idOfByte[byte] = index + 1
    const symbols = new Symbols(this.#words, idOfByte, this.#lengths)
    this.#words.words.forget()
    const { cells } = symbols
    // first how many places each pair has, then the places: one array for all lists
    const ends: Array<number> = []
    symbols.forEachPair((position, times) => {
      const pair = this.#pairs.change(cells[position]!, cells[position + 1]!, times)
      ends[pair] = (ends[pair] ?? 0) + 1
    })
    let end = 0
    for (const [pair, places] of ends.entries()) {
      ends[pair] = end
      end += places
    }
    const positions = new Int32Array(end)
    symbols.forEachPair((position) => {
      const pair = this.#pairs.numberOf(cells[position]!, cells[position + 1]!)
      positions[ends[pair]!++] = position
    })
    let from = 0
    for (const [pair, to] of ends.entries()) {
      if (this.#pairs.count[pair]! >= this.#least) this.#enqueue(pair, positions, from, to)
      from = to
    }
    return symbols
  }

  #merge(symbols: Symbols, candidate: Candidate): void {
    const { pair } = candidate
    const left = this.#pairs.left[pair]!
    const right = this.#pairs.right[pair]!
    const piece = this.#pieces[left]! + this.#pieces[right]!
    // another pair may have given the same piece before
    let result = this.#idOf.get(piece)
    if (result === undefined) {
      result = this.#pieces.length
      this.#pieces.push(piece)
      this.#lengths.push(piece.length)
      this.#idOf.set(piece, result)
    }
    this.#merges.push({ pair, result })
    const positions = candidate.positions.subarray(candidate.from, candidate.to)
    const places = this.#queuedAgain.has(pair) ? wholeWords(symbols, positions) : positions
    this.#mergeAt(symbols, places, { left, right, result })
    this.#pairs.drainGains(this.#least, (gaining, gained, from, to) =>
      this.#enqueue(gaining, gained, from, to)
    )
  }

  /** Replaces `left right` by `result` from left to right and keeps the counts of the pairs at its sides. */
  #mergeAt(
    symbols: Symbols,
    positions: Int32Array,
    { left, right, result }: { readonly left: number; readonly right: number; readonly result: number }
  ): void {
    const pairs = this.#pairs
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
