import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { gunzipSync } from "node:zlib"
import { parseTokenizerJson, toJson } from "../src/index.ts"
import { fromModelFile } from "../src/sentencepiece/Conversion.ts"
import { parseModelFile } from "../src/sentencepiece/ModelFile.ts"
import { SentencePiece } from "../src/sentencepiece/SentencePiece.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, randomText } from "./texts.ts"

const file = (name: string) => fs.readFileSync(new URL(`golden/${name}`, import.meta.url))
/** Written once by sentencepiece 0.2.3. */
const golden: {
  readonly strings: ReadonlyArray<string>
  readonly models: Readonly<
    Record<
      string,
      { readonly model: string; readonly ids: Array<Array<number>>; readonly texts: Array<string> }
    >
  >
  readonly unigram: {
    readonly texts: ReadonlyArray<string>
    readonly ids: Array<Array<number>>
    readonly decoded: Array<string>
  }
} = JSON.parse(file("sentencepiece.json").toString())
const t5 = gunzipSync(file("unigram.model.gz"))

const load = (bytes: Uint8Array) =>
  Effect.gen(function* () {
    const model = SentencePiece.of(yield* parseModelFile(bytes, "a.model"))
    assert.isDefined(model)
    return model
  })
const small = (name: string) => Buffer.from(golden.models[name]?.model ?? "", "base64")

describe("a SentencePiece model", () => {
  it.effect("of T5's kind (NMT's NFKC, pad, eos, unk) encodes and decodes as the library does", () =>
    Effect.gen(function* () {
      const model = yield* load(t5)
      const { decoded, ids, texts } = golden.unigram
      assert.deepStrictEqual(
        texts.map((text) => [...model.encode(text)]),
        ids
      )
      assert.deepStrictEqual(
        ids.map((one) => model.decode(one)),
        decoded
      )
    })
  )

  it.effect.each([
    ["BPE with bytes, as Llama's", "llama"],
    ["Unigram with pieces that users defined", "user"],
    ["Unigram of Chinese, rare characters as bytes", "zh"],
    ["Unigram with blanks after words", "suffix"],
    ["Unigram that leaves blanks as they are", "plain"]
  ] as const)("of the kind %s encodes and decodes as the library does", ([, name]) =>
    Effect.gen(function* () {
      const model = yield* load(small(name))
      assert.deepStrictEqual(
        golden.strings.map((text) => [...model.encode(text)]),
        golden.models[name]?.ids
      )
      assert.deepStrictEqual(
        golden.models[name]?.ids.map((ids) => model.decode(ids)),
        golden.models[name]?.texts
      )
    })
  )

  it.effect(
    "with byte fallback has an id for everything, which comes back but for blanks taken together",
    () =>
      Effect.gen(function* () {
        const model = yield* load(small("llama"))
        const next = integers(3)
        for (let i = 0; i < 300; i++) {
          const text = randomText(next).toWellFormed().replaceAll("▁", " ")
          const ids = model.encode(text)
          assert.isFalse(ids.includes(model.file.unkId), JSON.stringify(text))
          assert.strictEqual(model.decode(ids), text)
        }
      })
  )

  it.effect(
    "that is cut off, altered or hostile gives a model or an error that names the file, never anything else",
    () =>
      Effect.gen(function* () {
        const whole = small("user")
        const next = integers(17)
        for (let i = 0; i < 400; i++) {
          const bytes = Uint8Array.from(whole.subarray(0, i % 2 === 0 ? next(whole.length) : whole.length))
          for (let flips = i % 5; flips > 0 && bytes.length > 0; flips--)
            bytes[next(bytes.length)]! ^= 1 << next(8)
          const read = yield* Effect.result(load(bytes))
          if (read._tag === "Failure") assert.include(read.failure.message, "a.model: ")
          else read.success.encode("Any text，任何文字")
        }
      })
  )

  it.effect.each([
    ["nothing", new Uint8Array(0), "not a SentencePiece model"],
    ["a length beyond its end", Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f), "does not end"],
    ["an integer without end", new Uint8Array(20).fill(0xff), "no field at byte 0"],
    ["a piece that is no UTF-8", Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0xff), "pieces[0].piece: no UTF-8"],
    ["an empty piece", Uint8Array.of(0x0a, 0x02, 0x0a, 0x00), "pieces[0].piece: empty"]
  ] as const)("that is %s is refused by name", ([, bytes, problem]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(parseModelFile(bytes, "b.model"))
      assert.include(failure.message, "b.model")
      assert.include(failure.message, problem)
    })
  )

  it.effect("becomes a tokenizer.json with T5's extra ids, which is read again with the same ids", () =>
    Effect.gen(function* () {
      const file = yield* parseModelFile(t5, "t5.model")
      const tokenizer = yield* fromModelFile(file, { extraIds: 100, closing: "</s>" })
      const again = yield* parseTokenizerJson(toJson(tokenizer))
      assert.deepStrictEqual(tokenizer.special.pad, 0)
      assert.deepStrictEqual(tokenizer.special.endOfText, 1)
      assert.deepStrictEqual(tokenizer.special.unk, 2)
      assert.strictEqual(tokenizer.idOf("<extra_id_0>"), file.pieces.length + 99)
      // sentences in which no blanks are taken together
      const plain = golden.unigram.texts
        .map((text, i) => [text, golden.unigram.ids[i]] as const)
        .slice(0, 100)
      for (const [text, ids] of plain) {
        assert.deepStrictEqual([...tokenizer.encode(text)], ids)
        assert.deepStrictEqual([...again.encode(text)], ids)
      }
      const encoding = yield* again.encoding("Any text")
      assert.strictEqual(encoding.ids.at(-1), 1)
    })
  )
})

describe.skipIf(noPeers !== "")(`SentencePiece beside the peers${noPeers}`, { timeout: 60_000 }, () => {
  it.effect("is converted to a file that Hugging Face loads, with equal ids for random strings", () =>
    Effect.gen(function* () {
      const next = integers(19)
      const strings = Array.from({ length: 1000 }, () => randomText(next).toWellFormed())
      const tokenizer = yield* fromModelFile(yield* parseModelFile(t5, "t5.model"), { extraIds: 100 })
      const answer = askPeer(
        `from tokenizers import Tokenizer
t = Tokenizer.from_str(given["json"])
answer = [t.encode(s).ids for s in given["strings"]]`,
        { json: toJson(tokenizer), strings }
      )
      assert.deepStrictEqual(
        strings.map((text) => [...tokenizer.encode(text, { specialTokens: true })]),
        answer
      )
    })
  )

  it.effect("gives the library's ids for random strings", () =>
    Effect.gen(function* () {
      const next = integers(23)
      const strings = Array.from({ length: 1000 }, () => randomText(next).toWellFormed())
      const answer = askPeer(
        `import sentencepiece, base64
answer = []
for model in given["models"]:
    p = sentencepiece.SentencePieceProcessor(model_proto=base64.b64decode(model))
    answer.append([p.encode(s) for s in given["strings"]])`,
        { models: [t5, small("llama"), small("user")].map((bytes) => bytes.toString("base64")), strings }
      )
      const ours = yield* Effect.forEach([t5, small("llama"), small("user")], load)
      assert.deepStrictEqual(
        ours.map((model) => strings.map((text) => [...model.encode(text)])),
        answer
      )
    })
  )
})
