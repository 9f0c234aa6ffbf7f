// Texts of examples as documents.
import { assert, describe, it } from "@effect/vitest"
import { Examples } from "@inkstone/artifact"
import { sample, stageContract, trial } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { texts } from "../../src/examples/Texts.ts"

const pairs = sample(Examples, {
  label: "pairs",
  attributes: {
    examples: 3,
    parts: 6,
    bytes: 0,
    splits: {},
    partNames: ["source", "target"],
    description: "Help",
    licence: "MPL-2.0"
  },
  tables: {
    examples: {
      id: ["a", "b", "c"],
      source: ["p#1", "p#2", "q#1"],
      group: ["p", "p", ""],
      licence: ["", "", ""],
      split: ["train", "train", "test"],
      first: Uint32Array.of(0, 2, 4),
      parts: Uint32Array.of(2, 2, 2)
    },
    parts: {
      name: ["source", "target", "source", "target", "source", "target"],
      lang: ["en", "zh", "en", "zh", "en", "zh"],
      text: ["Insert a link", "插入链接", "Insert a link", "插入一个链接", "Delete", "删除"]
    }
  }
})
const given = { config: { parts: ["source", "target"] }, inputs: { examples: [pairs] } } as const

stageContract(texts, [{ name: "pairs", ...given }])

describe("@inkstone/ingest#texts", () => {
  it.effect("makes a document of each part, in the split and group of its example, equal ones once", () =>
    Effect.gen(function* () {
      const run = yield* trial(texts, { name: "", ...given })
      const artifact = yield* run.open("documents")
      const { group, lang, script, split, text } = yield* artifact.read("documents")
      assert.deepStrictEqual([...text], ["Insert a link", "插入链接", "插入一个链接", "Delete", "删除"])
      assert.deepStrictEqual([...split], ["train", "train", "train", "test", "test"])
      assert.deepStrictEqual([...group], ["p", "p", "p", "c", "c"])
      assert.deepStrictEqual([...lang], ["en", "zh", "zh", "en", "zh"])
      assert.strictEqual(script[0], "Latn")
      assert.strictEqual(artifact.attributes.licence, "MPL-2.0")
      assert.deepStrictEqual(artifact.attributes.splits, { train: 3, validation: 0, test: 2 })
    })
  )
})
