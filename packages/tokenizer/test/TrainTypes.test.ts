// Every type of tokenizer, from documents to tokens and back.
import { Store, Tokenizer, Tokens } from "@inkstone/artifact"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { encode, loadTokenizer, train } from "../src/index.ts"
import { type Document, runStage, seal, store } from "./documents.ts"

const sentences = [
  "The state of the Union is strong, and the people of the nation know it.",
  "We the people hold these truths; the Union shall not be divided.",
  "国家的状态是强大的。人民知道这一点。",
  "The nation's people, the people's nation: strong, stronger, strongest."
]
const documents: ReadonlyArray<Document> = Array.from({ length: 24 }, (_, i) => ({
  text: sentences[i % 4]!,
  split: "train"
}))

const types = [
  { type: "wordpiece", endOfText: "[SEP]", spelled: (text: string) => text.toLowerCase() },
  { type: "unigram", endOfText: "</s>", spelled: (text: string) => text },
  { type: "character", endOfText: "<|endoftext|>", spelled: (text: string) => text }
] as const

describe.each(types)("$type", ({ endOfText, spelled, type }) => {
  it.effect("is trained, written, read again and encodes the documents", () =>
    Effect.gen(function* () {
      const sealed = yield* seal(documents)
      const { made } = yield* runStage(train, { type, vocabSize: 400 }, { documents: sealed })
      const place = yield* Store
      const artifact = yield* place.open(Tokenizer, made["tokenizer"]!.digest)
      const tokenizer = yield* loadTokenizer(artifact)
      const { attributes } = artifact
      assert.strictEqual(attributes.type, type)
      assert.strictEqual(attributes.vocabSize, tokenizer.vocabSize)
      assert.isAtMost(attributes.vocabSize, 400)
      assert.strictEqual(tokenizer.tokenOf(attributes.endOfTextId), endOfText)
      assert.strictEqual((yield* artifact.read("pieces")).id.length, attributes.vocabSize)

      const { made: encoded } = yield* runStage(encode, {}, { documents: sealed, tokenizer: artifact })
      const tokens = yield* place.open(Tokens, encoded["tokens"]!.digest)
      const table = yield* tokens.read("documents")
      const { id } = yield* tokens.read("ids")
      for (const [row, { text }] of documents.entries()) {
        const ids = id.slice(table.start[row], table.start[row]! + table.tokens[row]!)
        assert.strictEqual(ids.at(-1), attributes.endOfTextId)
        assert.deepStrictEqual(Array.from(ids).slice(0, -1), Array.from(tokenizer.encode(text)))
        // WordPiece forgets where blanks were: all else comes back
        const bare = (given: string) => (type === "wordpiece" ? given.replaceAll(" ", "") : given)
        assert.strictEqual(bare(tokenizer.decode(ids)), bare(spelled(text)))
      }
    }).pipe(Effect.provide(store))
  )

  it.effect("is the same when trained again", () =>
    Effect.gen(function* () {
      const sealed = yield* seal(documents)
      const config = { type, vocabSize: 350 }
      const [one, other] = [
        yield* runStage(train, config, { documents: sealed }),
        yield* runStage(train, config, { documents: sealed })
      ]
      assert.strictEqual(one.made["tokenizer"]!.digest, other.made["tokenizer"]!.digest)
    }).pipe(Effect.provide(store))
  )
})

describe("further special tokens", () => {
  const marks = ["<|im_start|>", "<|im_end|>"]
  it.effect.each(["byte-bpe", "byte", "wordpiece", "unigram", "character"] as const)(
    "%s: are part of the vocabulary, and text that spells one is text",
    (type) =>
      Effect.gen(function* () {
        const sealed = yield* seal(documents)
        const config = { type, vocabSize: 400, specialTokens: marks }
        const { made } = yield* runStage(train, config, { documents: sealed })
        const artifact = yield* (yield* Store).open(Tokenizer, made["tokenizer"]!.digest)
        const tokenizer = yield* loadTokenizer(artifact)
        const [open, close] = marks.map((mark) => tokenizer.idOf(mark) ?? -1)
        assert.isAtMost(artifact.attributes.vocabSize, 400)
        assert.isAtLeast(open ?? -1, 0)
        assert.isTrue(tokenizer.specialTokens.has(close ?? -1))
        assert.isAtLeast(artifact.attributes.endOfTextId, 0)
        const chat = "<|im_start|>the people<|im_end|>"
        assert.notInclude(Array.from(tokenizer.encode(chat)), open)
        const ids = Array.from(tokenizer.encode(chat, { specialTokens: true }))
        assert.deepStrictEqual([ids[0], ids.at(-1)], [open, close])
      }).pipe(Effect.provide(store))
  )
  it.effect("hide no end-of-text of another name", () =>
    Effect.gen(function* () {
      const sealed = yield* seal(documents)
      const config = { vocabSize: 300, endOfText: "<|fin|>", specialTokens: marks }
      const failure = yield* Effect.flip(runStage(train, config, { documents: sealed }))
      assert.include(JSON.stringify(failure), "EndOfTextUnknown")
    }).pipe(Effect.provide(store))
  )
})
