// Conversations made of examples: words from templates, splits and groups as they were.
import { assert, describe, it } from "@effect/vitest"
import { Examples } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { sample, stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { instruct } from "../../src/instruct/Instruct.ts"
import { filled } from "../../src/instruct/Template.ts"
import { made } from "../examples/made.ts"

const examples = (
  label: string,
  parts: readonly [string, string],
  texts: ReadonlyArray<readonly [string, string]>
) =>
  sample(Examples, {
    label,
    attributes: {
      examples: texts.length,
      parts: 2 * texts.length,
      bytes: 0,
      splits: {},
      partNames: [...parts],
      description: "",
      licence: ""
    },
    tables: {
      examples: {
        id: texts.map((_, n) => `${label}${n}`),
        source: texts.map((_, n) => `file#${n}`),
        group: texts.map((_, n) => `group-${n % 2}`),
        licence: texts.map(() => "MPL-2.0"),
        split: texts.map((_, n) => (n % 2 === 0 ? "train" : "test")),
        first: Uint32Array.from(texts, (_, n) => 2 * n),
        parts: Uint32Array.from(texts, () => 2)
      },
      parts: {
        name: texts.flatMap(() => [...parts]),
        lang: texts.flatMap(() => ["en", "zh"]),
        text: texts.flat()
      }
    }
  })
const pairs = examples(
  "pairs",
  ["source", "target"],
  [
    ["one", "一"],
    ["two {source}", "二"],
    ["three", "三"],
    ["four", "四"]
  ]
)
const shorts = examples("shorts", ["text", "summary"], [["A long text.", "Text"]])
const tasks = {
  pairs: { user: "Into Chinese: {source}", assistant: "{target}" },
  shorts: { user: ["Summarise: {text}", "In short? {text}"], assistant: "{summary}", system: "Be brief." }
} as const

stageContract(instruct, [{ name: "two tasks", config: { tasks }, inputs: { examples: [pairs, shorts] } }])

describe("conversations", () => {
  it.effect("have what the templates say, split and group and licence of the example", () =>
    Effect.gen(function* () {
      const { attributes, examples, rows } = yield* made(instruct, {
        config: { tasks },
        inputs: { examples: [pairs, shorts] }
      })
      assert.deepStrictEqual(examples[1], { user: "Into Chinese: two {source}", assistant: "二" })
      assert.deepStrictEqual(examples[4]?.["system"], "Be brief.")
      assert.include(["Summarise: A long text.", "In short? A long text."], examples[4]?.["user"])
      assert.deepStrictEqual(rows.split, ["train", "test", "train", "test", "train"])
      assert.deepStrictEqual(rows.source[4], "shorts/file#0")
      assert.deepStrictEqual([...new Set(rows.licence)], ["MPL-2.0"])
      assert.deepStrictEqual(attributes.splits, { train: 3, validation: 0, test: 2 })
      assert.strictEqual(new Set(rows.id).size, 5)
    })
  )

  it.effect("are so many of each split as the config says", () =>
    Effect.gen(function* () {
      const { attributes } = yield* made(instruct, {
        config: { tasks: { pairs: { ...tasks.pairs, most: 1 } } },
        inputs: { examples: [pairs] }
      })
      assert.deepStrictEqual(attributes.splits, { train: 1, validation: 0, test: 1 })
    })
  )

  it.effect("drop an example without the part that a template names", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        made(instruct, {
          config: { tasks: { pairs: { user: "{question}", assistant: "{target}" } } },
          inputs: { examples: [pairs] }
        })
      )
      assert.include(failure instanceof StageFailure ? failure.problem : "", "no example has the parts")
    })
  )

  it.effect.each([
    ["a task that no node makes", { ...tasks, pair: tasks.pairs }, `Did you mean "pairs"?`],
    ["examples without a task", { shorts: tasks.shorts }, "Add tasks.pairs"]
  ] as const)("are refused for %s", ([, wrong, advice]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        made(instruct, { config: { tasks: wrong }, inputs: { examples: [pairs, shorts] } })
      )
      assert.include(failure instanceof StageFailure ? failure.advice : "", advice)
    })
  )
})

describe("a template", () => {
  it("puts parts in, and leaves braces that are written twice", () => {
    const parts = new Map([["a", "$& {b}"]])
    assert.strictEqual(filled("{{{a}}}", parts), "{$& {b}}")
    assert.strictEqual(filled("{b}", parts), undefined)
  })
})
