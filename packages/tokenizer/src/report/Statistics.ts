// What one tokenizer makes of texts: counts by script and language, pieces used, texts that do not come back.
import type { TextTokenizer } from "../TextTokenizer.ts"
import { growFloat64 } from "../internal/Grow.ts"
import type { TextCounts } from "./TextCounts.ts"

export interface Text {
  readonly id: string
  readonly source: string
  readonly script: string
  readonly lang: string
  readonly text: string
}

/** Sums over texts of a kind. */
export interface Tally {
  documents: number
  bytes: number
  characters: number
  words: number
  tokens: number
  /** tokens that stand for one byte, that are no whole characters, that are the unknown token */
  singleByte: number
  partial: number
  unknown: number
  roundTripFailures: number
}

export interface Failure {
  readonly id: string
  readonly source: string
  /** from the first character that differs, some characters */
  readonly text: string
  readonly decoded: string
}

export interface Piece {
  readonly id: number
  readonly piece: string
  readonly count: number
}

/** Rows of the report, by name. NaN where there is nothing to divide by. */
export const metricsOf = (tally: Tally): Readonly<Record<string, number>> => ({
  bytes_per_token: tally.bytes / tally.tokens,
  characters_per_token: tally.characters / tally.tokens,
  tokens_per_word: tally.tokens / tally.words,
  single_byte_share: tally.singleByte / tally.tokens,
  partial_character_share: tally.partial / tally.tokens,
  unknown_share: tally.unknown / tally.tokens,
  round_trip_failures: tally.roundTripFailures,
  documents: tally.documents,
  tokens: tally.tokens
})

const excerpt = 24
const single = 1
const partial = 2

/** Whole characters, and how many bytes. */
const traitsOf = (tokenizer: TextTokenizer): Uint8Array => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  const isText = (bytes: Uint8Array) => {
    try {
      decoder.decode(bytes)
      return true
    } catch {
      return false
    }
  }
  return Uint8Array.from({ length: tokenizer.vocabSize }, (_, id) => {
    const bytes = tokenizer.pieceBytes(id)
    return (bytes.length === 1 ? single : 0) | (isText(bytes) ? 0 : partial)
  })
}

export class Statistics {
  readonly tokenizer: TextTokenizer
  readonly failures: Array<Failure> = []
  readonly all: Tally = empty()
  readonly byScript = new Map<string, Tally>()
  readonly byLang = new Map<string, Tally>()
  readonly #mostFailures: number
  readonly #traits: Uint8Array
  /** times each id was used */
  #used: Float64Array

  /** Keeps the first `mostFailures` texts that do not come back. */
  constructor(tokenizer: TextTokenizer, mostFailures: number) {
    this.tokenizer = tokenizer
    this.#mostFailures = mostFailures
    this.#traits = traitsOf(tokenizer)
    this.#used = growFloat64(new Float64Array(0), tokenizer.vocabSize)
  }

  add(text: Text, { bytes, characters, words }: TextCounts): void {
    const ids = this.tokenizer.encode(text.text)
    let [singleByte, partials, unknown] = [0, 0, 0]
    for (const id of ids) {
      this.#used[id]!++
      const traits = this.#traits[id]!
      if ((traits & single) !== 0) singleByte++
      if ((traits & partial) !== 0) partials++
      if (id === this.tokenizer.special.unk) unknown++
    }
    const returned = this.#returned(text, ids)
    for (const tally of [this.all, tallyOf(this.byScript, text.script), tallyOf(this.byLang, text.lang)]) {
      tally.documents++
      tally.bytes += bytes
      tally.characters += characters
      tally.words += words
      tally.tokens += ids.length
      tally.singleByte += singleByte
      tally.partial += partials
      tally.unknown += unknown
      if (!returned) tally.roundTripFailures++
    }
  }

  /** Pieces of texts, special tokens apart. */
  get pieces(): number {
    let count = 0
    for (let id = 0; id < this.tokenizer.vocabSize; id++) if (this.#isPiece(id)) count++
    return count
  }

  /** Pieces that were never used, in order of their ids. */
  dead(): ReadonlyArray<Piece> {
    return this.#list((id) => this.#used[id] === 0)
  }

  mostUsed(most: number): ReadonlyArray<Piece> {
    return this.#list((id) => this.#used[id]! > 0)
      .toSorted((a, b) => b.count - a.count || a.id - b.id)
      .slice(0, most)
  }

  /** By characters, used or not. */
  longest(most: number): ReadonlyArray<Piece> {
    const length = ({ id }: Piece) => Array.from(Buffer.from(this.tokenizer.pieceBytes(id)).toString()).length
    return this.#list(() => true)
      .map((piece) => ({ piece, length: length(piece) }))
      .toSorted((a, b) => b.length - a.length || a.piece.id - b.piece.id)
      .slice(0, most)
      .map(({ piece }) => piece)
  }

  #isPiece(id: number): boolean {
    // ids between pieces and special tokens may stand for nothing, special tokens always do
    return this.tokenizer.pieceBytes(id).length > 0
  }

  #list(wanted: (id: number) => boolean): ReadonlyArray<Piece> {
    const pieces: Array<Piece> = []
    for (let id = 0; id < this.tokenizer.vocabSize; id++)
      if (this.#isPiece(id) && wanted(id))
        pieces.push({ id, piece: this.tokenizer.tokenOf(id) ?? "", count: this.#used[id]! })
    return pieces
  }

  #returned({ id, source, text }: Text, ids: Uint32Array): boolean {
    const decoded = this.tokenizer.decode(ids)
    const whole = text.toWellFormed()
    if (decoded === whole) return true
    if (this.failures.length < this.#mostFailures) {
      let at = 0
      while (at < whole.length && whole[at] === decoded[at]) at++
      // not in the middle of a character
      if (at > 0 && (whole.charCodeAt(at - 1) & 0xfc00) === 0xd800) at--
      const from = (each: string) => each.slice(at, at + excerpt).toWellFormed()
      this.failures.push({ id, source, text: from(whole), decoded: from(decoded) })
    }
    return false
  }
}

const empty = (): Tally => ({
  documents: 0,
  bytes: 0,
  characters: 0,
  words: 0,
  tokens: 0,
  singleByte: 0,
  partial: 0,
  unknown: 0,
  roundTripFailures: 0
})

const tallyOf = (tallies: Map<string, Tally>, name: string): Tally => {
  const known = tallies.get(name)
  if (known !== undefined) return known
  const made = empty()
  tallies.set(name, made)
  return made
}
