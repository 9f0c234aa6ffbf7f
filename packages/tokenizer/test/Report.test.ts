import { type ArtifactRef, Store, TokenizerReport } from "@inkstone/artifact"
import { stageContract } from "@inkstone/stage/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { byteLevelBpe, byteVocabulary, report, train } from "../src/index.ts"
import { Statistics } from "../src/report/Statistics.ts"
import { countText } from "../src/report/TextCounts.ts"
import { runStage, seal, store } from "./documents.ts"

const bytes = byteLevelBpe(byteVocabulary("<|endoftext|>"))
const text = (text: string, script = "Latn", lang = "en") => ({
  id: "d",
  source: "d.txt",
  script,
  lang,
  text
})
const added = (statistics: Statistics, ...texts: ReadonlyArray<ReturnType<typeof text>>) => {
  for (const each of texts) statistics.add(each, countText(each.text))
  return statistics
}

describe("counting", () => {
  it.each([
    ["the state, of the Union!", 5],
    ["don't stop at 3.14", 6],
    ["中文没有空格", 6],
    ["我爱 GPT2 和 ไทย", 7],
    ["हिन्दी में", 2],
    ["한국어 문장", 2],
    ["  \n", 0]
  ])("finds the words of %j", (given, words) => {
    assert.strictEqual(countText(given).words, words)
  })

  it("counts code points and bytes", () => {
    assert.deepStrictEqual(countText("a𠮷é"), { bytes: 7, characters: 3, words: 3 })
    assert.strictEqual(countText("\ud800\ud800\udc00").characters, 2)
  })
})

describe("statistics", () => {
  it("of the byte tokenizer are those of the text itself", () => {
    const statistics = added(new Statistics(bytes, 5), text("ab c"), text("中文", "Hans", "zh"))
    const { all, byLang, byScript } = statistics
    // 10 bytes, 6 characters, 4 words; the 6 bytes of the two Han characters are no whole ones
    assert.deepStrictEqual(all, {
      documents: 2,
      bytes: 10,
      characters: 6,
      words: 4,
      tokens: 10,
      singleByte: 10,
      partial: 6,
      unknown: 0,
      roundTripFailures: 0
    })
    assert.deepStrictEqual([byScript.get("Hans")?.tokens, byScript.get("Hans")?.characters], [6, 2])
    assert.deepStrictEqual([...byLang.keys()], ["en", "zh"])
    // "ab c" uses 4 of the 256, 中 (E4 B8 AD) and 文 (E6 96 87) six more
    assert.strictEqual(statistics.pieces, 256)
    assert.strictEqual(statistics.dead().length, 246)
    assert.strictEqual(statistics.dead()[0]?.id, 0)
  })

  it("list the pieces most used and the longest", () => {
    const vocabulary = byteVocabulary("<|endoftext|>")
    const three = byteLevelBpe({
      ...vocabulary,
      type: "byte-bpe",
      pieces: [...vocabulary.pieces, Buffer.from("ab"), Buffer.from("abab")],
      merges: Int32Array.of(97, 98, 257, 257, 257, 258)
    })
    const statistics = added(new Statistics(three, 5), text("ababab c"))
    assert.deepStrictEqual(
      statistics.longest(2).map(({ piece }) => piece),
      ["abab", "ab"]
    )
    assert.deepStrictEqual(
      statistics.mostUsed(9).map(({ count, piece }) => [piece, count]),
      [["Ġ", 1], ["c", 1], ["ab", 1], ["abab", 1]] // prettier-ignore
    )
  })
})

const corpus = Effect.gen(function* () {
  const texts = [
    "the state of the Union ".repeat(20),
    "我们的国家，我们的人民。".repeat(9),
    "x",
    "The end | <of it>"
  ]
  return yield* seal(texts.map((text) => ({ text, split: "train" as const })))
})
const tokenizer = (documents: ArtifactRef, config: unknown) =>
  Effect.map(runStage(train, config, { documents }), ({ made }) => made["tokenizer"]!)

describe("the stage", () => {
  it.effect("puts tokenizers side by side, as rows and as pages", () =>
    Effect.gen(function* () {
      const documents = yield* corpus
      const learned = yield* tokenizer(documents, { vocabSize: 270 })
      const { made } = yield* runStage(report, { examples: 3 }, { documents, tokenizers: learned })
      const artifact = yield* (yield* Store).open(TokenizerReport, made["report"]!.digest)
      const { metric, script, value } = yield* artifact.read("metrics")
      const valueOf = (name: string) =>
        value[metric.findIndex((each, i) => each === name && script[i] === "all")]
      assert.isAbove(valueOf("bytes_per_token") ?? 0, 1)
      assert.strictEqual(valueOf("bytes_per_token"), artifact.attributes.bytes / valueOf("tokens")!)
      assert.strictEqual(valueOf("round_trip_failures"), 0)
      assert.strictEqual(valueOf("documents"), 4)
      const files = yield* artifact.read("files")
      const [html = "", markdown = ""] = files.content.map((each) => new TextDecoder().decode(each))
      assert.include(html, "<td>tokenizers</td><td>byte-bpe</td><td>270</td>")
      assert.include(markdown, "| tokenizers | byte-bpe | 270 |")
      assert.include(markdown, "Characters per token by script")
      assert.strictEqual(artifact.attributes.documents, 4)
    }).pipe(Effect.provide(store))
  )

  it.effect("reads an even part of a corpus that is larger than it may read", () =>
    Effect.gen(function* () {
      const documents = yield* seal(
        Array.from({ length: 100 }, () => ({ text: "x".repeat(10), split: "train" as const }))
      )
      const learned = yield* tokenizer(documents, { type: "byte" })
      const { made } = yield* runStage(report, { maxBytes: 300 }, { documents, tokenizers: learned })
      const { attributes } = yield* (yield* Store).open(TokenizerReport, made["report"]!.digest)
      assert.deepStrictEqual(
        [attributes.documents, attributes.documentsOfSplit, attributes.bytes],
        [30, 100, 300]
      )
    }).pipe(Effect.provide(store))
  )

  it.effect("refuses a split without documents", () =>
    Effect.gen(function* () {
      const documents = yield* corpus
      const learned = yield* tokenizer(documents, { type: "byte" })
      const failure = yield* Effect.flip(
        runStage(report, { split: "test" }, { documents, tokenizers: learned })
      )
      assert.strictEqual(failure.fact, "EmptySplit")
    }).pipe(Effect.provide(store))
  )
})

stageContract(report, [
  {
    name: "two tokenizers",
    config: {},
    inputs: {
      documents: { label: "corpus", make: corpus },
      tokenizers: [
        {
          label: "bpe",
          make: Effect.flatMap(corpus, (documents) => tokenizer(documents, { vocabSize: 300 }))
        },
        {
          label: "bytes",
          make: Effect.flatMap(corpus, (documents) => tokenizer(documents, { type: "byte" }))
        }
      ]
    }
  }
])
