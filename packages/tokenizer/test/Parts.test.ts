// Normalizers and pre-tokenizers, each by itself, beside Hugging Face's (golden/make_parts.py wrote down what they gave).
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { parseTokenizerJson } from "../src/index.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, randomText } from "./texts.ts"

interface Case {
  readonly normalizer: unknown
  readonly pre_tokenizer: unknown
  /** start and end of each word in code points of the given text, by text */
  readonly offsets: ReadonlyArray<ReadonlyArray<number>>
}

const golden: { readonly texts: ReadonlyArray<string>; readonly cases: ReadonlyArray<Case> } = JSON.parse(
  fs.readFileSync(new URL("golden/parts.json", import.meta.url), "utf8")
)

/** A tokenizer that does nothing but find words. */
const jsonOf = ({ normalizer, pre_tokenizer }: Case): string =>
  JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer,
    pre_tokenizer,
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab: { "[UNK]": 0 }, unk_token: "[UNK]" }
  })

const offsetsOf = (json: string, texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const tokenizer = yield* parseTokenizerJson(json)
    const encodings = yield* tokenizer.encodings(texts)
    return encodings.map(({ charOffsets }) => [...charOffsets])
  })

const nameOf = ({ normalizer, pre_tokenizer }: Case) =>
  normalizer === null ? JSON.stringify(pre_tokenizer) : JSON.stringify(normalizer)

describe("words and where they come from equal Hugging Face's", () => {
  it.effect.each(golden.cases.map((one) => [nameOf(one), one] as const))("%s", ([, one]) =>
    Effect.gen(function* () {
      const found = yield* offsetsOf(jsonOf(one), golden.texts)
      assert.deepStrictEqual(found, one.offsets)
    })
  )
})

describe.skipIf(noPeers !== "")(`beside Hugging Face tokenizers${noPeers}`, { timeout: 120_000 }, () => {
  it.effect("parts give the same for 150 random texts", () =>
    Effect.gen(function* () {
      const next = integers(91)
      const texts = Array.from({ length: 150 }, () => randomText(next))
      const jsons = golden.cases.map(jsonOf)
      const theirs = askPeer(
        `from tokenizers import Tokenizer
answer = [[[o for pair in e.offsets for o in pair] for e in Tokenizer.from_str(j).encode_batch(given["texts"])] for j in given["jsons"]]`,
        { jsons, texts }
      )
      for (const [i, json] of jsons.entries()) {
        const expected: unknown = Array.isArray(theirs) ? theirs[i] : undefined
        assert.deepStrictEqual(yield* offsetsOf(json, texts), expected, nameOf(golden.cases[i]!))
      }
    })
  )
})
