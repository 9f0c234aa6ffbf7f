import { assert, describe, it } from "@effect/vitest"
import { stageContract, trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { mix } from "../../src/index.ts"
import { corpus } from "../deduplicate/corpus.ts"

const texts = (prefix: string, count: number, split: "train" | "test" = "train") =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, text: `text ${prefix} ${i % 10}`, split }))

const large = corpus([...texts("a", 90), ...texts("t", 5, "test")], { label: "large" })
const small = corpus(texts("b", 10), { label: "small" })

const mixed = Effect.fnUntraced(
  function* (config: (typeof mix)["config"]["Encoded"]) {
    const made = yield* trial(mix, { name: "", config, inputs: { documents: [large, small] } })
    const documents = yield* made.open("documents")
    return { ...(yield* documents.read("documents")), attributes: documents.attributes }
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

stageContract(mix, [
  { name: "two corpora", config: { temperature: 2, epochs: 2 }, inputs: { documents: [large, small] } }
])

describe("mixing", () => {
  it.effect("keeps everything once where nothing else is said", () =>
    Effect.gen(function* () {
      const { attributes, id } = yield* mixed({})
      assert.strictEqual(id.length, 105)
      assert.deepStrictEqual(attributes.splits, { train: 100, validation: 0, test: 5 })
    })
  )
  it.effect("repeats what is little under other ids, and leaves the held-out documents alone", () =>
    Effect.gen(function* () {
      const { id, source, split, text } = yield* mixed({
        weights: { large: 1, small: 1 },
        epochsOf: { small: 3 }
      })
      assert.strictEqual(new Set(id).size, id.length)
      const small = text.filter((one) => one.startsWith("text b"))
      assert.strictEqual(small.length, 30)
      assert.strictEqual(source.filter((one) => one.endsWith("~3")).length, 10)
      assert.strictEqual(split.filter((one) => one === "test").length, 5)
      assert.strictEqual(text.filter((one) => one.startsWith("text a")).length, 30)
    })
  )
  it.effect("refuses a weight of a source that there is not, with the one that is meant", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(mixed({ weights: { larg: 1 } }))
      assert.include(String(failure), "larg is none of the sources large, small")
      assert.include(JSON.stringify(failure), "Did you mean large?")
    })
  )
})
