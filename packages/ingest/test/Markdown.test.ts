import { assert, describe, it } from "@effect/vitest"
import { markdownText } from "../src/Markdown.ts"

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
    ["comments and tags", "a<!-- no\nno --> b<br/> <b>c</b>", "a b c"],
    ["escapes", "1\\. \\*not slanted\\*", "1. *not slanted*"]
  ])("%s", (_, markdown, expected) => {
    assert.strictEqual(markdownText(markdown), expected)
  })
})

describe("Markdown keeps", () => {
  it.each([
    ["snake_case_names and 2 * 3 * 4"],
    ["- a list\n  - within a list\n1. numbered"],
    ["a < b and c > d"],
    ["| a | b |\n| - | - |\n| 1 | 2 |"],
    ["学而时习之，不亦说乎？"],
    ["a [bracket] alone"]
  ])("%s", (markdown) => {
    assert.strictEqual(markdownText(markdown), markdown)
  })
})
