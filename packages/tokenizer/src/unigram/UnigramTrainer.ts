// Learns a Unigram vocabulary (Kudo 2018) as SentencePiece does (`unigram_model_trainer.cc`): from many frequent strings down
// to the wanted number, by expectation maximization and by leaving out, again and again, the pieces that are missed least.
import type { ByteStrings } from "../internal/ByteTrie.ts"
import { chooseAlphabet, type DroppedCharacter, writeRuns } from "./Alphabet.ts"
import { Lattice, type CountedRuns } from "./Lattice.ts"
import { prune } from "./Pruning.ts"
import { RunCounts } from "./RunCounts.ts"
import { forEachRun, meta } from "./Runs.ts"
import { findSeeds } from "./Seeds.ts"
import { bytePiece, type UnigramVocabulary } from "./UnigramModel.ts"

export interface UnigramSettings {
  /** pieces to end with, special tokens and byte pieces among them */
  readonly vocabSize: number
  /** the first ids, in this order; the unknown token is one of them */
  readonly specialTokens: ReadonlyArray<string>
  readonly unknownToken: string
  /** adds a piece for each byte, so that no text is unknown; default false */
  readonly byteFallback?: boolean
  /** share of the text whose characters get pieces, the frequent ones first; default 1, all of them */
  readonly characterCoverage?: number
  /** characters in a piece; default 16 */
  readonly maxPieceLength?: number
  /** part of the pieces that is left after each round; default 0.75 */
  readonly shrinkingFactor?: number
  /** rounds of expectation maximization before each shrinking; default 2 */
  readonly subIterations?: number
  /** strings to start from; default 1,000,000 */
  readonly seedSize?: number
  /** may pieces hold letters and signs, or Han and Latin, together? default false, as in SentencePiece */
  readonly mixedScripts?: boolean
  /** is `▁` put before each text? default true */
  readonly prefix?: boolean
  /** bytes of different runs to hold in memory; beyond, only a sample of the rare ones is counted. Default 16 MiB */
  readonly runBytes?: number
}

type Phase = "count" | "learn" | "done"

/** Call `add` for every normalized document, then `advance` until it gives `true`, then take `vocabulary()`. */
export class UnigramTrainer {
  readonly #settings: Required<UnigramSettings>
  /** pieces to learn */
  readonly #wanted: number
  #counts: RunCounts
  readonly #characters = new Float64Array(0x110000)
  readonly #utf8 = new TextEncoder()
  #buffer = new Uint8Array(1 << 12)
  #phase: Phase = "count"
  #textBytes = 0
  #sampling = 1
  #dropped: ReadonlyArray<DroppedCharacter> = []
  #runs: CountedRuns = { strings: none, counts: new Float64Array(0) }
  #pieces: ByteStrings = none
  #single: Uint8Array = new Uint8Array(0)
  #scores: Float64Array = new Float64Array(0)
  #lattice: Lattice
  #iteration = 0

  constructor(settings: UnigramSettings) {
    this.#settings = {
      byteFallback: false,
      characterCoverage: 1,
      maxPieceLength: 16,
      shrinkingFactor: 0.75,
      subIterations: 2,
      seedSize: 1_000_000,
      mixedScripts: false,
      prefix: true,
      runBytes: 2 ** 24,
      ...settings
    }
    this.#counts = new RunCounts(this.#settings.runBytes)
    this.#lattice = new Lattice(this.#pieces, this.#scores)
    this.#wanted =
      settings.vocabSize - settings.specialTokens.length - (this.#settings.byteFallback ? 256 : 0)
  }

  /** UTF-8 bytes of the documents so far. */
  get textBytes(): number {
    return this.#textBytes
  }

  /** Pieces that are left, special tokens and byte pieces not counted. */
  get size(): number {
    return this.#pieces.starts.length - 1
  }

  /** One of so many rare runs was counted, as so many: 1 unless the text outgrew the memory. */
  get sampling(): number {
    return this.#sampling
  }

  /** Characters that got no piece, because of `characterCoverage` or because the vocabulary is too small, frequent ones first. */
  get dropped(): ReadonlyArray<DroppedCharacter> {
    return this.#dropped
  }

  add(text: string): void {
    const spelled = this.#settings.prefix && !text.startsWith(" ") ? ` ${text}` : text
    const all = spelled.replaceAll(" ", meta)
    // 3 bytes at most for a UTF-16 unit; counted exactly only where that guess would be big
    const bound = all.length < 1 << 20 ? 3 * all.length : Buffer.byteLength(all)
    if (bound > this.#buffer.length) this.#buffer = new Uint8Array(bound)
    const end = this.#utf8.encodeInto(all, this.#buffer).written
    this.#textBytes += Buffer.byteLength(text)
    forEachRun(this.#buffer, end, {
      mixed: this.#settings.mixedScripts,
      onCharacter: (point) => this.#characters[point]!++,
      onRun: (bytes, start, stop) => this.#counts.add(bytes, start, stop)
    })
  }

  /** Takes a step: finds the seeds, or learns for one round. `true` when there is nothing left to do. */
  advance(): boolean {
    if (this.#phase === "done") return true
    if (this.#phase === "count") {
      this.#seed()
      this.#phase = "learn"
      return false
    }
    this.#maximize()
    this.#iteration++
    if (this.#iteration % this.#settings.subIterations > 0) return false
    const most = Math.floor(this.#wanted * 1.1)
    if (this.#living() <= most) {
      this.#phase = "done"
      this.#finish()
      return true
    }
    const keep = Math.max(most, Math.floor(this.#settings.shrinkingFactor * this.#living()))
    const { counts, strings } = this.#runs
    this.#keep(
      prune(this.#lattice, { counts, strings }, { keep, scores: this.#scores, single: this.#single })
    )
    return false
  }

  /** What was learned, once `advance` gave `true`. */
  vocabulary(): UnigramVocabulary {
    const { byteFallback, specialTokens, unknownToken } = this.#settings
    const { bytes, starts } = this.#pieces
    const byScore = Array.from(this.#scores.keys()).toSorted(
      (a, b) => this.#scores[b]! - this.#scores[a]! || a - b
    )
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
    const least = this.#scores.length === 0 ? 0 : this.#scores[byScore.at(-1)!]!
    const bytePieces = byteFallback ? Array.from({ length: 256 }, (_, byte) => bytePiece(byte)) : []
    return {
      pieces: [
        ...specialTokens,
        ...bytePieces,
        ...byScore.map((id) => decoder.decode(bytes.subarray(starts[id], starts[id + 1])))
      ],
      scores: Float64Array.from([
        ...specialTokens.map(() => 0),
        // text that looks like the name of a byte is six characters, never that byte
        ...bytePieces.map(() => 6 * least - 1),
        ...byScore.map((id) => this.#scores[id]!)
      ]),
      unkId: specialTokens.indexOf(unknownToken),
      byteFallback
    }
  }

  #seed(): void {
    const { byteFallback, characterCoverage, maxPieceLength, seedSize } = this.#settings
    if (byteFallback) {
      // the names of bytes can be spelled, so that they stay text where they are text
      for (const character of "<0x123456789ABCDEF>") {
        const bytes = this.#utf8.encode(character)
        this.#characters[bytes[0]!]!++
        this.#counts.add(bytes, 0, bytes.length)
      }
    }
    const alphabet = chooseAlphabet(this.#characters, { coverage: characterCoverage, most: this.#wanted })
    this.#dropped = alphabet.dropped
    // a character all of whose runs fell out of the sample is a piece all the same
    if (this.#counts.rate > 1) {
      for (const point of alphabet.points) {
        const bytes = this.#utf8.encode(String.fromCodePoint(point))
        this.#counts.ensure(bytes, 0, bytes.length)
      }
    }
    const { counted, text } = writeRuns(this.#counts.runs, this.#counts.counts, alphabet)
    const characterCounts = Float64Array.from(alphabet.points, (point) => this.#characters[point]!)
    this.#runs = counted
    const { single, strings, weights } = findSeeds({ ...text, characterCounts }, { maxPieceLength, seedSize })
    const logTotal = Math.log(weights.reduce((sum, weight) => sum + weight, 0))
    this.#pieces = strings
    this.#single = single
    this.#scores = weights.map((weight) => Math.log(weight) - logTotal)
    this.#lattice = new Lattice(this.#pieces, this.#scores)
    this.#sampling = this.#counts.rate
    this.#counts = new RunCounts(0)
  }

  /** One round: how often each piece is used on average under the scores so far, and the scores that follow from that. */
  #maximize(): void {
    const expected = new Float64Array(this.size)
    this.#lattice.addExpected(this.#runs, expected)
    let total = 0
    for (let id = 0; id < expected.length; id++) {
      if (this.#single[id] === 1) expected[id] = Math.max(expected[id]!, leastExpected)
      if (expected[id]! >= leastExpected) total += expected[id]!
    }
    // not the plain ratio: the digamma of a Dirichlet prior favours few pieces (SentencePiece's `RunMStep`)
    const logTotal = digamma(total)
    for (let id = 0; id < expected.length; id++)
      this.#scores[id] = expected[id]! < leastExpected ? -Infinity : digamma(expected[id]!) - logTotal
  }

  #living(): number {
    let living = 0
    for (let id = 0; id < this.#scores.length; id++) if (this.#scores[id]! > -Infinity) living++
    return living
  }

  /** The wanted number: those missed most, and should they be too few, the most likely others. */
  #finish(): void {
    const { counts, strings } = this.#runs
    const missed = prune(
      this.#lattice,
      { counts, strings },
      { keep: this.#wanted, scores: this.#scores, single: this.#single }
    )
    const taken = new Set(missed)
    const others = Array.from(this.#scores.keys())
      .filter((id) => !taken.has(id) && this.#scores[id]! > -Infinity)
      .toSorted((a, b) => this.#scores[b]! - this.#scores[a]! || a - b)
    this.#keep(Int32Array.from([...missed, ...others.slice(0, this.#wanted - missed.length)]).toSorted())
  }

  #keep(ids: Int32Array): void {
    const { bytes, starts } = this.#pieces
    const kept = { bytes: new Uint8Array(bytes.length), starts: new Int32Array(ids.length + 1) }
    let end = 0
    for (const [n, id] of ids.entries()) {
      for (let i = starts[id]!; i < starts[id + 1]!; i++) kept.bytes[end++] = bytes[i]!
      kept.starts[n + 1] = end
    }
    const [single, scores] = [this.#single, this.#scores]
    this.#pieces = { bytes: kept.bytes.slice(0, end), starts: kept.starts }
    this.#single = Uint8Array.from(ids, (id) => single[id]!)
    this.#scores = Float64Array.from(ids, (id) => scores[id]!)
    this.#lattice = new Lattice(this.#pieces, this.#scores)
  }
}

const none: ByteStrings = { bytes: new Uint8Array(0), starts: new Int32Array(1) }

/** Pieces used less often on average are left out (SentencePiece's `kExpectedFrequencyThreshold`). */
const leastExpected = 0.5

/** The derivative of the logarithm of the gamma function, for x > 0: recurrence up to 7, then the asymptotic series. */
const digamma = (x: number): number => {
  let result = 0
  let at = x
  for (; at < 7; at++) result -= 1 / at
  const shifted = at - 0.5
  const square = 1 / (shifted * shifted)
  const fourth = square * square
  result += Math.log(shifted) + square / 24 - (7 / 960) * fourth
  return result + (31 / 8064) * fourth * square - (127 / 30720) * fourth * fourth
}
