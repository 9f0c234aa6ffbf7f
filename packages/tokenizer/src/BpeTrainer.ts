// Learns a byte-level BPE vocabulary: again and again the most frequent pair of neighbours becomes a piece of its own
// (Sennrich, Haddow, Birch 2016). Counts are kept up to date instead of counted anew, as Hugging Face's trainer does, whose
// vocabulary this one equals for the same text and settings, as long as no word is longer than 256 bytes and the different
// words fit into `wordBytes`.
import { bytesInAlphabetOrder } from "./internal/ByteAlphabet.ts"
import { PairLearner } from "./internal/PairLearner.ts"
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
  readonly #words: WordCounts
  #learner: PairLearner | undefined

  constructor(settings: BpeSettings) {
    this.#settings = settings
    this.#words = new WordCounts(wordEnd(settings.pattern), { bytes: settings.wordBytes ?? wordBytes })
  }

  /** UTF-8 bytes of the documents so far. */
  get textBytes(): number {
    return this.#words.textBytes
  }

  /** Pieces so far. */
  get size(): number {
    return this.#learner?.names.length ?? firstNames.length
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
    this.#learner ??= this.#start()
    return this.#learner.advance(this.#settings.vocabSize, merges)
  }

  vocabulary(): Vocabulary {
    const names = this.#learner?.names ?? firstNames
    return {
      type: "byte-bpe",
      pattern: this.#settings.pattern,
      pieces: names.map((piece) => Uint8Array.from(piece, (character) => character.charCodeAt(0))),
      merges: this.#learner?.merges() ?? new Int32Array(0),
      specialTokens: new Map([[0, this.#settings.endOfText]]),
      endOfTextId: 0
    }
  }

  #start(): PairLearner {
    const idOfByte = new Int32Array(256)
    for (const [index, byte] of bytesInAlphabetOrder.entries()) idOfByte[byte] = index + 1
    const alphabet = { names: [...firstNames], lengths: firstNames.map((name) => name.length) }
    const symbols = new Symbols(this.#words, idOfByte, alphabet.lengths)
    this.#words.words.forget()
    return new PairLearner(symbols, alphabet, Math.max(1, this.#settings.minFrequency))
  }
}

/** Bytes as Latin-1. Id 0 is end-of-text, then the bytes: the order in which Hugging Face's trainer numbers them. */
const firstNames: ReadonlyArray<string> = [
  "",
  ...bytesInAlphabetOrder.map((byte) => String.fromCharCode(byte))
]
