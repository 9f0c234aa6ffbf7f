// Debian's descriptions: what is joined, what a family is, what is dropped.
import { assert, describe, it } from "@effect/vitest"
import { StageFailure } from "@inkstone/stage"
import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { packageDescriptions } from "../../src/packages/PackageDescriptions.ts"
import { made } from "../examples/made.ts"

const boilerplate = "This library reads and writes the tables of the Zine format."
const files = {
  "lists/Packages": [
    "Package: libzine1\nSource: zine (1.2-3)\nVersion: 1.2-3\n",
    "Package: libzine-dev\nSource: zine\nVersion: 1.2-3\n",
    "Package: solo\nVersion: 1\n"
  ].join("\n"),
  "lists/Translation-en": [
    `Package: libzine1\nDescription-md5: a\nDescription-en: Library for zines\n ${boilerplate}\n It is small.\n .\n Features:\n  * fast\n  * quiet\n`,
    `Package: libzine-dev\nDescription-md5: b\nDescription-en: Library for zines (headers)\n ${boilerplate}\n It is small, too.\n`,
    "Package: solo\nDescription-md5: c\nDescription-en: Short of words\n Yes.\n"
  ].join("\n")
}
const config = { files: ["lists"], splits: { validation: 0, test: 0 } } as const

stageContract(packageDescriptions, [{ name: "two lists", config, files }])

describe("package descriptions", () => {
  it.effect("join paragraphs, keep lists, and are grouped by source", () =>
    Effect.gen(function* () {
      const { examples, rows } = yield* made(packageDescriptions, { config, files })
      assert.deepStrictEqual(examples[0], {
        text: `${boilerplate} It is small.\n\nFeatures:\n* fast\n* quiet`,
        summary: "Library for zines"
      })
      assert.deepStrictEqual(rows.group, ["zine", "zine", "solo"])
      assert.deepStrictEqual(rows.source, [
        "Translation-en#libzine1",
        "Translation-en#libzine-dev",
        "Translation-en#solo"
      ])
    })
  )

  it.effect("that are short, or begin like another one, are dropped", () =>
    Effect.gen(function* () {
      const { dropped, examples } = yield* made(packageDescriptions, {
        config: { ...config, minChars: { text: 20 }, unique: { parts: ["text"], chars: 50 } },
        files
      })
      assert.strictEqual(examples.length, 1)
      assert.deepStrictEqual(dropped, { "asked-before": 1, minChars: 1 })
    })
  )

  it.effect("are refused, with file and line, where the file is no control file", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        made(packageDescriptions, { config, files: { "lists/a": "Package: a\n<html>\n" } })
      )
      assert.include(failure instanceof StageFailure ? failure.problem : "", "a, line 2 is no field")
    })
  )
})
