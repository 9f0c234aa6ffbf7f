// What Hugging Face makes of 240 strings of every script (golden/parity): the part of `pnpm parity` that needs no peer.
import { assert, describe, it } from "vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { parseTokenizerJson, toJson } from "../src/TokenizerJson.ts"

interface Row {
  readonly ids: ReadonlyArray<number>
  /** start and end of each in code points */
  readonly offsets?: ReadonlyArray<number>
  readonly text?: string
}

const read = (name: string) => fs.readFileSync(new URL(`golden/${name}`, import.meta.url), "utf8")
const golden: {
  readonly strings: ReadonlyArray<string>
  readonly encodings: Readonly<Record<string, ReadonlyArray<Row>>>
} = JSON.parse(read("parity/golden.json"))

const whole = { truncation: null, padding: null }

describe.each(Object.entries(golden.encodings))("%s", (name, rows) => {
  const theirs = Effect.runSync(parseTokenizerJson(read(name === "bpe" ? "bpe.json" : `parity/${name}.json`)))
  const written = Effect.runSync(parseTokenizerJson(toJson(theirs)))

  it("gives the ids, places and texts that Hugging Face gave, and so does the file we write of it", () => {
    assert.strictEqual(rows.length, 240)
    for (const tokenizer of [theirs, written])
      for (const [i, { ids, offsets, text }] of rows.entries()) {
        const string = golden.strings[i] ?? ""
        const encoding = Effect.runSync(tokenizer.encoding(string, whole))
        assert.deepStrictEqual([...encoding.ids], ids, string)
        if (offsets !== undefined) assert.deepStrictEqual([...encoding.charOffsets], offsets, string)
        if (text !== undefined)
          assert.strictEqual(tokenizer.decode(encoding.ids, { specialTokens: true }), text, string)
      }
  })

  it("loses nothing of a text by looking for special tokens: between them are the ids of the text alone", () => {
    for (const string of golden.strings) {
      const { ids, specialTokensMask } = Effect.runSync(
        theirs.encoding(string, { ...whole, specialTokens: false })
      )
      assert.deepStrictEqual(
        [...ids].filter((_, i) => specialTokensMask[i] === 0),
        [...theirs.encode(string)],
        string
      )
    }
  })
})

// as Hugging Face says it of RoBERTa's file
it("gives a mask its own place, without the blanks before it that belong to it", () => {
  const roberta = Effect.runSync(parseTokenizerJson(read("parity/roberta.json")))
  const { charOffsets, ids } = Effect.runSync(roberta.encoding("é \u3000<mask>", whole))
  const at = ids.indexOf(roberta.special.mask)
  assert.deepStrictEqual([...charOffsets.subarray(2 * at, 2 * at + 2)], [3, 9])
})
