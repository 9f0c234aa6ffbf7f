// Unigram: the most likely pieces of a word (T5, ALBERT, XLNet, mBART, and tokenizers learned here).
import { Effect, Schema } from "effect"
import { asSerdeReads } from "../internal/JsonNumber.ts"
import { invalid, part } from "../Part.ts"
import type { TokenSpans } from "../TokenSpans.ts"
import { meta } from "../unigram/Runs.ts"
import { bytePiece, UnigramModel, type UnigramVocabulary } from "../unigram/UnigramModel.ts"
import type { Model } from "./Model.ts"

export class Unigram implements Model {
  readonly type = "unigram"
  /** as the file has it */
  readonly vocabulary: UnigramVocabulary
  readonly #model: UnigramModel
  #ids: ReadonlyMap<string, number> | undefined

  constructor(vocabulary: UnigramVocabulary) {
    this.vocabulary = vocabulary
    this.#model = new UnigramModel({ ...vocabulary, scores: vocabulary.scores.map(asSerdeReads) })
  }

  get vocabSize(): number {
    return this.vocabulary.pieces.length
  }

  get unkId(): number {
    return this.vocabulary.unkId
  }

  tokenize(bytes: Uint8Array, start: number, end: number, out: TokenSpans): void {
    const model = this.#model
    const count = model.encode(bytes, start, end)
    const { ends, ids } = model
    let [from, to] = [start, start]
    for (let i = 0; i < count; i++) {
      const stop = start + ends[i]!
      // the bytes of one unknown character all stand for the whole of it
      if (stop > to) from = to
      to = stop
      out.push(ids[i]!, from, to)
    }
  }

  /** Number of the tokens of a word; they are in `ids`, and where each ends in `ends`, until the next call. */
  cut(bytes: Uint8Array, start: number, end: number): number {
    return this.#model.encode(bytes, start, end)
  }

  get ids(): Uint32Array {
    return this.#model.ids
  }

  get ends(): Uint32Array {
    return this.#model.ends
  }

  idOf(token: string): number {
    this.#ids ??= new Map(this.vocabulary.pieces.map((piece, id) => [piece, id]))
    return this.#ids.get(token) ?? -1
  }

  tokenOf(id: number): string | undefined {
    return this.vocabulary.pieces[id]
  }

  bytesOf(id: number): Uint8Array {
    const piece = this.vocabulary.pieces[id] ?? ""
    const byte = this.vocabulary.byteFallback ? byteOfPiece(piece) : undefined
    return byte === undefined ? Buffer.from(piece.replaceAll(meta, " ")) : Uint8Array.of(byte)
  }

  json(): object {
    const { byteFallback, pieces, scores, unkId } = this.vocabulary
    return {
      type: "Unigram",
      unk_id: unkId,
      vocab: pieces.map((piece, id) => [piece, scores[id]]),
      byte_fallback: byteFallback
    }
  }
}

/** The byte that a piece such as `<0x0A>` names. */
export const byteOfPiece = (piece: string): number | undefined => {
  if (piece.length !== 6 || !piece.startsWith("<0x") || !piece.endsWith(">")) return undefined
  const byte = Number.parseInt(piece.slice(3, 5), 16)
  return bytePiece(byte) === piece.toUpperCase().replace("<0X", "<0x") ? byte : undefined
}

const Json = Schema.Struct({
  type: Schema.Literal("Unigram"),
  unk_id: Schema.NullOr(Schema.Int),
  vocab: Schema.Array(Schema.Tuple([Schema.String, Schema.Finite])),
  byte_fallback: Schema.optionalKey(Schema.Boolean)
})

export const readUnigram = part(Json, ({ byte_fallback = false, unk_id, vocab }, field) =>
  // without it Hugging Face loads the file too, but fails at the first character that is no piece
  unk_id === null || unk_id < 0 || unk_id >= vocab.length
    ? Effect.fail(invalid(`${field}.unk_id`, `${unk_id} is no id of the vocabulary`))
    : new Unigram({
        pieces: vocab.map(([piece]) => piece),
        scores: Float64Array.from(vocab, ([, score]) => score),
        unkId: unk_id,
        byteFallback: byte_fallback
      })
)
