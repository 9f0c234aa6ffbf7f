import { assert, describe, it } from "@effect/vitest"
import { pages } from "./pages.ts"
import { brief, readsOf } from "./reading.ts"

const book = "学而\n\n学而时习之，不亦说乎？\n\n说，通悦。\n\n为政\n\n第二篇\n\n为政以德，譬如北辰。"

describe("a book", () => {
  it("is its chapters in the order of its spine, without navigation, what is not linear, page numbers and readings", async () => {
    const [one] = await readsOf("book.epub", pages("book.epub"))
    assert.deepInclude(one, {
      kind: "found",
      source: "book.epub",
      text: book,
      title: "论语 & more",
      lang: "zh",
      licence: "Public domain"
    })
  })

  it("is a document a chapter on request; the chapters stay on one side of a split", async () => {
    const chapters = await readsOf("book.epub", pages("book.epub"), { split: "chapters" })
    assert.deepStrictEqual(
      chapters.map((one) => (one.kind === "found" ? [one.source, one.span, one.group] : one)),
      [
        ["book.epub#1", "OEBPS/text/one.xhtml", "book.epub"],
        ["book.epub#2", "OEBPS/text/two .xhtml", "book.epub"]
      ]
    )
    assert.deepStrictEqual(
      brief(chapters),
      book.split("\n\n为政\n").flatMap((text, n) => (n === 0 ? text : `为政\n${text}`))
    )
  })

  it("is known by its first bytes, whatever it is called", async () => {
    assert.deepStrictEqual(brief(await readsOf("book", pages("book.epub"))), [book])
  })

  it("that is encrypted is refused; scrambled fonts are no encryption", async () => {
    assert.deepStrictEqual(brief(await readsOf("x.epub", pages("protected.epub"))), ["encrypted"])
  })

  it("longer than the limit is refused, each document for itself", async () => {
    const cuts = { maxChars: 30 }
    assert.deepStrictEqual(brief(await readsOf("x.epub", pages("book.epub"), { cuts })), ["maxChars"])
    assert.deepStrictEqual(
      (await readsOf("x.epub", pages("book.epub"), { cuts, split: "chapters" })).map(({ kind }) => kind),
      ["found", "found"]
    )
  })
})

describe("a hostile archive", () => {
  it.each([
    ["a bomb", "hostile-bomb.epub", ["unpacked-ratio"]],
    [
      "a name that leads out of it",
      "hostile-path.epub",
      ["the zip archive cannot be read: invalid relative path: ../../../tmp/evil.xhtml"]
    ],
    [
      "a link instead of a file",
      "hostile-link.epub",
      ["entry OEBPS/text/one.xhtml is named by the book, but not in the archive"]
    ],
    ["entries that share their bytes", "hostile-overlap.epub", ["zip-overlap"]],
    [
      "a size that is none",
      "hostile-size.epub",
      ["entry OEBPS/book.opf cannot be unpacked: Cannot create a Buffer larger than 2 bytes"]
    ]
  ])("with %s is a typed outcome", async (_, name, expected) => {
    assert.deepStrictEqual(brief(await readsOf("x.epub", pages(name))), expected)
  })

  it("with entities that multiply, or mean other files, expands none of them", async () => {
    const [one] = await readsOf("x.epub", pages("hostile-laughs.epub"))
    if (one?.kind !== "found") throw new Error("it should be found")
    assert.strictEqual(one.title, "&c;&f;论语 & more")
    assert.include(one.text, "&c;&f;学而时习之")
    assert.notInclude(one.text, "haha")
    assert.notInclude(one.text, "root:")
  })

  it("that is none at all, or whose table is cut off, is damage", async () => {
    for (const bytes of [Buffer.from("PK\u0003\u0004 no archive"), pages("book.epub").subarray(0, 2000)]) {
      const [one] = await readsOf("x.epub", bytes)
      assert.deepInclude(one, { kind: "broken", place: "the zip archive" })
    }
  })
})
