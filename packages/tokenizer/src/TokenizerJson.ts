// `tokenizer.json` as Hugging Face `tokenizers` writes and loads it: a list of parts, each read and written by its own file.
import { Effect, Schema } from "effect"
import { AddedToken } from "./AddedTokens.ts"
import { readDecoder } from "./decoders/Decoders.ts"
import { readModel } from "./models/Models.ts"
import { readNormalizer } from "./normalizers/Normalizers.ts"
import { Padding } from "./Padding.ts"
import { optionalPart } from "./Part.ts"
import { readPostProcessor } from "./postProcessors/PostProcessors.ts"
import { readPreTokenizer } from "./preTokenizers/PreTokenizers.ts"
import { specialIds } from "./SpecialIds.ts"
import { TextTokenizer } from "./TextTokenizer.ts"
import { TokenizerInvalid } from "./TokenizerInvalid.ts"
import { Truncation } from "./Truncation.ts"

const File = Schema.fromJsonString(
  Schema.Struct({
    truncation: Schema.optionalKey(Schema.NullOr(Truncation)),
    padding: Schema.optionalKey(Schema.NullOr(Padding)),
    added_tokens: Schema.optionalKey(Schema.Array(AddedToken)),
    normalizer: Schema.optionalKey(Schema.Unknown),
    pre_tokenizer: Schema.optionalKey(Schema.Unknown),
    post_processor: Schema.optionalKey(Schema.Unknown),
    decoder: Schema.optionalKey(Schema.Unknown),
    model: Schema.Unknown
  })
)
const decodeFile = Schema.decodeUnknownEffect(File)

/** Reads a tokenizer; fails, naming the field, on anything that would give other ids than Hugging Face. */
export const parseTokenizerJson = Effect.fn("parseTokenizerJson")(function* (
  text: string
): Effect.fn.Return<TextTokenizer, TokenizerInvalid> {
  const file = yield* decodeFile(text).pipe(
    Effect.mapError((error) => new TokenizerInvalid({ file: "tokenizer.json", problem: error.message }))
  )
  const addedTokens = file.added_tokens ?? []
  const normalizer = yield* optionalPart(readNormalizer)(file.normalizer, "normalizer")
  const preTokenizer = yield* optionalPart(readPreTokenizer)(file.pre_tokenizer, "pre_tokenizer")
  const special = addedTokens.filter((token) => token.special)
  const model = yield* readModel({
    byteLevel: preTokenizer?.byteLevel ?? false,
    pattern: preTokenizer?.pattern,
    specialTokens: new Map(special.map(({ content, id }) => [id, content])),
    endOfTextId: specialIds(addedTokens, -1).endOfText
  })(file.model, "model")
  const postProcessor = yield* optionalPart(readPostProcessor)(file.post_processor, "post_processor")
  const decoder = yield* optionalPart(readDecoder)(file.decoder, "decoder")
  return new TextTokenizer({
    addedTokens,
    normalizer,
    preTokenizer,
    model,
    postProcessor,
    decoder,
    truncation: file.truncation ?? undefined,
    padding: file.padding ?? undefined
  })
})

/** The text of a file that Hugging Face loads, giving equal ids. */
export const toJson = ({ parts }: TextTokenizer): string =>
  JSON.stringify({
    version: "1.0",
    truncation: parts.truncation ?? null,
    padding: parts.padding ?? null,
    added_tokens: parts.addedTokens,
    normalizer: parts.normalizer?.json ?? null,
    pre_tokenizer: parts.preTokenizer?.json ?? null,
    post_processor: parts.postProcessor?.json ?? null,
    decoder: parts.decoder?.json ?? null,
    model: parts.model.json()
  })
