import { assert, describe, it } from "vitest"
import { html, markdown } from "../src/Page.ts"

const page = {
  title: "Of <b> & |",
  about: "What it is.",
  tables: [
    { title: "Filled", note: "A note.", head: ["a", "b"], rows: [["1|2", "<script>\nx"]] },
    { title: "Empty", note: "", head: ["a"], rows: [] }
  ]
}

describe("a page", () => {
  it("is Markdown whose cells stay cells, without empty tables", () => {
    assert.strictEqual(
      markdown(page),
      "# Of <b> & |\n\nWhat it is.\n\n## Filled\n\nA note.\n\n| a | b |\n| --- | --- |\n| 1\\|2 | <script> x |\n"
    )
  })
  it("is HTML in which what a table says is text", () => {
    const text = html(page)
    assert.include(text, "<title>Of &lt;b&gt; &amp; |</title>")
    assert.include(text, "<td>&lt;script&gt;\nx</td>")
    assert.notInclude(text, "Empty")
  })
})
