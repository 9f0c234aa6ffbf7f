// Templates, pairs, truncation with windows, padding and added tokens beside Hugging Face's `encode` (golden/make_parts.py).
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { gunzipSync } from "node:zlib"
import { type Encoding, parseTokenizerJson, TruncationImpossible } from "../src/index.ts"

interface Case {
  readonly tokenizer: "wordpiece" | "bpe" | "prefixed"
  readonly post_processor: { readonly type: string } | null
  readonly truncation: unknown
  readonly padding: unknown
  /** `null` where Hugging Face fails */
  readonly encodings: ReadonlyArray<unknown>
}

const file = (name: string) => fs.readFileSync(new URL(`golden/${name}`, import.meta.url))
const golden: {
  readonly inputs: ReadonlyArray<readonly [string, string?]>
  readonly wordpiece: object
  readonly cases: ReadonlyArray<Case>
} = JSON.parse(gunzipSync(file("encodings.json.gz")).toString("utf8"))
const bpe = JSON.parse(file("bpe.json").toString("utf8"))
const bases = {
  wordpiece: golden.wordpiece,
  bpe,
  prefixed: { ...bpe, pre_tokenizer: { ...bpe.pre_tokenizer, add_prefix_space: true } }
}

const tokenizerOf = ({ padding, post_processor, tokenizer, truncation }: Case) =>
  parseTokenizerJson(JSON.stringify({ ...bases[tokenizer], post_processor, padding, truncation }))

const shown = (encoding: Encoding): ReadonlyArray<unknown> => [
  [...encoding.ids],
  [...encoding.typeIds],
  [...encoding.words],
  [...encoding.charOffsets],
  [...encoding.specialTokensMask],
  [...encoding.attentionMask]
]

const inputOf = ([first, second]: readonly [string, string?]) =>
  second === undefined ? first : ([first, second] as const)

describe("encodings equal Hugging Face's", () => {
  it.effect.each(
    golden.cases.map((one) => {
      const cut = JSON.stringify(one.truncation)
      return [`${one.tokenizer} ${one.post_processor?.type} ${cut}`, one] as const
    })
  )("%s", ([, one]) =>
    Effect.gen(function* () {
      const tokenizer = yield* tokenizerOf(one)
      for (const [i, texts] of golden.inputs.entries()) {
        const encoded = yield* Effect.result(tokenizer.encoding(inputOf(texts)))
        const found =
          encoded._tag === "Success"
            ? [...shown(encoded.success), encoded.success.overflowing.map(shown)]
            : null
        assert.deepStrictEqual(found, one.encodings[i], texts.join(" | "))
      }
    })
  )
})

describe("encodings", () => {
  const plain = golden.cases.find((one) => one.tokenizer === "wordpiece" && one.post_processor !== null)!
  const whole = { ...plain, truncation: null, padding: null }

  it.effect("of a batch have the length of the longest", () =>
    Effect.gen(function* () {
      const tokenizer = yield* tokenizerOf({
        ...whole,
        padding: {
          strategy: "BatchLongest",
          direction: "Right",
          pad_to_multiple_of: null,
          pad_id: 0,
          pad_type_id: 0,
          pad_token: "[PAD]"
        }
      })
      const [short, long] = yield* tokenizer.encodings(["the cat", ["the cat", "on the mat"]])
      assert.strictEqual(short?.ids.length, long?.ids.length)
      assert.deepStrictEqual([...(short?.attentionMask ?? [])], [1, 1, 1, 1, 0, 0, 0, 0])
      assert.deepStrictEqual([...(long?.sequences ?? [])], [-1, 0, 0, -1, 1, 1, 1, -1])
    })
  )

  it.effect("count offsets in bytes and in code points", () =>
    Effect.gen(function* () {
      const tokenizer = yield* tokenizerOf(whole)
      const { byteOffsets, charOffsets } = yield* tokenizer.encoding("𠀀字a", { addSpecialTokens: false })
      assert.deepStrictEqual([...byteOffsets], [0, 4, 4, 7, 7, 8])
      assert.deepStrictEqual([...charOffsets], [0, 1, 1, 2, 2, 3])
    })
  )

  it.effect("fail where the text that should give way is too short", () =>
    Effect.gen(function* () {
      const tokenizer = yield* tokenizerOf(whole)
      const truncation = { direction: "Right", max_length: 4, strategy: "OnlySecond", stride: 0 } as const
      for (const input of ["the cat on the mat", ["the cat on the mat", "a"]] as const) {
        const failure = yield* Effect.flip(tokenizer.encoding(input, { truncation }))
        assert.instanceOf(failure, TruncationImpossible)
        assert.include(failure.message, "second text")
      }
    })
  )
})
