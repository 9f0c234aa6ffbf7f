import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { stageContract } from "@inkstone/stage/testkit"
import { ingest } from "../src/index.ts"
import { collectText, prose, speeches } from "./corpus.ts"

const record = (n: number) => `${JSON.stringify({ id: `r${n}`, text: prose(n), lang: "eo" })}\n`

stageContract(ingest, [
  {
    name: "files of all kinds",
    config: { files: ["corpus"] },
    files: {
      "corpus/a.txt": prose(1),
      "corpus/b.md": `# Title\n\n${prose(2)}`,
      "corpus/c.html": `<nav>Menu</nav><p>${prose(3)}</p>`,
      "corpus/d.jsonl": `${JSON.stringify({ text: prose(4) })}\n${JSON.stringify({ text: prose(5) })}\n`,
      "corpus/e.txt": Uint8Array.of(0, 1, 2, 3),
      "corpus/f.txt": prose(1)
    }
  }
])

describe("documents", () => {
  it.effect("come in order of name, one a file, with id, bytes, script and language", () =>
    Effect.gen(function* () {
      const zh = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"
      const { documents, attributes } = yield* collectText({
        "b/z.txt": zh,
        "b.txt": prose(1),
        "a.txt": prose(2)
      })
      assert.deepStrictEqual(
        documents.map(({ source, lang, script, bytes, text }) => [source, lang, script, bytes, text]),
        [
          ["a.txt", "en", "Latn", prose(2).length, prose(2)],
          ["b.txt", "en", "Latn", prose(1).length, prose(1)],
          ["b/z.txt", "zh", "Hans", zh.length * 3, zh]
        ]
      )
      assert.strictEqual(new Set(documents.map(({ id }) => id)).size, 3)
      assert.strictEqual(attributes.documents.documents, 3)
      assert.strictEqual(attributes.documents.bytes, 2 * prose(1).length + 3 * zh.length)
    })
  )

  it.effect("carry description and licence of the pipeline", () =>
    Effect.gen(function* () {
      const { attributes } = yield* collectText(speeches, {
        description: "Speeches",
        licence: "public domain"
      })
      assert.strictEqual(attributes.documents.description, "Speeches")
      assert.strictEqual(attributes.documents.licence, "public domain")
    })
  )

  it.effect("are the sections of a file where the config gives a heading", () =>
    Effect.gen(function* () {
      const book = `CHAPTER 1. One\n${prose(1)}\nCHAPTER 2. Two\n${prose(2)}\n`
      const { documents } = yield* collectText(
        { "book.txt": book },
        { split: { heading: "^CHAPTER \\d+\\." } }
      )
      assert.deepStrictEqual(
        documents.map(({ source, text }) => [source, text]),
        [
          ["book.txt#1", `CHAPTER 1. One\n${prose(1)}`],
          ["book.txt#2", `CHAPTER 2. Two\n${prose(2)}`]
        ]
      )
    })
  )

  it.effect("of a page are cut after its markup is gone", () =>
    Effect.gen(function* () {
      const { documents } = yield* collectText(
        { "page.html": `<script>x\n\ny</script><p>${prose(1)}<p>${prose(2)}` },
        { split: "blank-lines" }
      )
      assert.deepStrictEqual(
        documents.map(({ source, text }) => [source, text]),
        [
          ["page.html#1", prose(1)],
          ["page.html#2", prose(2)]
        ]
      )
    })
  )

  it.effect("of a JSONL file keep id and split when a line is inserted before them", () =>
    Effect.gen(function* () {
      const config = { fields: { id: "id", lang: "lang" } }
      const before = yield* collectText({ "a.jsonl": record(1) + record(2) }, config)
      const after = yield* collectText({ "a.jsonl": record(3) + record(1) + record(2) }, config)
      const byText = new Map(after.documents.map((one) => [one.text, one]))
      for (const { text, id, split, lang } of before.documents) {
        assert.strictEqual(byText.get(text)?.id, id)
        assert.strictEqual(byText.get(text)?.split, split)
        assert.strictEqual(lang, "eo")
      }
      assert.strictEqual(after.documents[1]?.source, "a.jsonl#2")
    })
  )

  it.effect("come in batches of at most 1,024", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 2500 }, (_, n) => JSON.stringify({ text: prose(n) })).join("\n")
      const { documents, batches } = yield* collectText({ "a.jsonl": lines })
      assert.strictEqual(documents.length, 2500)
      assert.strictEqual(batches, 3)
    })
  )
})
