import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { byteLevelBpe, byteVocabulary, parseTokenizerJson } from "../src/index.ts"
import { spell } from "../src/internal/ByteAlphabet.ts"
import { TokenRun } from "../src/TokenRun.ts"
import * as Reference from "./Reference.ts"
import { anyText, integers, mixedText } from "./texts.ts"

const golden = (name: string) => fs.readFileSync(new URL(`golden/${name}`, import.meta.url), "utf8")
const goldenJson = golden("bpe.json")
const bpe = Effect.runSync(parseTokenizerJson(goldenJson))
const merges: ReadonlyArray<[string, string]> = JSON.parse(goldenJson).model.merges
const bytes = byteLevelBpe(byteVocabulary("<|endoftext|>"))
const both = [
  { name: "byte-bpe", tokenizer: bpe },
  { name: "byte", tokenizer: bytes }
]

const spelled = (ids: Iterable<number>) => Array.from(ids, (id) => spell(bpe.pieceBytes(id)))

describe("encoding", () => {
  it("gives the ids that Hugging Face gave for 163 sentences", () => {
    const sentences: ReadonlyArray<{ text: string; ids: Array<number> }> = JSON.parse(golden("ids.json"))
    assert.strictEqual(sentences.length, 163)
    for (const { text, ids } of sentences) assert.deepStrictEqual([...bpe.encode(text)], ids, text)
  })

  it.prop(
    "equals the plain algorithm",
    [mixedText],
    ([text]) =>
      assert.deepStrictEqual(spelled(bpe.encode(text)), [...Reference.pieces(text, merges, "gpt2")]),
    { arbitrary: { runs: 300 } }
  )

  it("equals the plain algorithm on words too long for the cache", () => {
    const next = integers(7)
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 30 + next(200) }, () => "thenatiosr字"[next(11)]).join("")
      assert.deepStrictEqual(spelled(bpe.encode(text)), [...Reference.pieces(text, merges, "gpt2")])
    }
  })

  it("takes a word of a megabyte", () => {
    const next = integers(11)
    const text = Array.from({ length: 2 ** 20 }, () => "thenatiosr"[next(10)]).join("")
    const ids = bpe.encode(text)
    assert.isTrue(bpe.decode(ids) === text)
    // and its start is encoded as the start alone is, up to the last few pieces
    const start = bpe.encode(text.slice(0, 2000)).slice(0, -20)
    assert.deepStrictEqual(ids.slice(0, start.length), start)
  })

  it("in small steps gives what it gives in one", () => {
    const text = JSON.parse(golden("ids.json"))
      .map((sentence: { text: string }) => sentence.text)
      .join("\n")
    for (const { tokenizer } of both) {
      const encoder = tokenizer.encoder()
      const run = new TokenRun()
      const length = encoder.load(text)
      let steps = 1
      while (!encoder.advance(run, run.length + 100)) steps++
      const whole = tokenizer.encodeWithOffsets(text)
      assert.isAbove(steps, 50)
      assert.strictEqual(length, Buffer.byteLength(text))
      assert.deepStrictEqual(run.ids.slice(0, run.length), whole.ids)
      assert.deepStrictEqual(run.offsets.slice(0, run.length), whole.offsets)
    }
  })

  it("keeps giving the same ids when the cache has been emptied", () => {
    const next = integers(13)
    const text = "The state of the Union"
    const before = bpe.encode(text)
    for (let round = 0; round < 30; round++)
      bpe.encode(Array.from({ length: 10_000 }, () => ` ${next(2 ** 31)}`).join(""))
    assert.deepStrictEqual(bpe.encode(text), before)
  })

  it("sees end-of-text as text in documents and as the mark in prompts", () => {
    const text = "One<|endoftext|>Two"
    assert.notInclude([...bpe.encode(text)], bpe.endOfTextId)
    const { ids, offsets } = bpe.encodeWithOffsets(text, { specialTokens: true })
    const mark = ids.indexOf(bpe.endOfTextId)
    assert.deepStrictEqual(ids.slice(0, mark), bpe.encode("One"))
    assert.deepStrictEqual(ids.slice(mark + 1), bpe.encode("Two"))
    assert.deepStrictEqual([offsets[mark], offsets[mark + 1]], [3, 16])
    assert.strictEqual(bpe.decode(ids), "OneTwo")
  })
})

describe.each(both)("laws of $name", ({ tokenizer }) => {
  it.prop("decode gives back what was encoded, unpaired surrogates as U+FFFD", [anyText], ([text]) =>
    assert.strictEqual(tokenizer.decode(tokenizer.encode(text)), text.toWellFormed())
  )

  it.prop("decode gives back a byte order mark and text of every script", [mixedText], ([text]) =>
    assert.strictEqual(tokenizer.decode(tokenizer.encode(`\uFEFF${text}`)), `\uFEFF${text}`)
  )

  it.prop(
    "every token is the bytes at its offset, and the next begins where it ends",
    [mixedText],
    ([text]) => {
      const utf8 = Buffer.from(text)
      const { ids, offsets } = tokenizer.encodeWithOffsets(text)
      let at = 0
      for (const [i, id] of ids.entries()) {
        const piece = tokenizer.pieceBytes(id)
        assert.strictEqual(offsets[i], at)
        assert.isTrue(utf8.subarray(at, at + piece.length).equals(piece))
        assert.isAbove(piece.length, 0)
        at += piece.length
      }
      assert.strictEqual(at, utf8.length)
    }
  )

  it.prop("ids are below vocabSize and never end-of-text", [mixedText], ([text]) =>
    assert.isTrue(
      tokenizer.encode(text).every((id) => id < tokenizer.vocabSize && id !== tokenizer.endOfTextId)
    )
  )
})

describe("the byte tokenizer", () => {
  it("gives the bytes themselves", () => {
    assert.deepStrictEqual([...bytes.encode("aé")], [0x61, 0xc3, 0xa9])
    assert.strictEqual(bytes.vocabSize, 257)
  })
})
