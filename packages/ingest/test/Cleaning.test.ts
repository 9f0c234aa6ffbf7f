// What is done to a text before it is measured, through the stage: with its count in the ledger and its scores.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { collect, filesIn } from "./collect.ts"
import { folderOf } from "./folder.ts"

const cleaned = Effect.fnUntraced(
  function* (files: Readonly<Record<string, string>>, config: Readonly<Record<string, unknown>> = {}) {
    return yield* collect(filesIn(yield* folderOf(files)), config)
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)
const rules = (entries: ReadonlyArray<{ readonly rule: string; readonly value: number }>) =>
  entries.map(({ rule, value }) => [rule, value])

const letter =
  "Dear all, please write to jane@example.org or to joe@example.org, or call +49 30 1234567 before Monday."
const plain = "Dear all, please come to the meeting on Monday, it will be about the plans of the year."

describe("personal data", () => {
  it.effect("is counted by sort, and left in the text unless the pipeline says otherwise", () =>
    Effect.gen(function* () {
      const { documents, ledger, scores } = yield* cleaned({ "a.txt": letter, "b.txt": plain })
      assert.strictEqual(documents[0]?.text, letter)
      assert.deepStrictEqual(ledger, [])
      assert.deepInclude(scores[0], {
        personal_items: 3,
        personal_mails: 2,
        personal_phones: 1,
        personal_ips: 0
      })
      assert.deepInclude(scores[1], { personal_items: 0, personal_mails: 0 })
    })
  )

  it.effect("is masked with an entry a sort, and the text is measured as it is then", () =>
    Effect.gen(function* () {
      const { documents, ledger, scores } = yield* cleaned(
        { "a.txt": letter, "b.txt": plain },
        { personalData: "mask" }
      )
      const text = "Dear all, please write to <email> or to <email>, or call <phone> before Monday."
      assert.strictEqual(documents[0]?.text, text)
      assert.deepStrictEqual(rules(ledger), [
        ["personal.mails", 2],
        ["personal.phones", 1]
      ])
      assert.deepInclude(scores[0], { personal_items: 3, chars: text.length, bytes: text.length })
    })
  )

  it.effect("is a reason to drop, or not looked for at all", () =>
    Effect.gen(function* () {
      const { ledger } = yield* cleaned({ "a.txt": letter, "b.txt": plain }, { personalData: "drop" })
      assert.deepStrictEqual(rules(ledger), [["personal.maxItems", 3]])
      const { scores } = yield* cleaned({ "a.txt": letter }, { personalData: "off" })
      assert.isNaN(scores[0]?.["personal_items"])
    })
  )
})

describe("a blocklist", () => {
  const listed = { "a.txt": letter, "b.txt": plain, "blocked.txt": "# places\nmeeting\n" }

  it.effect("of words and a file cuts documents, and is no document itself", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        cleaned(listed, { blocklist: { words: ["monday"], file: "lists/blocked.txt" } })
      )
      assert.include(
        String(failure),
        "none of the 2 documents in corpus is left; dropped: 2 by blocklist.maxMatches"
      )
    })
  )

  it.effect("lets pass what the pipeline allows", () =>
    Effect.gen(function* () {
      const config = {
        blocklist: { words: ["monday"], file: "lists/blocked.txt" },
        cuts: { blocklist: { maxMatches: 1 } }
      }
      const { documents, ledger } = yield* cleaned(listed, config)
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["a.txt"]
      )
      assert.deepStrictEqual(rules(ledger), [["blocklist.maxMatches", 2]])
    })
  )

  it.effect("whose file is not there is named", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(cleaned({ "a.txt": letter }, { blocklist: { file: "none.txt" } }))
      assert.deepInclude(failure, { category: "config", fact: "BlocklistMissing" })
    })
  )
})

describe("Chinese writing and Unicode", () => {
  it.effect("are changed only where the pipeline says so, and never silently", () =>
    Effect.gen(function* () {
      const text = "學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？"
      const kept = yield* cleaned({ "a.txt": text })
      assert.deepStrictEqual(
        [kept.documents[0]?.text, kept.documents[0]?.script, kept.ledger],
        [text, "Hant", []]
      )
      const simplified = yield* cleaned({ "a.txt": text }, { chinese: "simplified", unicode: "nfkc" })
      assert.strictEqual(simplified.documents[0]?.text, "学而时习之,不亦说乎?有朋自远方来,不亦乐乎?")
      assert.deepStrictEqual(rules(simplified.ledger), [
        ["unicode-nfkc", 4],
        ["chinese-simplified", 7]
      ])
    })
  )
})
