import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import {
  BpeTrainer,
  byteLevelBpe,
  byteVocabulary,
  parseTokenizerJson,
  toJson,
  TokenizerInvalid
} from "../src/index.ts"
import { readVocabulary } from "./vocabularies.ts"

const golden = fs.readFileSync(new URL("golden/bpe.json", import.meta.url), "utf8")

/** The golden file with something changed. */
const altered = (change: (file: Record<string, any>) => void): string => {
  const file = JSON.parse(golden)
  change(file)
  return JSON.stringify(file)
}

const problemOf = (text: string) =>
  Effect.flip(parseTokenizerJson(text)).pipe(Effect.map((error) => error.message))

describe("tokenizer.json", () => {
  it.effect("is read back as what was written", () =>
    Effect.gen(function* () {
      const trainer = new BpeTrainer({
        vocabSize: 300,
        minFrequency: 1,
        pattern: "gpt4",
        endOfText: "<|fin 1|>"
      })
      // `__proto__` must not vanish in an object
      trainer.add("__proto__ constructor 字 naïve")
      while (!trainer.advance(10));
      for (const vocabulary of [trainer.vocabulary(), byteVocabulary("<|endoftext|>")])
        assert.deepStrictEqual(yield* readVocabulary(toJson(byteLevelBpe(vocabulary))), vocabulary)
    })
  )

  it.effect("keeps a piece called __proto__", () =>
    Effect.gen(function* () {
      const trainer = new BpeTrainer({
        vocabSize: 400,
        minFrequency: 1,
        pattern: "gpt2",
        endOfText: "<|endoftext|>"
      })
      trainer.add("__proto__ constructor")
      // "__proto__" is cut into "__", "proto", "__": make it one word of signs and letters through the merges
      while (!trainer.advance(10));
      const { pieces, ...rest } = trainer.vocabulary()
      const vocabulary = { ...rest, pieces: [...pieces, new TextEncoder().encode("__proto__")] }
      const read = yield* readVocabulary(toJson(byteLevelBpe(vocabulary)))
      assert.deepStrictEqual(read.pieces, vocabulary.pieces)
    })
  )

  it.effect("is also read with merges written as one string each", () =>
    Effect.gen(function* () {
      const text = altered(
        (file) => (file["model"].merges = file["model"].merges.map((m: string[]) => m.join(" ")))
      )
      assert.deepStrictEqual(yield* readVocabulary(text), yield* readVocabulary(golden))
    })
  )

  it.effect.each([
    ["no JSON", "{", "JSON"],
    ["an unknown model", altered((file) => (file["model"].type = "Neural")), "model.type"],
    ["an unknown normalizer", altered((file) => (file["normalizer"] = { type: "Iron" })), "normalizer.type"],
    [
      "an unknown part",
      altered((file) => (file["pre_tokenizer"].type = "Scissors")),
      `pre_tokenizer.type: "Scissors" is not supported. There are BertPreTokenizer, ByteLevel, `
    ],
    ["dropout", altered((file) => (file["model"].dropout = 0.1)), `["dropout"]`],
    ["a merge of unknown pieces", altered((file) => file["model"].merges.push(["zz", "qq"])), `"zz"`],
    ["a gap in the ids", altered((file) => (file["model"].vocab["!!!!"] = 2100)), "id 2000 is missing"],
    ["an id used twice", altered((file) => (file["model"].vocab["!!!!"] = 5)), "id 5 is there twice"],
    ["a piece in plain letters", altered((file) => (file["model"].vocab["字"] = 2000)), `"字"`],
    ["a missing byte", altered((file) => delete file["model"].vocab["!"]), "byte 33 has no piece"]
  ] as const)("is refused with %s, which is named", ([, text, named]) =>
    Effect.gen(function* () {
      assert.include(yield* problemOf(text), named)
    })
  )

  it.effect("fails with a tagged error", () =>
    Effect.gen(function* () {
      assert.instanceOf(yield* Effect.flip(parseTokenizerJson("[]")), TokenizerInvalid)
    })
  )
})
