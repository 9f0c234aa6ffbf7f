import { assert, describe, it } from "@effect/vitest"
import { markdownPage } from "../src/Markdown.ts"

const textOf = (markdown: string): string => markdownPage(markdown).text

describe("Markdown loses", () => {
  it.each([
    ["front matter", "---\ntitle: x\ntags: [a]\n---\n\nText.", "\nText."],
    ["TOML front matter", "+++\ntitle = 1\n+++\nText.", "Text."],
    ["heading markers", "# One\n## Two ##\nThree\n=====\nFour\n----\nFive", "One\nTwo\nThree\nFour\nFive"],
    ["rules", "a\n\n***\n\n---\n\nb", "a\n\n\n\nb"],
    [
      "link targets",
      'See [the docs](https://x.org/a_(b) "t") and [this][1].\n\n[1]: https://y.org',
      "See the docs and this.\n"
    ],
    ["images, also inside links", "[![logo](l.png)](https://x.org) ![alt text](a.png)", "logo alt text"],
    ["autolinks' brackets", "at <https://x.org/a>", "at https://x.org/a"],
    [
      "emphasis",
      "a **bold** and *slanted* and __strong__ and _em_ ~~gone~~ ***both***",
      "a bold and slanted and strong and em gone both"
    ],
    ["code marks", "call `f(*x*)` or ``a`b``", "call f(*x*) or a`b"],
    [
      "fences",
      'a\n```ts\nconst x = "*y*"\n# no heading\n```\nb\n~~~\nc\n~~~',
      'a\nconst x = "*y*"\n# no heading\nb\nc'
    ],
    ["quote markers", "> said\n> > twice", "said\ntwice"],
    ["comments and tags", "a<!-- no\nno --> b<br/> <b>c</b>", "a\n b c"],
    ["the frame of a table", "| a | b |\n| - | :-: |\n| 1 | 2 |", "a | b\n1 | 2"],
    [
      "footnotes' marks, not their text",
      "Said[^1] so.\n\n[^1]: By whom?\n[^long]: *Nobody*.",
      "Said so.\n\nBy whom?\nNobody."
    ],
    [
      "names of links that are defined",
      "See [Docs] and [other].\n\n[docs]: https://x.org",
      "See Docs and [other].\n"
    ],
    [
      "scripts and tags over several lines",
      "a\n<script>\nlet x\n</script>\nb <img\n src='x'\n> c",
      "a\nb \n c"
    ],
    [
      "links over two lines",
      "See [the\ndocs](https://x.org), **bold** \\\nand\n- [a\n- b](c)",
      "See the\ndocs, bold \nand\n- [a\n- b](c)"
    ],
    ["entities", "R&amp;D &copy; &#x4E2D; `&amp;` &nothing;", "R&D © 中 &amp; &nothing;"],
    ["names of headings", "# Title {#title .x}\n## C#", "Title\nC#"],
    ["escapes", "1\\. \\*not slanted\\*", "1. *not slanted*"]
  ])("%s", (_, markdown, expected) => {
    assert.strictEqual(textOf(markdown), expected)
  })
})

describe("Markdown keeps", () => {
  it.each([
    ["    indented = `code` # and *all*"],
    ["snake_case_names and 2 * 3 * 4"],
    ["- a list\n  - within a list\n1. numbered"],
    ["a < b and c > d"],
    ["学而时习之，不亦说乎？"],
    ["a [bracket] alone"]
  ])("%s", (markdown) => {
    assert.strictEqual(textOf(markdown), markdown)
  })
})

describe("Markdown says of itself", () => {
  it("its title, language and licence in front matter", () => {
    assert.deepStrictEqual(
      markdownPage(
        '---\ntitle: "论语：学而"\nlang: zh-CN # simplified\nlicense: CC0-1.0\ntags:\n  - a\n---\n学而时习之'
      ),
      { text: "学而时习之", title: "论语：学而", lang: "zh", licence: "CC0-1.0" }
    )
    assert.strictEqual(markdownPage("+++\ntitle = 'One'\n+++\n").title, "One")
  })

  it("nothing by a paragraph between two rules", () => {
    const text = "---\nJust a paragraph, no table.\n---\nMore."
    assert.include(markdownPage(text).text, "Just a paragraph, no table.")
  })

  it.each([
    ["comments", "<!--"],
    ["brackets", "["],
    ["links", '[a](b "'],
    ["stars", "*a "],
    ["tags", "<a "],
    ["autolinks", "<http:"],
    ["spaces", "#      "],
    ["backticks", "`a ``b ```c ````d "]
  ])(
    "no more time than its length, for a line of %s",
    (_, repeated) => {
      // a reader that looks to the end of the line for each of them would take minutes
      assert.isAbove(textOf(repeated.repeat(100_000)).length + 1, 0)
    },
    20_000
  )
})
