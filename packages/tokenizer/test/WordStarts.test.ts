// Where words begin: English and Chinese sentences worked by hand, under three kinds of tokenizers.
import { assert, describe, it } from "@effect/vitest"
import { Store, Words } from "@inkstone/artifact"
import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { specialToken } from "../src/AddedTokens.ts"
import { encode } from "../src/EncodeStage.ts"
import { byteLevelBpe, type TextTokenizer } from "../src/TextTokenizer.ts"
import { parseTokenizerJson } from "../src/TokenizerJson.ts"
import { byteVocabulary } from "../src/Vocabulary.ts"
import { WordFinder } from "../src/WordStarts.ts"
import { words } from "../src/WordsStage.ts"
import { runStage, seal, store } from "./documents.ts"
import { sealTokenizer } from "./examples.ts"

const pieces = [
  "play",
  "##ing",
  "the",
  "pia",
  "##no",
  ".",
  "don",
  "'",
  "t",
  "人",
  "工",
  "智",
  "能",
  "很",
  "有",
  "趣"
]
const vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...pieces]
const wordPiece = Effect.runSync(
  parseTokenizerJson(
    JSON.stringify({
      added_tokens: vocab.slice(0, 4).map((content, id) => specialToken(id, content)),
      normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true }, // prettier-ignore
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: null,
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocab.map((piece, id) => [piece, id]))
      }
    })
  )
)
const bytes = byteLevelBpe(byteVocabulary("<|endoftext|>"))

/** Tokens of a text with a bar before each that begins a word. */
const cut = (tokenizer: TextTokenizer, text: string): string => {
  const { ids, starts } = new WordFinder(tokenizer).find(text)
  assert.deepStrictEqual([...ids], [...tokenizer.encode(text)])
  return Array.from(ids, (id, i) => `${starts[i] === 1 ? "|" : " "}${tokenizer.tokenOf(id)}`).join("")
}

/** Parts of a text that tokens of a byte each make, as words. */
const wordsOf = (text: string): ReadonlyArray<string> => {
  const { starts } = new WordFinder(bytes).find(text)
  const all = new TextEncoder().encode(text)
  const places = [...starts.keys()].filter((at) => starts[at] === 1)
  return places.map((at, i) => new TextDecoder().decode(all.subarray(at, places[i + 1] ?? all.length)))
}

describe("words begin", () => {
  it("where those of the tokenizer do, in English", () => {
    assert.strictEqual(cut(wordPiece, "Playing the piano."), "|play ##ing|the|pia ##no|.")
    assert.strictEqual(cut(wordPiece, "don't"), "|don|'|t")
  })

  it("where a dictionary says, in Chinese, however many tokens a word has", () => {
    assert.strictEqual(cut(wordPiece, "人工智能很有趣"), "|人 工|智 能|很|有 趣")
    assert.strictEqual(cut(wordPiece, "the人工the."), "|the|人 工|the|.")
  })

  it("at the byte where a word does, its blank with it", () => {
    assert.deepStrictEqual(wordsOf("It's  a cat, naïve"), ["It", "'s", " ", " a", " cat", ",", " naïve"])
    assert.deepStrictEqual(wordsOf("我喜欢北京。They agree"), ["我", "喜欢", "北京", "。", "They", " agree"])
  })
})

it.effect("the stage says of each token of a split whether it begins a word, end-of-text included", () =>
  Effect.gen(function* () {
    const documents = yield* seal([
      { text: "playing the piano", split: "train" },
      { text: "the", split: "test" },
      { text: "很有趣", split: "train" }
    ])
    const tokenizer = yield* sealTokenizer(wordPiece)
    const { made } = yield* runStage(encode, { split: "train" }, { documents, tokenizer })
    const tokens = made["tokens"]!
    const found = yield* runStage(words, {}, { tokens, tokenizer, documents })
    const artifact = yield* (yield* Store).open(Words, found.made["words"]!.digest)
    assert.deepStrictEqual([...(yield* artifact.read("starts")).start], [1, 0, 1, 1, 0, 1, 1, 1, 0, 1])
    const { of, tokens: count, words: all } = artifact.attributes
    assert.deepStrictEqual([of, count, all], [tokens.digest, 10, 7])
    const others = yield* seal([{ text: "the piano", split: "train" }])
    const failure = yield* Effect.flip(runStage(words, {}, { tokens, tokenizer, documents: others }))
    assert.propertyVal(failure, "fact", "TokensDiffer")
  }).pipe(Effect.provide(store))
)

const documents = { label: "documents", make: seal([{ text: "the piano", split: "train" }]) }
const tokenizer = { label: "tokenizer", make: sealTokenizer(wordPiece) }
stageContract(words, [
  {
    name: "a short text",
    config: {},
    inputs: {
      documents,
      tokenizer,
      tokens: {
        label: "tokens",
        make: Effect.gen(function* () {
          const inputs = { documents: yield* documents.make, tokenizer: yield* tokenizer.make }
          return (yield* runStage(encode, {}, inputs)).made["tokens"]!
        })
      }
    }
  }
])
