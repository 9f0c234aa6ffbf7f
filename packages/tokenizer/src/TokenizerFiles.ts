// The tokenizer of a model folder as Hugging Face has them, from whichever files are there: `tokenizer.json`, a SentencePiece
// model, BERT's `vocab.txt`, or GPT-2's `vocab.json` and `merges.txt`.
import { Effect, Schema } from "effect"
import { type AddedToken, specialToken } from "./AddedTokens.ts"
import { bertTokenizer } from "./BertTokenizer.ts"
import { fromModelFile } from "./sentencepiece/Conversion.ts"
import { parseModelFile } from "./sentencepiece/ModelFile.ts"
import type { TextTokenizer } from "./TextTokenizer.ts"
import { TokenizerInvalid } from "./TokenizerInvalid.ts"
import { parseTokenizerJson } from "./TokenizerJson.ts"

/** Content by file name. */
export type TokenizerFiles = ReadonlyMap<string, Uint8Array>

const names = ["tokenizer.json", "spiece.model", "tokenizer.model", "vocab.txt", "vocab.json with merges.txt"]

const invalid = (file: string, problem: string) => new TokenizerInvalid({ file, problem })

/** Reads the first of the known files that is there. */
export const readTokenizerFiles = Effect.fn("readTokenizerFiles")(function* (
  files: TokenizerFiles
): Effect.fn.Return<TextTokenizer, TokenizerInvalid> {
  const text = (name: string) => {
    const content = files.get(name)
    return content === undefined ? undefined : new TextDecoder().decode(content)
  }
  const json = text("tokenizer.json")
  if (json !== undefined) return yield* parseTokenizerJson(json)
  const config = yield* configOf(text("tokenizer_config.json"))
  const model = files.get("spiece.model") ?? files.get("tokenizer.model")
  if (model !== undefined) return yield* ofSentencePiece(model, config)
  const words = text("vocab.txt")
  if (words !== undefined) return yield* ofWords(words, config)
  const [vocab, merges] = [text("vocab.json"), text("merges.txt")]
  if (vocab !== undefined && merges !== undefined) return yield* ofMerges(vocab, merges, config)
  return yield* invalid("the folder", `has no tokenizer: none of ${names.join(", ")}`)
})

const Config = Schema.fromJsonString(
  Schema.Struct({
    add_prefix_space: Schema.optionalKey(Schema.Boolean),
    do_lower_case: Schema.optionalKey(Schema.Boolean),
    extra_ids: Schema.optionalKey(Schema.Int),
    strip_accents: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
    tokenize_chinese_chars: Schema.optionalKey(Schema.Boolean),
    tokenizer_class: Schema.optionalKey(Schema.NullOr(Schema.String))
  })
)
type Config = typeof Config.Type
const decodeConfig = Schema.decodeUnknownEffect(Config)

const configOf = (text: string | undefined): Effect.Effect<Config, TokenizerInvalid> =>
  text === undefined
    ? Effect.succeed({})
    : Effect.mapError(decodeConfig(text), (error) => invalid("tokenizer_config.json", error.message))

/** T5's marks, if nothing else is said. */
const extraIds = 100

const ofSentencePiece = Effect.fnUntraced(function* (
  model: Uint8Array,
  { extra_ids, tokenizer_class }: Config
) {
  const file = yield* parseModelFile(model, "SentencePiece model")
  const isT5 = extra_ids !== undefined || (tokenizer_class ?? "T5Tokenizer").startsWith("T5")
  return yield* fromModelFile(file, isT5 ? { extraIds: extra_ids ?? extraIds, closing: "</s>" } : {})
})

/** A token a line. */
const ofWords = (text: string, config: Config): Effect.Effect<TextTokenizer, TokenizerInvalid> => {
  const tokens = text.replace(/\r?\n$/, "").split(/\r?\n/)
  if (!tokens.includes("[UNK]")) return Effect.fail(invalid("vocab.txt", "no [UNK]"))
  return Effect.succeed(
    bertTokenizer(tokens, {
      cleanText: true,
      chineseCharacters: config.tokenize_chinese_chars ?? true,
      stripAccents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true
    })
  )
}

/** RoBERTa's marks; GPT-2 has only end-of-text. */
const marks = ["<|endoftext|>", "<s>", "<pad>", "</s>", "<unk>", "<mask>"]

const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))
const isRecord = Schema.is(Schema.Record(Schema.String, Schema.Unknown))

const ofMerges = Effect.fnUntraced(function* (vocabText: string, merges: string, config: Config) {
  const vocab = yield* decodeJson(vocabText).pipe(
    Effect.mapError((error) => invalid("vocab.json", error.message))
  )
  const idOf = (token: string) => {
    const id = isRecord(vocab) && Object.hasOwn(vocab, token) ? vocab[token] : undefined
    return typeof id === "number" ? id : undefined
  }
  const addedTokens = marks.flatMap((token): ReadonlyArray<AddedToken> => {
    const id = idOf(token)
    if (id === undefined) return []
    // the blank before a gap belongs to it
    return [{ ...specialToken(id, token), lstrip: token === "<mask>" }]
  })
  const [cls, sep] = [idOf("<s>"), idOf("</s>")]
  const add_prefix_space = config.add_prefix_space ?? false
  return yield* parseTokenizerJson(
    JSON.stringify({
      added_tokens: addedTokens,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space, trim_offsets: true, use_regex: true },
      post_processor:
        cls === undefined || sep === undefined
          ? { type: "ByteLevel", add_prefix_space, trim_offsets: false, use_regex: true }
          : {
              type: "RobertaProcessing",
              sep: ["</s>", sep],
              cls: ["<s>", cls],
              trim_offsets: true,
              add_prefix_space
            },
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: "BPE",
        vocab,
        merges: merges.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#version"))
      }
    })
  )
})
