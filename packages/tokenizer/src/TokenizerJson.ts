// `tokenizer.json` as Hugging Face `tokenizers` writes and loads it, for byte-level BPE.
import { Effect, Schema } from "effect"
import { bytesInAlphabetOrder, spell, unspell } from "./internal/ByteAlphabet.ts"
import { expressions, type Pattern } from "./Pattern.ts"
import type { Vocabulary } from "./Vocabulary.ts"

/** The file is none, or holds something that this package cannot do with equal ids; `problem` names the field. */
export class TokenizerInvalid extends Schema.TaggedError<TokenizerInvalid>()("TokenizerInvalid", {
  problem: Schema.String
}) {
  override get message() {
    return `tokenizer.json: ${this.problem}`
  }
}

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true }

const preTokenizer = (pattern: Pattern) =>
  pattern === "gpt2"
    ? { ...byteLevel, use_regex: true }
    : {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: expressions.gpt4 }, behavior: "Isolated", invert: false },
          { ...byteLevel, use_regex: false }
        ]
      }

/** The text of a file that Hugging Face loads, giving equal ids. */
export const toJson = (vocabulary: Vocabulary): string => {
  const spelled = vocabulary.pieces.map((piece, id) => vocabulary.specialTokens.get(id) ?? spell(piece))
  const merges: Array<[string, string]> = []
  for (let i = 0; i < vocabulary.merges.length; i += 3)
    merges.push([spelled[vocabulary.merges[i]!]!, spelled[vocabulary.merges[i + 1]!]!])
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...vocabulary.specialTokens].map(([id, content]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true
    })),
    normalizer: null,
    pre_tokenizer: preTokenizer(vocabulary.pattern),
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(spelled.map((piece, id) => [piece, id])),
      merges
    }
  })
}

const ByteLevel = Schema.Struct({
  type: Schema.Literal("ByteLevel"),
  add_prefix_space: Schema.Literal(false),
  use_regex: Schema.optionalKey(Schema.Boolean)
})
const Split = Schema.Struct({
  type: Schema.Literal("Split"),
  pattern: Schema.Struct({ Regex: Schema.Literal(expressions.gpt4) }),
  behavior: Schema.Literal("Isolated"),
  invert: Schema.Literal(false)
})
const nothing = Schema.optionalKey(Schema.NullOr(Schema.Literal("")))
const File = Schema.fromJsonString(
  Schema.Struct({
    added_tokens: Schema.Array(
      Schema.Struct({
        id: Schema.Int,
        content: Schema.NonEmptyString,
        lstrip: Schema.Literal(false),
        rstrip: Schema.Literal(false),
        single_word: Schema.Literal(false)
      })
    ),
    normalizer: Schema.optionalKey(Schema.Null),
    pre_tokenizer: Schema.Union([
      ByteLevel,
      Schema.Struct({ type: Schema.Literal("Sequence"), pretokenizers: Schema.Tuple([Split, ByteLevel]) })
    ]),
    // ByteLevel's changes offsets only, never ids
    post_processor: Schema.optionalKey(Schema.NullOr(Schema.Struct({ type: Schema.Literal("ByteLevel") }))),
    decoder: Schema.Struct({ type: Schema.Literal("ByteLevel") }),
    model: Schema.Struct({
      type: Schema.optionalKey(Schema.Literal("BPE")),
      dropout: Schema.optionalKey(Schema.Null),
      continuing_subword_prefix: nothing,
      end_of_word_suffix: nothing,
      ignore_merges: Schema.optionalKey(Schema.Literal(false)),
      // read entry by entry below: a record schema would lose the piece `__proto__`
      vocab: Schema.Unknown,
      merges: Schema.Array(Schema.Union([Schema.Tuple([Schema.String, Schema.String]), Schema.String]))
    })
  })
)
type File = typeof File.Type

/** Far above any vocabulary, low enough that a wrong id cannot ask for a huge table. */
const mostPieces = 1 << 22
const decodeFile = Schema.decodeUnknownEffect(File)

/**
 * Reads a byte-level BPE `tokenizer.json` (GPT-2's pattern or GPT-4's). End-of-text is `<|endoftext|>` if there is one,
 * else the only special token. Fails on anything that would give other ids than Hugging Face.
 */
export const parseTokenizerJson = Effect.fn("parseTokenizerJson")(function* (
  text: string
): Effect.fn.Return<Vocabulary, TokenizerInvalid> {
  const file = yield* decodeFile(text).pipe(
    Effect.mapError((error) => new TokenizerInvalid({ problem: error.message }))
  )
  const pattern = patternOf(file)
  if (pattern === undefined) return yield* invalid("pre_tokenizer: no known pattern")
  const specialTokens = new Map(file.added_tokens.map(({ id, content }) => [id, content]))
  const endOfTextId =
    file.added_tokens.find(({ content }) => content === "<|endoftext|>")?.id ??
    (file.added_tokens.length === 1 ? file.added_tokens[0]!.id : undefined)
  if (endOfTextId === undefined)
    return yield* invalid("added_tokens: no <|endoftext|>, and not just one other")
  const vocab = yield* vocabOf(file)
  const pieces = yield* piecesOf(vocab, specialTokens)
  const merges = yield* mergesOf(file, vocab)
  return {
    type: merges.length === 0 ? "byte" : "byte-bpe",
    pattern,
    pieces,
    merges,
    specialTokens,
    endOfTextId
  }
})

const patternOf = ({ pre_tokenizer }: File): Pattern | undefined => {
  if (pre_tokenizer.type === "ByteLevel") return pre_tokenizer.use_regex === false ? undefined : "gpt2"
  return pre_tokenizer.pretokenizers[1].use_regex === false ? "gpt4" : undefined
}

const invalid = (problem: string) => new TokenizerInvalid({ problem })

/** Spelled piece -> id. */
const vocabOf = Effect.fnUntraced(function* ({ model: { vocab } }: File) {
  const ids = new Map<string, number>()
  if (typeof vocab !== "object" || vocab === null) return yield* invalid("model.vocab: no object")
  for (const [spelled, id] of Object.entries(vocab)) {
    if (!Number.isInteger(id) || id < 0 || id >= mostPieces)
      return yield* invalid(`model.vocab: ${JSON.stringify(spelled)} has no id`)
    ids.set(spelled, id)
  }
  return ids
})

const piecesOf = Effect.fnUntraced(function* (
  vocab: ReadonlyMap<string, number>,
  specialTokens: ReadonlyMap<number, string>
) {
  const pieces: Array<Uint8Array | undefined> = []
  for (const id of specialTokens.keys()) {
    if (id < 0 || id >= mostPieces) return yield* invalid(`added_tokens: ${id} is no id`)
    pieces[id] = new Uint8Array(0)
  }
  for (const [spelled, id] of vocab) {
    if (specialTokens.get(id) === spelled) continue
    const piece = unspell(spelled)
    if (piece === undefined || piece.length === 0)
      return yield* invalid(`model.vocab: ${JSON.stringify(spelled)} is not in the byte alphabet`)
    if (pieces[id] !== undefined) return yield* invalid(`model.vocab: id ${id} is there twice`)
    pieces[id] = piece
  }
  for (const byte of bytesInAlphabetOrder)
    if (!vocab.has(spell(Uint8Array.of(byte))))
      return yield* invalid(`model.vocab: byte ${byte} has no piece`)
  const dense: Array<Uint8Array> = []
  for (let id = 0; id < pieces.length; id++) {
    const piece = pieces[id]
    if (piece === undefined) return yield* invalid(`model.vocab: id ${id} is missing`)
    dense.push(piece)
  }
  return dense
})

const mergesOf = Effect.fnUntraced(function* (
  { model: { merges } }: File,
  vocab: ReadonlyMap<string, number>
) {
  const flat = new Int32Array(3 * merges.length)
  for (const [rank, merge] of merges.entries()) {
    const [left = "", right = ""] = typeof merge === "string" ? merge.split(" ") : merge
    for (const [place, piece] of [left, right, left + right].entries()) {
      const id = vocab.get(piece)
      if (id === undefined)
        return yield* invalid(`model.merges: ${JSON.stringify(piece)} is not in the vocabulary`)
      flat[3 * rank + place] = id
    }
  }
  return flat
})
