import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import { byteVocabulary, parseTokenizerJson, toJson, type Vocabulary } from "../src/index.ts"
import { ByteLevelBpe } from "../src/models/ByteLevelBpe.ts"
import { parseRanks, rankEncodings, toRanks } from "../src/tiktoken/RankFile.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, randomText } from "./texts.ts"

const require = createRequire(import.meta.url)
type Name = keyof typeof rankEncodings

/** A rank file as npm's gpt-tokenizer brings it. */
const pathOf = (name: Name) => require.resolve(`gpt-tokenizer/data/${name}.tiktoken`)
const textOf = (name: Name) => fs.readFileSync(pathOf(name), "utf8")
const load = (name: Name) => parseRanks(textOf(name), rankEncodings[name], name)

describe("a tiktoken rank file", { timeout: 30_000 }, () => {
  it.effect("is written as it was read, and its special tokens have their published ids", () =>
    Effect.gen(function* () {
      const ours = yield* load("r50k_base")
      const { model } = ours.parts
      assert.instanceOf(model, ByteLevelBpe)
      assert.deepStrictEqual([...ours.encode("a<|endoftext|>", { specialTokens: true })], [64, 50256])
      const written = toRanks(model.vocabulary)
      assert.isTrue(written._tag === "Success" && written.success === textOf("r50k_base"))
    })
  )

  it.effect("may leave ids free before its special tokens, also as a tokenizer.json", () =>
    Effect.gen(function* () {
      const bytes = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte).toString("base64"))
      const lines = [...bytes, Buffer.from("th").toString("base64")].map(
        (token, rank) => `${token} ${rank}\n`
      )
      const encoding = { pattern: "gpt4", specialTokens: new Map([[300, "<|endoftext|>"]]) } as const
      const ours = yield* parseRanks(lines.join(""), encoding, "small.tiktoken")
      const again = yield* parseTokenizerJson(toJson(ours))
      for (const one of [ours, again]) {
        assert.strictEqual(one.vocabSize, 301)
        assert.deepStrictEqual([...one.encode("the<|endoftext|>", { specialTokens: true })], [256, 101, 300])
      }
    })
  )

  it("is refused to a vocabulary in which one order of ranks cannot say what is merged", () => {
    const { pieces } = byteVocabulary("<|e|>")
    const longer = ["ab", "bc", "abc"].map((text) => new TextEncoder().encode(text))
    const [a, b, c] = [0x61, 0x62, 0x63]
    const vocabulary = (merges: ReadonlyArray<number>): Vocabulary => ({
      type: "byte-bpe",
      pattern: "gpt2",
      pieces: [...pieces, ...longer],
      merges: Int32Array.from(merges),
      specialTokens: new Map([[256, "<|e|>"]]),
      endOfTextId: 256
    })
    const once = [a, b, 257, b, c, 258, 257, c, 259]
    assert.strictEqual(toRanks(vocabulary(once))._tag, "Success")
    assert.strictEqual(toRanks(vocabulary([...once, a, 258, 259]))._tag, "Failure")
    assert.strictEqual(toRanks(vocabulary([b, c, 258, a, b, 257, 257, c, 259]))._tag, "Failure")
  })

  it.effect.each([
    ["a line without a rank", "QQ== 0\nQg==\n", "line 2: no token in base64"],
    ["what is no base64", "Q!== 0\n", "line 1: no token in base64"],
    ["a rank twice", "QQ== 0\nQg== 0\n", "line 2: token or rank 0"],
    ["a token twice", "QQ== 0\nQQ== 1\n", "line 2: token or rank 1"],
    ["a huge rank", "QQ== 9999999\n", "line 1: no token"],
    ["too few bytes", "QQ== 0\n", "byte 0 has no rank"]
  ] as const)("with %s is refused by name", ([, text, problem]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(parseRanks(text, rankEncodings.r50k_base, "a.tiktoken"))
      assert.include(failure.message, `a.tiktoken: ${problem}`)
    })
  )
})

it.effect.skipIf(noPeers !== "")(
  `a tokenizer.json made of a rank file gives Hugging Face's ids${noPeers}`,
  () =>
    Effect.gen(function* () {
      const ours = yield* load("r50k_base")
      const next = integers(29)
      const texts = Array.from({ length: 1000 }, () => randomText(next).toWellFormed())
      const answer = askPeer(
        `from tokenizers import Tokenizer
t = Tokenizer.from_str(given["json"])
t.encode_special_tokens = True
answer = [t.encode(s).ids for s in given["strings"]]`,
        { json: toJson(ours), strings: texts }
      )
      assert.deepStrictEqual(
        answer,
        texts.map((text) => [...ours.encode(text)])
      )
    })
)
