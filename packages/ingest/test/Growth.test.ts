// A corpus that grows, and one that is small.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { collect as collectFiles, filesIn } from "./collect.ts"
import { collectText, prose, speeches } from "./corpus.ts"
import { folderOf } from "./folder.ts"

describe("which files are read", () => {
  it.effect("is a matter of the number in the name", () =>
    Effect.gen(function* () {
      const { documents } = yield* collectText(
        { ...speeches, "contents.txt": prose(100) },
        { where: { number: { pattern: "^(\\d{4})_", atLeast: 1910, atMost: 1919 } } }
      )
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        Array.from({ length: 10 }, (_, n) => `${1910 + n}_x.txt`)
      )
    })
  )

  it.effect("is a matter of patterns on the name", () =>
    Effect.gen(function* () {
      const { documents } = yield* collectText(
        { "a1.txt": prose(1), "a2.txt": prose(2), "b/a3.txt": prose(3), "c.txt": prose(4) },
        { where: { name: "a\\d" }, exclude: ["b/**", "*2.txt"] }
      )
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["a1.txt"]
      )
    })
  )
})

describe("a grown corpus", () => {
  it.effect("moves no document to another split, and changes no id", () =>
    Effect.gen(function* () {
      const names = Object.keys(speeches)
      const splits = { validation: 0.3, test: 0.3 }
      const all = yield* collectText(speeches, { splits })
      const splitOf = new Map(all.documents.map((one) => [one.source, `${one.id} ${one.split}`]))
      assert.strictEqual(new Set(all.documents.map(({ split }) => split)).size, 3)
      for (const keep of [1, 7, 30, 59]) {
        const some = Object.fromEntries(
          names.filter((_, n) => (n * 17) % 60 < keep).map((name) => [name, speeches[name] ?? ""])
        )
        for (const one of (yield* collectText(some, { splits })).documents) {
          assert.strictEqual(`${one.id} ${one.split}`, splitOf.get(one.source))
        }
      }
    })
  )

  it.effect("keeps the first by name of equal texts, whatever came before", () =>
    Effect.gen(function* () {
      const texts = {
        "b.txt": prose(1),
        "a/z.txt": `${prose(1)}\n`,
        "c.txt": prose(1).replaceAll(" ", "  "),
        "d.txt": prose(2)
      }
      const { documents, ledger, attributes } = yield* collectText(texts)
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["a/z.txt", "d.txt"]
      )
      assert.deepStrictEqual(
        ledger.map(({ source, action, rule, value, threshold }) => [source, action, rule, value, threshold]),
        [
          ["b.txt", "dropped", "exact-duplicate", 2, 1],
          ["c.txt", "dropped", "exact-duplicate", 3, 1]
        ]
      )
      assert.deepStrictEqual(attributes.ledger, {
        read: 4,
        kept: 2,
        dropped: { "exact-duplicate": 2 },
        repaired: {}
      })
      assert.strictEqual((yield* collectText(texts, { deduplicate: "none" })).documents.length, 4)
    })
  )
})

describe("a small corpus", () => {
  it.effect("is kept, with a warning for each split that got nothing", () =>
    Effect.gen(function* () {
      const warnings: Array<unknown> = []
      const files = filesIn(yield* folderOf({ "a.txt": prose(1) }))
      const logger = Logger.make(
        ({ logLevel, message }) => void (logLevel === "Warn" && warnings.push(message))
      )
      const { attributes } = yield* collectFiles(files, { splits: { validation: 0, test: 0.01 } }).pipe(
        Effect.provide(Logger.layer([logger]))
      )
      assert.deepStrictEqual(attributes.documents.splits, { train: 1, validation: 0, test: 0 })
      assert.strictEqual(warnings.length, 1)
      assert.include(String(warnings[0]), "no document fell into test")
    })
  )
})
