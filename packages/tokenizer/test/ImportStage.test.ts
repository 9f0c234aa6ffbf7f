// Tokenizers of others as artifacts: the same ids as before, whatever files they come in.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { StageFailure } from "@inkstone/stage"
import { stageContract, trial } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import {
  byteLevelBpe,
  byteVocabulary,
  import as importTokenizer,
  loadTokenizer,
  toJson
} from "../src/index.ts"

const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ink", "##stone", "the", "grind"]
const vocab = `${words.join("\n")}\n`
const unigram = gunzipSync(readFileSync(join(import.meta.dirname, "golden", "unigram.model.gz")))
/** All bytes and end-of-text, as every byte-level vocabulary has them. */
const { model } = JSON.parse(toJson(byteLevelBpe(byteVocabulary("<|endoftext|>"))))
const byteVocab = JSON.stringify({ ...model.vocab, in: 257, ink: 258 })
const merges = "#version: 0.2\ni n\nin k\n"

/** As files of 2021 have it: no direction. */
const old = JSON.stringify({
  truncation: { max_length: 4, strategy: "LongestFirst", stride: 0 },
  padding: null,
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true
  })),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id]))
  }
})

stageContract(importTokenizer, [
  { name: "a vocab.txt", config: { files: ["model"] }, files: { "model/vocab.txt": vocab } }
])

const imported = Effect.fn("imported")(function* (
  files: Readonly<Record<string, string | Uint8Array>>,
  config: { readonly lengths?: "drop" | "keep" } = {}
) {
  const run = yield* trial(importTokenizer, {
    name: "",
    config: { files: ["model"], ...config },
    inputs: {},
    files
  })
  const artifact = yield* run.open("tokenizer")
  return { artifact, tokenizer: yield* loadTokenizer(artifact) }
})

describe("@inkstone/tokenizer#import", () => {
  it.effect.each([
    ["vocab.txt", { "model/vocab.txt": vocab }, "wordpiece"],
    ["an old tokenizer.json", { "model/tokenizer.json": old, "model/README.md": "x" }, "wordpiece"],
    ["a SentencePiece model", { "model/spm.model": unigram }, "unigram"],
    ["vocab.json and merges.txt", { "model/vocab.json": byteVocab, "model/merges.txt": merges }, "byte-bpe"],
    ["GPT-2's own names", { "model/encoder.json": byteVocab, "model/vocab.bpe": merges }, "byte-bpe"]
  ] as const)("reads %s", ([, files, type]) =>
    Effect.gen(function* () {
      const { artifact, tokenizer } = yield* imported(files)
      assert.strictEqual(artifact.attributes.type, type)
      assert.strictEqual(artifact.attributes.vocabSize, tokenizer.vocabSize)
      assert.strictEqual(artifact.attributes.endOfTextId, tokenizer.endOfTextId)
      assert.isAtLeast(tokenizer.endOfTextId, 0)
    })
  )

  it.effect("knows the roles of BERT's tokens", () =>
    Effect.gen(function* () {
      const { artifact } = yield* imported({ "model/tokenizer.json": old })
      assert.deepStrictEqual(artifact.attributes.special, {
        bos: -1,
        pad: 0,
        unk: 1,
        cls: 2,
        sep: 3,
        mask: 4
      })
      assert.strictEqual(artifact.attributes.endOfTextId, 3)
    })
  )

  it.effect("leaves out lengths that were set for one model, unless they are asked for", () =>
    Effect.gen(function* () {
      const text = "the inkstone grind the"
      const whole = yield* imported({ "model/tokenizer.json": old })
      const cut = yield* imported({ "model/tokenizer.json": old }, { lengths: "keep" })
      assert.deepStrictEqual([...(yield* whole.tokenizer.encoding(text)).ids], [2, 7, 5, 6, 8, 7, 3])
      assert.deepStrictEqual([...(yield* cut.tokenizer.encoding(text)).ids], [2, 7, 5, 3])
    })
  )

  it.effect("keeps the settings of chats beside", () =>
    Effect.gen(function* () {
      const settings = JSON.stringify({ chat_template: "{{ messages }}" })
      const { artifact } = yield* imported({
        "model/vocab.txt": vocab,
        "model/tokenizer_config.json": settings
      })
      const { content, name } = yield* artifact.read("files")
      assert.deepStrictEqual([...name], ["tokenizer.json", "tokenizer_config.json"])
      assert.strictEqual(content[1], settings)
    })
  )

  it.effect.each([
    ["no tokenizer", { "model/a.txt": "x" }, "has no tokenizer"],
    [
      "two of one name",
      { "model/a/vocab.txt": vocab, "model/b/vocab.txt": vocab },
      "two of the files are a vocab.txt"
    ],
    ["what is damaged", { "model/tokenizer.json": "{" }, "tokenizer.json"]
  ] as const)("refuses %s", ([, files, problem]) =>
    Effect.map(Effect.flip(imported(files)), (failure) => {
      assert.include(failure instanceof StageFailure ? failure.problem : String(failure), problem)
    })
  )
})
