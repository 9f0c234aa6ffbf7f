import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { gunzipSync } from "node:zlib"
import { bertTokenizer, parseTokenizerJson, toJson, WordPieceTrainer } from "../src/index.ts"
import { uncased } from "../src/BertTokenizer.ts"
import { TokenRun } from "../src/TokenRun.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, mixedText, randomText } from "./texts.ts"

const file = (name: string) => fs.readFileSync(new URL(`golden/${name}`, import.meta.url))
const goldenJson = file("parity/wordpiece.json").toString("utf8")
const bert = Effect.runSync(parseTokenizerJson(goldenJson))
const sentences: ReadonlyArray<{ readonly text: string }> = JSON.parse(file("ids.json").toString("utf8"))
const golden: {
  readonly ids: ReadonlyArray<ReadonlyArray<number>>
  readonly always: ReadonlyArray<string>
  readonly sometimes: ReadonlyArray<string>
} = JSON.parse(gunzipSync(file("wordpiece.json.gz")).toString("utf8"))

const train = (texts: ReadonlyArray<string>, vocabSize: number) => {
  const trainer = new WordPieceTrainer({ ...uncased, vocabSize, minFrequency: 2 })
  for (const text of texts) trainer.add(text)
  while (!trainer.advance(1000));
  return trainer.tokens()
}

describe("encoding", () => {
  it("gives the ids that Hugging Face gave for 163 sentences", () => {
    assert.strictEqual(sentences.length, 163)
    for (const [i, { text }] of sentences.entries())
      assert.deepStrictEqual([...bert.encode(text)], golden.ids[i], text)
  })

  it.effect.prop(
    "gives for parts seen before what the whole way through all parts gives",
    [mixedText],
    ([text]) =>
      Effect.gen(function* () {
        const { byteOffsets, ids } = yield* bert.encoding(text, {
          specialTokens: false,
          addSpecialTokens: false
        })
        const quick = bert.encodeWithOffsets(text)
        assert.deepStrictEqual(quick.ids, ids)
        assert.deepStrictEqual(
          quick.offsets,
          byteOffsets.filter((_, i) => i % 2 === 0)
        )
      })
  )

  it("in small steps gives what it gives in one", () => {
    const text = sentences.map((sentence) => sentence.text).join("\n")
    const encoder = bert.encoder()
    const run = new TokenRun()
    let steps = 1
    assert.strictEqual(encoder.load(text), Buffer.byteLength(text))
    while (!encoder.advance(run, run.length + 100)) steps++
    assert.isAbove(steps, 50)
    assert.deepStrictEqual(run.ids.slice(0, run.length), bert.encode(text))
  })

  it("takes the longest piece each time, as the plain algorithm does", () => {
    const next = integers(17)
    const letters = Array.from("abc字")
    const word = (length: number) => Array.from({ length }, () => letters[next(4)]).join("")
    for (let round = 0; round < 40; round++) {
      const tokens = [
        "[UNK]",
        ...new Set(Array.from({ length: 30 }, () => (next(2) === 0 ? "##" : "") + word(1 + next(4))))
      ]
      const tokenizer = bertTokenizer(tokens, { ...uncased, chineseCharacters: false })
      for (let i = 0; i < 40; i++) {
        const text = word(1 + next(12))
        assert.deepStrictEqual(
          Array.from(tokenizer.encode(text), (id) => tokens[id] ?? ""),
          [...longestFirst(text, tokens)],
          `${text} with ${tokens.join(" ")}`
        )
      }
    }
  })

  it("knows no word of more than a hundred characters", () => {
    const tokens = ["[UNK]", "字", "##字"]
    const tokenizer = bertTokenizer(tokens, { ...uncased, chineseCharacters: false })
    assert.strictEqual(tokenizer.encode("字".repeat(100)).length, 100)
    assert.deepStrictEqual([...tokenizer.encode("字".repeat(101))], [0])
  })
})

const longestFirst = (word: string, tokens: ReadonlyArray<string>): ReadonlyArray<string> => {
  const characters = Array.from(word)
  const found: Array<string> = []
  for (let start = 0; start < characters.length;) {
    let end = characters.length
    const piece = () => (start > 0 ? "##" : "") + characters.slice(start, end).join("")
    while (end > start && !tokens.includes(piece())) end--
    if (end === start) return ["[UNK]"]
    found.push(piece())
    start = end
  }
  return found
}

describe("training", () => {
  // theirs breaks ties in hash order, so one run of it finds other pieces than the next
  it("finds the pieces that sixty runs of Hugging Face's trainer found, and none that none of them did", () => {
    const trainer = new WordPieceTrainer({ ...uncased, vocabSize: 5000, minFrequency: 8 })
    for (const { text } of sentences) trainer.add(text)
    while (!trainer.advance(7));
    const found = new Set(trainer.tokens())
    const sometimes = new Set(golden.sometimes)
    assert.deepStrictEqual(
      golden.always.filter((piece) => !found.has(piece)),
      []
    )
    assert.deepStrictEqual(
      [...found].filter((piece) => !golden.always.includes(piece) && !sometimes.has(piece)),
      []
    )
    assert.isAbove(golden.always.length, 12 * sometimes.size)
  })

  it("puts special tokens first, then characters by their code points, then those inside words", () => {
    const tokens = train(["ab abc", "b ab"], 100)
    assert.deepStrictEqual(tokens, [
      "[PAD]",
      "[UNK]",
      "[CLS]",
      "[SEP]",
      "[MASK]",
      "a",
      "b",
      "c",
      "##b",
      "##c",
      "ab"
    ])
  })

  it("leaves rare characters out where the vocabulary is small", () => {
    const tokens = train([`${"common ".repeat(20)}字文山水日月`], 13)
    assert.isAtMost(tokens.length, 13)
    assert.include(tokens, "##o")
    assert.notInclude(tokens, "字")
  })
})

describe.skipIf(noPeers !== "")(`beside Hugging Face tokenizers${noPeers}`, { timeout: 120_000 }, () => {
  it("a file written here gives the same ids and texts for 1,000 random strings of every script", () => {
    const next = integers(61)
    const strings = Array.from({ length: 1000 }, () => randomText(next))
    const tokenizer = bertTokenizer(train(strings.slice(0, 500), 3000), uncased)
    const answer = askPeer(
      `from tokenizers import Tokenizer
t = Tokenizer.from_str(given["json"])
answer = [[e.ids, t.decode(e.ids)] for e in t.encode_batch(given["strings"])]`,
      { json: toJson(tokenizer), strings }
    )
    const ours = strings.map((text) => {
      const { ids } = Effect.runSync(tokenizer.encoding(text))
      return [[...ids], tokenizer.decode(ids)]
    })
    assert.deepStrictEqual(ours, answer)
  })
})
