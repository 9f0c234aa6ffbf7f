// Byte-level BPE from the `model` of a `tokenizer.json`.
import { Effect, Schema } from "effect"
import { bytesInAlphabetOrder, spell, unspell } from "../internal/ByteAlphabet.ts"
import { mergesOf } from "../internal/MergesJson.ts"
import { mostPieces, vocabOf } from "../internal/VocabJson.ts"
import { invalid, part } from "../Part.ts"
import type { Pattern } from "../Pattern.ts"
import type { TokenizerInvalid } from "../TokenizerInvalid.ts"
import { ByteLevelBpe } from "./ByteLevelBpe.ts"

const nothing = Schema.optionalKey(Schema.NullOr(Schema.Literal("")))
const Json = Schema.Struct({
  type: Schema.Literal("BPE"),
  dropout: Schema.optionalKey(Schema.Null),
  continuing_subword_prefix: nothing,
  end_of_word_suffix: nothing,
  ignore_merges: Schema.optionalKey(Schema.Literal(false)),
  vocab: Schema.Unknown,
  merges: Schema.Array(Schema.Union([Schema.Tuple([Schema.String, Schema.String]), Schema.String]))
})

export interface ByteLevelContext {
  /** how the pre-tokenizer cuts, if it is one of those with a fast encoder */
  readonly pattern: Pattern | undefined
  readonly specialTokens: ReadonlyMap<number, string>
  readonly endOfTextId: number
}

export const readByteLevelBpe = ({ endOfTextId, pattern, specialTokens }: ByteLevelContext) =>
  part(
    Json,
    Effect.fnUntraced(function* (json, field) {
      const vocab = yield* vocabOf(json.vocab, `${field}.vocab`)
      const pieces = yield* piecesOf(vocab, specialTokens, `${field}.vocab`)
      const merges = yield* mergesOf(json.merges, vocab, `${field}.merges`)
      const type = merges.length === 0 ? "byte" : "byte-bpe"
      return new ByteLevelBpe({
        type,
        pattern: pattern ?? "gpt2",
        pieces,
        merges,
        specialTokens,
        endOfTextId
      })
    })
  )

/** Bytes of each id of the vocabulary; the ids of special tokens, in it or after it, have none. */
const piecesOf = Effect.fnUntraced(function* (
  vocab: ReadonlyMap<string, number>,
  specialTokens: ReadonlyMap<number, string>,
  field: string
): Effect.fn.Return<ReadonlyArray<Uint8Array>, TokenizerInvalid> {
  const pieces: Array<Uint8Array | undefined> = []
  for (const id of specialTokens.keys()) {
    if (id >= mostPieces) return yield* invalid("added_tokens", `${id} is no id`)
    pieces[id] = new Uint8Array(0)
  }
  for (const [spelled, id] of vocab) {
    if (specialTokens.get(id) === spelled) continue
    const piece = unspell(spelled)
    if (piece === undefined || piece.length === 0)
      return yield* invalid(field, `${JSON.stringify(spelled)} is not in the byte alphabet`)
    if (pieces[id] !== undefined) return yield* invalid(field, `id ${id} is there twice`)
    pieces[id] = piece
  }
  for (const byte of bytesInAlphabetOrder)
    if (!vocab.has(spell(Uint8Array.of(byte)))) return yield* invalid(field, `byte ${byte} has no piece`)
  const dense: Array<Uint8Array> = []
  let known = -1
  for (const id of vocab.values()) if (!specialTokens.has(id)) known = Math.max(known, id)
  for (let id = 0; id < pieces.length; id++) {
    // between the pieces and special tokens after them, ids may stand for nothing
    const piece = pieces[id] ?? (id > known ? new Uint8Array(0) : undefined)
    if (piece === undefined) return yield* invalid(field, `id ${id} is missing`)
    dense.push(piece)
  }
  return dense
})
