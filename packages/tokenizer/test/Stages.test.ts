import { type ArtifactRef, splits, Store, Tokenizer, Tokens } from "@inkstone/artifact"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { byteLevelBpe, byteVocabulary, encode, loadTokenizer, toJson, train } from "../src/index.ts"
import { type Document, runStage, seal, store } from "./documents.ts"
import { integers, randomText } from "./texts.ts"
import { readVocabulary } from "./vocabularies.ts"

const documents: ReadonlyArray<Document> = (() => {
  const next = integers(53)
  return Array.from({ length: 60 }, (_, i) => ({
    text: i === 7 ? "" : Array.from({ length: 1 + next(30) }, () => randomText(next)).join(" "),
    split: splits[i % 4] ?? "train"
  }))
})()

const tokenizerOf = Effect.fnUntraced(function* (sealed: ArtifactRef, config: unknown) {
  const { made } = yield* runStage(train, config, { documents: sealed })
  return yield* (yield* Store).open(Tokenizer, made["tokenizer"]!.digest)
})

const tokensOf = Effect.fnUntraced(function* (sealed: ArtifactRef, tokenizer: ArtifactRef, split: string) {
  const { made } = yield* runStage(encode, { split }, { documents: sealed, tokenizer })
  return yield* (yield* Store).open(Tokens, made["tokens"]!.digest)
})

/** Byte-level tokenizers have no special token but end-of-text. */
const none = { bos: -1, pad: -1, unk: -1, cls: -1, sep: -1, mask: -1 }

describe("train", () => {
  it.effect("writes the file and the same pieces as rows", () =>
    Effect.gen(function* () {
      const artifact = yield* tokenizerOf(yield* seal(documents), { vocabSize: 400 })
      const files = yield* artifact.read("files")
      const pieces = yield* artifact.read("pieces")
      const vocabulary = yield* readVocabulary(files.content[0]!)
      assert.deepStrictEqual(files.name, ["tokenizer.json"])
      assert.deepStrictEqual(pieces.id, Uint32Array.from(vocabulary.pieces.keys()))
      assert.deepStrictEqual(
        pieces.piece.map((piece) => [...piece]),
        vocabulary.pieces.map((piece) => [...piece])
      )
      assert.deepStrictEqual(artifact.attributes, {
        type: "byte-bpe",
        vocabSize: 400,
        endOfTextId: 0,
        special: none,
        trainedOnBytes: documents
          .filter(({ split }) => split === "train")
          .reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
      })
    }).pipe(Effect.provide(store))
  )

  it.effect("reads only documents of its split", () =>
    Effect.gen(function* () {
      const grown = documents.map((document) =>
        document.split === "train" ? document : { ...document, text: "quite another text, another text" }
      )
      const one = yield* tokenizerOf(yield* seal(documents), { vocabSize: 400 })
      const other = yield* tokenizerOf(yield* seal(grown), { vocabSize: 400 })
      assert.strictEqual(other.digest, one.digest)
    }).pipe(Effect.provide(store))
  )

  it.effect("makes the byte tokenizer without reading anything", () =>
    Effect.gen(function* () {
      const artifact = yield* tokenizerOf(yield* seal([]), { type: "byte" })
      assert.deepStrictEqual(artifact.attributes, {
        type: "byte",
        vocabSize: 257,
        endOfTextId: 256,
        special: none,
        trainedOnBytes: 0
      })
    }).pipe(Effect.provide(store))
  )

  it.effect("ends with fewer pieces on a small corpus, says so and warns", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const listen = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn") warnings.push(String(message))
      })
      const sealed = yield* seal([{ text: "so so", split: "train" }])
      const artifact = yield* tokenizerOf(sealed, {}).pipe(Effect.provide(Logger.layer([listen])))
      assert.strictEqual(artifact.attributes.vocabSize, 258) // "so"
      assert.deepStrictEqual(warnings, ["Only 258 of 8192 pieces: no other pair occurs 2 times"])
    }).pipe(Effect.provide(store))
  )

  it.effect.each([
    ["a vocabulary smaller than the bytes", { vocabSize: 256 }, "ConfigInvalid", "vocabSize"],
    ["a misspelled setting", { vocabsize: 300 }, "ConfigInvalid", "vocabSize"],
    ["a mark that could be learned", { endOfText: "end" }, "EndOfTextIsAWord", `"end"`],
    ["a split that has no document", { split: "test" }, "EmptySplit", `"test"`]
  ] as const)("refuses %s", ([, config, fact, named]) =>
    Effect.gen(function* () {
      const sealed = yield* seal([{ text: "one", split: "train" }])
      const failure = yield* Effect.flip(runStage(train, config, { documents: sealed }))
      assert.strictEqual(failure.fact, fact)
      assert.include(failure.message, named)
    }).pipe(Effect.provide(store))
  )
})

describe.each([
  { config: { vocabSize: 600 } },
  { config: { type: "byte" } },
  { config: { vocabSize: 5000, minFrequency: 1, pattern: "gpt4" } }
])("encode with $config", ({ config }) => {
  it.effect("loses nothing and counts nothing twice", () =>
    Effect.gen(function* () {
      const sealed = yield* seal(documents, 7)
      const tokenizer = yield* tokenizerOf(sealed, config)
      const bpe = yield* loadTokenizer(tokenizer)
      const artifact = yield* tokensOf(sealed, tokenizer, "all")
      const table = yield* artifact.read("documents")
      const { id, offset } = yield* artifact.read("ids")
      assert.deepStrictEqual(
        table.id,
        documents.map((_, i) => `d${i}`)
      )
      let next = 0
      for (const [row, { text }] of documents.entries()) {
        const bytes = Buffer.from(text)
        const start = table.start[row]!
        const last = start + table.tokens[row]! - 1
        assert.deepStrictEqual([start, table.bytes[row]], [next, bytes.length])
        let at = 0
        for (let i = start; i < last; i++) {
          const piece = bpe.pieceBytes(id[i]!)
          assert.strictEqual(offset[i], at)
          assert.isTrue(bytes.subarray(at, at + piece.length).equals(piece))
          assert.isAbove(piece.length, 0)
          at += piece.length
        }
        assert.deepStrictEqual([at, offset[last]], [bytes.length, bytes.length])
        assert.strictEqual(id[last], bpe.endOfTextId)
        next = last + 1
      }
      assert.strictEqual(next, id.length)
      assert.deepStrictEqual(artifact.attributes, {
        split: "all",
        vocabSize: bpe.vocabSize,
        endOfTextId: bpe.endOfTextId,
        tokenizer: tokenizer.digest,
        documents: documents.length,
        tokens: id.length,
        bytes: documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
      })
    }).pipe(Effect.provide(store))
  )
})

describe("encode", () => {
  it.effect("takes the documents of its split, in order", () =>
    Effect.gen(function* () {
      const sealed = yield* seal(documents)
      const tokenizer = yield* tokenizerOf(sealed, { vocabSize: 300 })
      const table = yield* (yield* tokensOf(sealed, tokenizer, "validation")).read("documents")
      const expected = documents.flatMap(({ split }, i) => (split === "validation" ? [`file-${i}.txt`] : []))
      assert.deepStrictEqual(table.source, expected)
      assert.isAbove(expected.length, 5)
    }).pipe(Effect.provide(store))
  )

  it.effect("gives the same digest however the documents lie in batches", () =>
    Effect.gen(function* () {
      const [whole, pieces] = [yield* seal(documents), yield* seal(documents, 3)]
      const tokenizer = yield* tokenizerOf(whole, { vocabSize: 300 })
      const one = yield* tokensOf(whole, tokenizer, "train")
      const other = yield* tokensOf(pieces, tokenizer, "train")
      assert.strictEqual(other.digest, one.digest)
    }).pipe(Effect.provide(store))
  )

  it.effect.each([
    [2 ** 16, "Uint16Array"],
    [2 ** 16 + 1, "Uint32Array"]
  ] as const)("stores the ids of %i pieces in the narrowest numbers", ([vocabSize, array]) =>
    Effect.gen(function* () {
      const bytes = byteVocabulary("<|endoftext|>")
      const more = Array.from({ length: vocabSize - bytes.pieces.length }, (_, i) =>
        Uint8Array.of(i >> 16, i >> 8, i, 0)
      )
      const place = yield* Store
      const draft = yield* place.draft(Tokenizer)
      const json = toJson(byteLevelBpe({ ...bytes, pieces: [...bytes.pieces, ...more] }))
      yield* draft.append("files", { name: ["tokenizer.json"], content: [json] })
      yield* draft.describe({ type: "byte", vocabSize, endOfTextId: 256, trainedOnBytes: 0 })
      const tokenizer = yield* place.seal(draft)
      const artifact = yield* tokensOf(yield* seal(documents), tokenizer, "all")
      assert.strictEqual((yield* artifact.read("ids")).id.constructor.name, array)
    }).pipe(Effect.provide(store), Effect.scoped)
  )

  it.effect("writes a document of more tokens than a batch in several, with progress between", () =>
    Effect.gen(function* () {
      const sealed = yield* seal([{ text: "x".repeat(3 * 2 ** 20), split: "train" }])
      const tokenizer = yield* tokenizerOf(sealed, { type: "byte" })
      const { made, progress } = yield* runStage(encode, {}, { documents: sealed, tokenizer })
      const artifact = yield* (yield* Store).open(Tokens, made["tokens"]!.digest)
      const { id, offset } = yield* artifact.read("ids")
      assert.strictEqual(id.length, 3 * 2 ** 20 + 1)
      assert.isTrue(offset.every((value, i) => value === i))
      assert.isAtLeast(progress.length, 3)
    }).pipe(Effect.provide(store))
  )

  it.effect("refuses a split without documents", () =>
    Effect.gen(function* () {
      const sealed = yield* seal(documents.filter(({ split }) => split !== "test"))
      const tokenizer = yield* tokenizerOf(sealed, { type: "byte" })
      const failure = yield* Effect.flip(
        runStage(encode, { split: "test" }, { documents: sealed, tokenizer })
      )
      assert.deepStrictEqual([failure.category, failure.fact], ["data", "EmptySplit"])
    }).pipe(Effect.provide(store))
  )

  it.effect("refuses a tokenizer of another make, naming what it cannot do", () =>
    Effect.gen(function* () {
      const place = yield* Store
      const draft = yield* place.draft(Tokenizer)
      yield* draft.append("files", { name: ["tokenizer.json"], content: [`{"model": {"type": "Unigram"}}`] })
      yield* draft.describe({ type: "byte-bpe", vocabSize: 300, endOfTextId: 0, trainedOnBytes: 0 })
      const tokenizer = yield* place.seal(draft)
      const failure = yield* Effect.flip(
        runStage(encode, {}, { documents: yield* seal(documents), tokenizer })
      )
      assert.deepStrictEqual([failure.category, failure.fact], ["data", "TokenizerInvalid"])
    }).pipe(Effect.provide(store), Effect.scoped)
  )
})
