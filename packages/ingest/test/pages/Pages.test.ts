// Pages of help: pairs of a text and its translation, and questions with their answers.
import { assert, describe, it } from "@effect/vitest"
import { StageFailure } from "@inkstone/stage"
import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { alignedPages } from "../../src/pages/AlignedPages.ts"
import { blocksOf } from "../../src/pages/Blocks.ts"
import { pageQuestions } from "../../src/pages/PageQuestions.ts"
import { made } from "../examples/made.ts"

const page = (...blocks: ReadonlyArray<string>) =>
  `<html><body><nav><p>Menu of the help</p></nav><div id="DisplayArea">${blocks.join("\n")}</div></body></html>`

const files = {
  "help/en-US/a/links.html": page(
    "<h1>Inserting <em>Hyperlinks</em></h1>",
    "<p>You can insert   hyperlinks &amp; buttons.</p>",
    "<p>LibreOffice</p>"
  ),
  "help/zh-CN/a/links.html": page(
    "<h1>插入超链接</h1>",
    "<p>您可以插入超链接和按钮。</p>",
    "<p>LibreOffice</p>"
  ),
  "help/en-US/a/other.html": page(
    "<h1>Another page</h1>",
    "<p>With two paragraphs.</p>",
    "<p>That is two.</p>"
  ),
  "help/zh-CN/a/other.html": page("<h1>另一页</h1>", "<p>只有一段。</p>"),
  "help/en-US/alone.html": page("<p>Nobody translated this page.</p>"),
  "help/en-US/b/again.html": page("<p>You can insert hyperlinks &amp; buttons.</p>"),
  "help/zh-CN/b/again.html": page("<p>这里可以插入超链接。</p>")
}
const config = {
  files: ["help/*/**/*.html"],
  source: { folder: "en-US", lang: "en" },
  target: { folder: "zh-CN", lang: "zh" },
  area: "DisplayArea",
  splits: { validation: 0, test: 0 }
} as const

stageContract(alignedPages, [{ name: "a help in two languages", config, files }])
stageContract(pageQuestions, [
  { name: "a help", config: { files: ["help/en-US/**/*.html"], area: "DisplayArea" }, files }
])

describe("blocks of a page", () => {
  it("are headings and paragraphs of the area, without markup and needless space", () => {
    assert.deepStrictEqual(blocksOf(files["help/en-US/a/links.html"], "DisplayArea"), [
      { tag: "h1", text: "Inserting Hyperlinks" },
      { tag: "p", text: "You can insert hyperlinks & buttons." },
      { tag: "p", text: "LibreOffice" }
    ])
  })

  it("are those of the whole page where there is no such area", () => {
    assert.strictEqual(blocksOf("<p>one</p><p>two</p>", "DisplayArea").length, 2)
  })
})

describe("aligned pages", () => {
  it.effect("give a pair for each text that was translated, all of a page in one group", () =>
    Effect.gen(function* () {
      const { dropped, examples, rows } = yield* made(alignedPages, { config, files })
      assert.deepStrictEqual(examples, [
        { source: "Inserting Hyperlinks", target: "插入超链接" },
        { source: "You can insert hyperlinks & buttons.", target: "您可以插入超链接和按钮。" },
        { source: "You can insert hyperlinks & buttons.", target: "这里可以插入超链接。" }
      ])
      assert.deepStrictEqual(rows.group, ["a/links.html", "a/links.html", "b/again.html"])
      assert.deepStrictEqual(dropped, { "other-structure": 1, "no-translation": 1 })
    })
  )

  it.effect("ask for nothing twice, so that no held-out text is asked in training", () =>
    Effect.gen(function* () {
      const unique = { parts: ["source"] }
      const { dropped, examples } = yield* made(alignedPages, { config: { ...config, unique }, files })
      const sources = examples.map(({ source }) => source)
      assert.strictEqual(new Set(sources).size, sources.length)
      assert.strictEqual(dropped["asked-before"], 1)
    })
  )

  it.effect("are kept in a split by page, whatever is in them", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [
          [
            `help/en-US/${n}.html`,
            page(`<p>The first text of page ${n}.</p><p>The second of page ${n}.</p>`)
          ],
          [`help/zh-CN/${n}.html`, page(`<p>第${n}页第一段。</p><p>第${n}页第二段。</p>`)]
        ]).flat()
      )
      const splits = { validation: 0.2, test: 0.3 }
      const { rows } = yield* made(alignedPages, { config: { ...config, splits }, files: many })
      const splitsOf = Map.groupBy(rows.split.keys(), (row) => rows.group[row])
      for (const [group, members] of splitsOf)
        assert.strictEqual(new Set(members.map((row) => rows.split[row])).size, 1, group)
      assert.deepStrictEqual([...new Set(rows.split)].toSorted(), ["test", "train", "validation"])
    })
  )

  it.effect("say which folders there are no pages in", () =>
    Effect.gen(function* () {
      const wrong = { ...config, target: { folder: "zh-TW", lang: "zh" } }
      const failure = yield* Effect.flip(made(alignedPages, { config: wrong, files }))
      assert.include(failure instanceof StageFailure ? failure.problem : "", "0 below zh-TW/")
    })
  )
})

describe("questions of pages", () => {
  it.effect("are headings; answers are the paragraphs below, as many as fit", () =>
    Effect.gen(function* () {
      const { examples } = yield* made(pageQuestions, {
        config: { files: ["help"], area: "DisplayArea", answerChars: 40 },
        files: {
          "help/a.html": page(
            "<h1>How to link</h1><p>Choose Insert - Hyperlink.</p><p>Then write.</p><p>That is all there is to it.</p>",
            "<h2>No answer</h2><h2>Long</h2><p>This paragraph is far too long for an answer of so few characters.</p>"
          )
        }
      })
      assert.deepStrictEqual(examples, [
        { question: "How to link", answer: "Choose Insert - Hyperlink.\nThen write." }
      ])
    })
  )
})
