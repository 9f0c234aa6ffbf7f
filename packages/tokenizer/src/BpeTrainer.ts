// Learns a byte-level BPE vocabulary: again and again the most frequent pair of neighbours becomes a piece of its own
// (Sennrich, Haddow, Birch 2016). Counts are kept up to date instead of counted anew, as Hugging Face's trainer does, whose
// vocabulary this one equals for the same text and settings, as long as no word is longer than 256 bytes and the different
// words fit into `wordBytes`.
import { bytesInAlphabetOrder } from "./internal/ByteAlphabet.ts"
import { PairCounts } from "./internal/PairCounts.ts"
import { PairQueue } from "./internal/PairQueue.ts"
import { WordCounts } from "./internal/WordCounts.ts"
import { type Pattern, wordEnd } from "./Pattern.ts"
import type { Vocabulary } from "./Vocabulary.ts"

export interface BpeSettings {
  /** pieces to reach, end-of-text and the 256 bytes among them */
  readonly vocabSize: number
  /** a pair that is rarer is not merged */
  readonly minFrequency: number
  readonly pattern: Pattern
  readonly endOfText: string
  /** bytes of different words to hold in memory, 128 MiB by default; beyond, long words are counted in shorter parts */
  readonly wordBytes?: number
}

/** Call `add` for every document, then `advance` until it gives `true`, then take `vocabulary()`. */
export class BpeTrainer {
  readonly #settings: BpeSettings
  readonly #words: WordCounts
  readonly #pairs = new PairCounts()
  readonly #queue = new PairQueue(this.#pairs)
  /** bytes of each id as a Latin-1 string */
  readonly #pieces: Array<string>
  readonly #idOf: Map<string, number>
  /** pair number of each merge, in order */
  readonly #merges: Array<{ readonly pair: number; readonly result: number }> = []
  /** ids of all words one after another; word `n` is at `starts[n]` and has `#lengths[n]` left */
  #symbols: Int32Array | undefined
  #lengths = new Int32Array(0)

  constructor(settings: BpeSettings) {
    this.#settings = settings
    this.#words = new WordCounts(wordEnd(settings.pattern), { bytes: settings.wordBytes ?? 2 ** 27 })
    // id 0 is end-of-text, then the bytes: the order in which Hugging Face's trainer numbers them
    this.#pieces = ["", ...bytesInAlphabetOrder.map((byte) => String.fromCharCode(byte))]
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

  /** Makes up to `merges` merges; `true` when the vocabulary is full or no pair is frequent enough. */
  advance(merges: number): boolean {
    const symbols = (this.#symbols ??= this.#start())
    for (let made = 0; made < merges;) {
      if (this.size >= this.#settings.vocabSize) return true
      const top = this.#queue.pop()
      if (top === undefined) return true
      const count = this.#pairs.count[top.pair]!
      if (count !== top.count) {
        if (count > 0) this.#queue.push({ ...top, count })
        continue
      }
      if (count < Math.max(1, this.#settings.minFrequency)) return true
      this.#merge(symbols, top.pair, top.words)
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

  #start(): Int32Array {
    const { words, counts } = this.#words
    const idOfByte = new Int32Array(256)
    bytesInAlphabetOrder.forEach((byte, index) => (idOfByte[byte] = index + 1))
    const symbols = new Int32Array(words.byteLength)
    for (let i = 0; i < symbols.length; i++) symbols[i] = idOfByte[words.bytes[i]!]!
    this.#lengths = new Int32Array(words.size)
    for (let word = 0; word < words.size; word++) {
      const start = words.starts[word]!
      const end = words.starts[word + 1]!
      this.#lengths[word] = end - start
      for (let i = start; i + 1 < end; i++)
        this.#pairs.change(symbols[i]!, symbols[i + 1]!, counts[word]!, word)
    }
    this.#enqueueGains()
    return symbols
  }

  #merge(symbols: Int32Array, pair: number, words: Int32Array): void {
    const left = this.#pairs.left[pair]!
    const right = this.#pairs.right[pair]!
    const piece = this.#pieces[left]! + this.#pieces[right]!
    // another pair may have given the same piece before
    let result = this.#idOf.get(piece)
    if (result === undefined) {
      result = this.#pieces.length
      this.#pieces.push(piece)
      this.#idOf.set(piece, result)
    }
    this.#merges.push({ pair, result })
    for (const word of words) this.#mergeInWord(symbols, word, { left, right, result })
    this.#enqueueGains()
  }

  /** Replaces `left right` by `result` from left to right and tells the counts what changed at its sides. */
  #mergeInWord(
    symbols: Int32Array,
    word: number,
    { left, right, result }: { readonly left: number; readonly right: number; readonly result: number }
  ): void {
    const pairs = this.#pairs
    const start = this.#words.words.starts[word]!
    const end = start + this.#lengths[word]!
    const times = this.#words.counts[word]!
    let to = start
    for (let from = start; from < end; to++) {
      if (from + 1 === end || symbols[from] !== left || symbols[from + 1] !== right) {
        symbols[to] = symbols[from++]!
        continue
      }
      if (to > start) {
        pairs.change(symbols[to - 1]!, left, -times, word)
        pairs.change(symbols[to - 1]!, result, times, word)
      }
      from += 2
      symbols[to] = result
      if (from < end) {
        pairs.change(right, symbols[from]!, -times, word)
        pairs.change(result, symbols[from]!, times, word)
      }
    }
    this.#lengths[word] = to - start
  }

  #enqueueGains(): void {
    this.#pairs.drainGains((pair, words) => {
      const count = this.#pairs.count[pair]!
      if (count > 0) this.#queue.push({ pair, count, words })
    })
  }
}
