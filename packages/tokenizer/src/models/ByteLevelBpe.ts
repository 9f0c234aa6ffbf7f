// GPT-2's model: merges of bytes. Works on UTF-8 bytes, so every text can be encoded and comes back.
import { Encoder } from "../Encoder.ts"
import { spell, unspell } from "../internal/ByteAlphabet.ts"
import { type EncoderTables, encoderTables } from "../internal/EncoderTables.ts"
import { WordMerger } from "../internal/WordMerger.ts"
import type { TokenSpans } from "../TokenSpans.ts"
import type { Vocabulary } from "../Vocabulary.ts"
import type { Model } from "./Model.ts"

export class ByteLevelBpe implements Model {
  readonly vocabulary: Vocabulary
  readonly unkId = -1
  readonly #tables: EncoderTables
  readonly #merger: WordMerger
  #ids: Map<string, number> | undefined

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary
    this.#tables = encoderTables(vocabulary)
    this.#merger = new WordMerger(this.#tables.merges, this.#tables.byteIds)
  }

  get type(): Vocabulary["type"] {
    return this.vocabulary.type
  }

  get vocabSize(): number {
    return this.vocabulary.pieces.length
  }

  /** An encoder with a cache of its own, for documents that are encoded in steps; it alone cuts words, by the pattern. */
  encoder(): Encoder {
    return new Encoder(this.#tables)
  }

  tokenize(bytes: Uint8Array, start: number, end: number, out: TokenSpans): void {
    const count = this.#merger.merge(bytes, start, end)
    let at = start
    for (let i = 0; i < count; i++) {
      const id = this.#merger.ids[i]!
      const stop = at + this.#tables.lengths[id]!
      out.push(id, at, stop)
      at = stop
    }
  }

  idOf(token: string): number {
    this.#ids ??= new Map(this.vocabulary.pieces.map((piece, id) => [this.#spelled(piece, id), id]))
    return this.#ids.get(token) ?? -1
  }

  tokenOf(id: number): string | undefined {
    const piece = this.vocabulary.pieces[id]
    return piece === undefined ? undefined : this.#spelled(piece, id)
  }

  bytesOf(id: number): Uint8Array {
    return this.vocabulary.pieces[id] ?? new Uint8Array(0)
  }

  json(): object {
    const { merges, pieces } = this.vocabulary
    const spelled = pieces.map((piece, id) => this.#spelled(piece, id))
    const pairs: Array<[string, string]> = []
    for (let i = 0; i < merges.length; i += 3) pairs.push([spelled[merges[i]!]!, spelled[merges[i + 1]!]!])
    return {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      // ids between the pieces and special tokens after them may stand for nothing
      vocab: Object.fromEntries(spelled.flatMap((piece, id) => (piece === "" ? [] : [[piece, id]]))),
      merges: pairs
    }
  }

  #spelled(piece: Uint8Array, id: number): string {
    return this.vocabulary.specialTokens.get(id) ?? spell(piece)
  }
}

/** The bytes a token of a byte-level vocabulary stands for; those of the text itself if it is not in the byte alphabet. */
export const bytesOfToken = (token: string): Uint8Array => unspell(token) ?? new TextEncoder().encode(token)
