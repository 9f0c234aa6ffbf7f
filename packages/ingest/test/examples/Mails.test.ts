// Mails as examples: what was said is the text, the folder is the label.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { examples } from "../../src/examples/Examples.ts"
import { made } from "./made.ts"

const mail = (subject: string, body: string, more = "") =>
  `From: a@example.org\nDate: Mon, 1 Jul 2002 10:00:00 +0000\nSubject: ${subject}\nMessage-ID: <${subject.replaceAll(" ", "-")}@x>\n${more}\n${body}\n`
const files = {
  "mail/easy-ham-1/1.txt": mail("Meeting", "See you at ten."),
  "mail/easy-ham-1/2.txt": mail(
    "Re: Meeting",
    "Ten is fine.\n\nOn Monday, A wrote:\n> See you at ten.\n> Bring ink.",
    "In-Reply-To: <Meeting@x>\n"
  ),
  "mail/spam-2/1.txt": mail("Money", "Buy now and win."),
  "mail/spam-2/2.txt": mail("Money", "Buy  now and win.")
}
const config = {
  files: ["mail/*/*.txt"],
  format: "mail",
  parts: [
    { name: "text", field: "text" },
    { name: "label", path: "(ham|spam)-\\d+/", lang: "en" }
  ],
  fields: { group: "group" },
  splits: { validation: 0, test: 0 }
}

describe("mails as examples", () => {
  it.effect("have their label from the folder, and a conversation is a group", () =>
    Effect.gen(function* () {
      const {
        dropped,
        examples: all,
        rows
      } = yield* made(examples, { config: { ...config, unique: { parts: ["text"] } }, files })
      assert.deepStrictEqual(all, [
        { text: "Meeting\n\nSee you at ten.", label: "ham" },
        { text: "Re: Meeting\n\nTen is fine.", label: "ham" },
        { text: "Money\n\nBuy now and win.", label: "spam" }
      ])
      assert.strictEqual(rows.group[0], rows.group[1])
      assert.deepStrictEqual(dropped, { "asked-before": 1 })
    })
  )

  it.effect("may show subject, body or headers alone", () =>
    Effect.gen(function* () {
      const parts = ["subject", "body", "headers"].map((name) => ({ name, field: name }))
      const { examples: all } = yield* made(examples, {
        config: { ...config, parts },
        files
      })
      assert.strictEqual(all[0]?.["subject"], "Meeting")
      assert.strictEqual(all[0]?.["body"], "See you at ten.")
      assert.include(all[0]?.["headers"], "From: a@example.org")
    })
  )

  it.effect("are bad records where the path says nothing", () =>
    Effect.gen(function* () {
      const parts = [
        { name: "text", field: "text" },
        { name: "label", path: "(deer)" }
      ]
      const failure = yield* Effect.flip(made(examples, { config: { ...config, parts }, files }))
      assert.include(String(failure), "whose name (deer) does not match")
    })
  )

  it.effect("need a field or a path, and not both", () =>
    Effect.gen(function* () {
      const parts = [{ name: "text", field: "text", path: "(ham)" }]
      const failure = yield* Effect.flip(made(examples, { config: { ...config, parts }, files }))
      assert.include(String(failure), "expected field, or path instead of it")
    })
  )
})
