import { assert, describe, it } from "@effect/vitest"
import { Documents, Ledger, Scores } from "@inkstone/artifact"
import { sample, stageContract, trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { card, ingest } from "../../src/index.ts"
import { prose } from "../corpus.ts"

const files: Readonly<Record<string, string>> = {
  "corpus/en/a.txt": prose(1),
  "corpus/en/b.txt": prose(2),
  "corpus/en/c.txt": `${prose(2)}\n`,
  "corpus/zh/d.txt": "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？",
  "corpus/zh/e.txt": "<b>short|</b>"
}

/** What the ingest stage makes of the files, as inputs of the card. */
const inputs = Effect.gen(function* () {
  const made = yield* trial(ingest, {
    name: "",
    config: { files: ["corpus"], description: "Made up.", licence: "CC0-1.0" },
    files
  })
  const [documents, ledger, scores] = [
    yield* made.open("documents"),
    yield* made.open("ledger"),
    yield* made.open("scores")
  ]
  return {
    documents: sample(Documents, {
      attributes: documents.attributes,
      tables: { documents: yield* documents.read("documents") }
    }),
    ledgers: [
      sample(Ledger, {
        label: "corpus",
        attributes: ledger.attributes,
        tables: { ledger: yield* ledger.read("ledger") }
      })
    ],
    scores: [
      sample(Scores, {
        label: "corpus",
        attributes: scores.attributes,
        tables: { scores: yield* scores.read("scores") }
      })
    ]
  }
}).pipe(Effect.scoped, Effect.provide(Logger.layer([])))

stageContract(card, [{ name: "a small corpus", config: {}, inputs: await Effect.runPromise(inputs) }])

describe("dataset card", () => {
  it.effect("says what is there, what was dropped by which rule, and shows it", () =>
    Effect.gen(function* () {
      const made = yield* trial(card, { name: "", config: { title: "Two tongues" }, inputs: yield* inputs })
      const page = yield* made.open("card")
      assert.strictEqual(page.attributes.documents, 3)
      const contents = yield* page.read("contents")
      assert.strictEqual(
        contents.documents.reduce((sum, one) => sum + one, 0),
        3
      )
      const funnel = yield* page.read("funnel")
      const counts = Object.fromEntries(funnel.rule.map((rule, i) => [rule, funnel.documents[i]]))
      assert.strictEqual(counts["exact-duplicate"], 1)
      assert.strictEqual(counts["minChars"], 1)
      assert.deepStrictEqual([...new Set(funnel.read)], [5])
      const { content, path } = yield* page.read("files")
      const text = (name: string) => new TextDecoder().decode(content[path.indexOf(name)])
      const markdown = text("dataset-card.md")
      for (const said of [
        "# Two tongues",
        "Made up.",
        "Licence: CC0-1.0",
        "| exact-duplicate | 1 |",
        "| zh |"
      ])
        assert.include(markdown, said)
      assert.match(markdown, /^---\npretty_name: "Two tongues"\nlanguage:\n- /u)
      // what a document says is text on the page, never markup, and never a column
      assert.include(text("dataset-card.html"), "&lt;b&gt;short|&lt;/b&gt;")
      assert.include(markdown, "<b>short\\|</b>")
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))
  )
})
