// Learns a WordPiece vocabulary as Hugging Face's trainer does, which is BPE over characters where a character inside a word
// is another symbol (`##e`) than one that begins it. Their trainer numbers those inner characters in hash order, and of
// equally frequent pairs merges the one with the lower numbers first: one run of it may find other pieces than the next.
// Here inner characters are numbered by their code points, so what comes out is one of the vocabularies that theirs may find,
// and always the same.
import { bertPrefix, bertSpecialTokens } from "./BertTokenizer.ts"
import { AlignedText } from "./AlignedText.ts"
import { bertKinds, bertWordEnd, blank } from "./internal/BertWords.ts"
import { PairLearner } from "./internal/PairLearner.ts"
import { Symbols } from "./internal/Symbols.ts"
import { codePointAt, lengthOf } from "./internal/Utf8.ts"
import { WordCounts } from "./internal/WordCounts.ts"
import { BertNormalizer, type BertOptions } from "./normalizers/Bert.ts"
import { bertPreTokenizer } from "./preTokenizers/Bert.ts"
import { Words } from "./Words.ts"

export interface WordPieceSettings extends BertOptions {
  /** pieces to reach, special tokens and characters among them */
  readonly vocabSize: number
  /** a pair that is rarer is not merged */
  readonly minFrequency: number
  /** characters that get pieces, the frequent ones first; by default as many as fit with and without `##` */
  readonly limitAlphabet?: number
  /** bytes of different words to hold in memory; beyond, long words are counted in shorter parts. Default 64 MiB */
  readonly wordBytes?: number
}

/** Stands before each inner character in a name: half a character, which no text holds by itself. */
const inner = "\uDC00"

/** Call `add` for every document, then `advance` until it gives `true`, then take `tokens()`. */
export class WordPieceTrainer {
  readonly #settings: WordPieceSettings
  readonly #counts: WordCounts
  #learner: PairLearner | undefined

  constructor(settings: WordPieceSettings) {
    this.#settings = settings
    const kinds = bertKinds(settings.chineseCharacters)
    this.#counts = new WordCounts(
      (bytes, start, end) => {
        const stop = bertWordEnd(kinds, bytes, start, end)
        return stop > start ? stop : start + lengthOf(bytes[start]!)
      },
      { bytes: settings.wordBytes ?? 2 ** 26 }
    )
  }

  /** UTF-8 bytes of the documents so far. */
  get textBytes(): number {
    return this.#counts.textBytes
  }

  /** Pieces so far. */
  get size(): number {
    return this.#learner?.names.length ?? 0
  }

  add(text: string): void {
    this.#counts.add(text)
  }

  /** Makes up to `merges` merges; `true` when the vocabulary is full or no pair is frequent enough. */
  advance(merges: number): boolean {
    this.#learner ??= this.#start()
    return this.#learner.advance(this.#settings.vocabSize, merges)
  }

  /** The vocabulary in the order of its ids, once `advance` gave `true`. */
  tokens(): ReadonlyArray<string> {
    return (this.#learner?.names ?? []).map((name) => {
      const spelled = Array.from(name)
        .filter((character) => character !== inner)
        .join("")
      return name.startsWith(inner) ? bertPrefix + spelled : spelled
    })
  }

  #start(): PairLearner {
    const words = this.#normalizedWords()
    const alphabet = this.#alphabet(words)
    const indexOf = new Map(alphabet.map((codePoint, index) => [codePoint, index]))
    const starts = new Int32Array(words.length + 1)
    const units: Array<number> = []
    const isInner = new Uint8Array(alphabet.length)
    for (const [n, { points }] of words.entries()) {
      for (const [place, point] of points.entries()) {
        const index = indexOf.get(point)
        if (index === undefined) continue
        if (place > 0) isInner[index] = 1
        units.push(2 * index + (place > 0 ? 1 : 0))
      }
      starts[n + 1] = units.length
    }
    const names: Array<string> = [...bertSpecialTokens]
    const idOfUnit = new Int32Array(2 * alphabet.length)
    for (const [index, codePoint] of alphabet.entries()) {
      idOfUnit[2 * index] = names.length
      names.push(String.fromCodePoint(codePoint))
    }
    for (const [index, codePoint] of alphabet.entries()) {
      if (isInner[index] === 0) continue
      idOfUnit[2 * index + 1] = names.length
      names.push(inner + String.fromCodePoint(codePoint))
    }
    const lengths = names.map(() => 1)
    const counts = Float64Array.from(words, ({ times }) => times)
    const counted = {
      words: { size: words.length, byteLength: units.length, bytes: units, starts },
      counts
    }
    const symbols = new Symbols(counted, idOfUnit, lengths)
    return new PairLearner(symbols, { names, lengths }, Math.max(1, this.#settings.minFrequency))
  }

  /** The different words as the model sees them, by code points, in the order in which they first came. */
  #normalizedWords(): ReadonlyArray<CountedWord> {
    const text = new AlignedText()
    const words = new Words(text)
    const normalizer = new BertNormalizer(this.#settings)
    const kinds = bertKinds(this.#settings.chineseCharacters)
    const found = new Map<string, CountedWord>()
    const given = this.#counts.words
    for (let n = 0; n < given.size; n++) {
      const from = given.starts[n]!
      if (kinds[codePointAt(given.bytes, from)] === blank) continue
      text.load(given.bytes, from, given.starts[n + 1]!)
      normalizer.normalize(text)
      words.reset()
      bertPreTokenizer.cut(words)
      const times = this.#counts.counts[n]!
      for (let i = 0; i < words.count; i++) {
        const word = text.text(words.starts[i], words.ends[i])
        const known = found.get(word)
        if (known === undefined)
          found.set(word, { times, points: Array.from(word, (character) => character.codePointAt(0) ?? 0) })
        else known.times += times
      }
    }
    return [...found.values()]
  }

  /** Characters in the order of their code points. */
  #alphabet(words: ReadonlyArray<CountedWord>): ReadonlyArray<number> {
    const counts = new Map<number, number>()
    for (const { points, times } of words)
      for (const point of points) counts.set(point, (counts.get(point) ?? 0) + times)
    const most =
      this.#settings.limitAlphabet ??
      Math.max(0, Math.floor((this.#settings.vocabSize - bertSpecialTokens.length) / 2))
    const kept = [...counts].toSorted(([a, many], [b, more]) => more - many || a - b).slice(0, most)
    return kept.map(([point]) => point).toSorted((a, b) => a - b)
  }
}

interface CountedWord {
  readonly points: ReadonlyArray<number>
  times: number
}
