// A SentencePiece Unigram model as the parts of a `tokenizer.json`, as `transformers` converts it (`SpmConverter`, T5's and
// Llama's decoders). Ids are those of SentencePiece but where `tokenizers` itself differs: it adds in float64, and it knows
// nothing of blanks before a text.
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import { type AddedToken, specialToken } from "../AddedTokens.ts"
import { byteFallback } from "../decoders/ByteFallback.ts"
import type { Decoder } from "../decoders/Decoder.ts"
import { fuse } from "../decoders/Fuse.ts"
import { metaspace as metaspaceDecoder } from "../decoders/Metaspace.ts"
import { replace as replaceDecoder } from "../decoders/Replace.ts"
import { sequence as decoderSequence } from "../decoders/Sequence.ts"
import { strip as stripDecoder } from "../decoders/Strip.ts"
import { literalRegExp } from "../internal/TextRegExp.ts"
import { Unigram } from "../models/Unigram.ts"
import type { Normalizer } from "../normalizers/Normalizer.ts"
import { precompiled } from "../normalizers/Precompiled.ts"
import { replace } from "../normalizers/Replace.ts"
import { sequence } from "../normalizers/Sequence.ts"
import { strip } from "../normalizers/Strip.ts"
import { template } from "../postProcessors/Template.ts"
import { metaspace } from "../preTokenizers/Metaspace.ts"
import { TextTokenizer } from "../TextTokenizer.ts"
import { TokenizerInvalid } from "../TokenizerInvalid.ts"
import { meta } from "../unigram/Runs.ts"
import { type ModelFile, type NormalizerSpec, pieceKinds } from "./ModelFile.ts"

export interface ConversionOptions {
  /** T5's marks `<extra_id_0>` ..., after the pieces with the last one first; default 0, T5 has 100 */
  readonly extraIds?: number
  /** put this piece after each text, as T5 does with `</s>`; none by default */
  readonly closing?: string
}

const invalid = (problem: string) => new TokenizerInvalid({ file: "SentencePiece model", problem })

/** Fails for models other than Unigram, and for a space after words, which `tokenizers` has no part for. */
export const fromModelFile = Effect.fn("fromModelFile")(function* (
  file: ModelFile,
  { closing, extraIds = 0 }: ConversionOptions = {}
): Effect.fn.Return<TextTokenizer, TokenizerInvalid> {
  if (file.type !== "unigram") return yield* invalid(`trainer_spec.model_type: ${file.type}, not unigram`)
  if (file.treatWhitespaceAsSuffix) return yield* invalid("trainer_spec.treat_whitespace_as_suffix: true")
  const { kinds, normalizer, pieces, scores, unkId } = file
  const extra = Array.from({ length: extraIds }, (_, i) => `<extra_id_${extraIds - 1 - i}>`)
  const closingId = closing === undefined ? undefined : pieces.indexOf(closing)
  if (closingId === -1) return yield* invalid(`no piece ${JSON.stringify(closing)}`)
  const special = [pieceKinds.control, pieceKinds.unknown] as ReadonlyArray<number>
  const addedTokens = [
    ...pieces.flatMap((piece, id): ReadonlyArray<AddedToken> => {
      if (special.includes(kinds[id]!)) return [specialToken(id, piece)]
      return kinds[id] === pieceKinds.userDefined ? [{ ...specialToken(id, piece), special: false }] : []
    }),
    ...extra.map((content, i) => specialToken(pieces.length + i, content))
  ]
  const prependScheme = normalizer.addDummyPrefix ? "always" : "never"
  const options = { replacement: meta, prependScheme, split: true } as const
  return new TextTokenizer({
    addedTokens,
    normalizer: normalizerOf(normalizer),
    preTokenizer: metaspace(options),
    model: new Unigram({
      pieces: [...pieces, ...extra],
      scores: Float64Array.from([...scores, ...extra.map(() => 0)]),
      unkId,
      byteFallback: file.byteFallback
    }),
    postProcessor:
      closing === undefined || closingId === undefined ? undefined : closedBy(closing, closingId),
    decoder: file.byteFallback ? bytesDecoder(normalizer.addDummyPrefix) : metaspaceDecoder(options)
  })
})

const normalizerOf = (spec: NormalizerSpec): Normalizer => {
  const rules =
    spec.charsmap === undefined ? [] : [precompiled(spec.charsmap, Base64.encode(spec.charsmapBytes))]
  const blanks = spec.removeExtraWhitespaces
    ? [
        strip({ left: false, right: true }),
        replace({ type: "Replace", pattern: { Regex: " {2,}" }, content: meta }, / {2,}/gu)
      ]
    : []
  return sequence([...rules, ...blanks])
}

/** Pieces and bytes back to text; with a prefix, the blank it gives is taken away. */
export const bytesDecoder = (hasPrefix: boolean): Decoder =>
  decoderSequence([
    replaceDecoder({ type: "Replace", pattern: { String: meta }, content: " " }, literalRegExp(meta)),
    byteFallback,
    fuse,
    ...(hasPrefix ? [stripDecoder({ type: "Strip", content: " ", start: 1, stop: 0 })] : [])
  ])

const closedBy = (closing: string, id: number) => {
  const end = { SpecialToken: { id: closing, type_id: 0 } }
  const [a, b] = [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }] as const
  return template({
    type: "TemplateProcessing",
    single: [a, end],
    pair: [a, end, b, end],
    special_tokens: { [closing]: { id: closing, ids: [id], tokens: [closing] } }
  })
}
