import { assert, describe, it } from "@effect/vitest"
import { htmlPage } from "../src/Html.ts"

const htmlText = (html: string): string => htmlPage(html).text

const page = `<!doctype html>
<html><head><title>T</title><style>p { color: red }</style><script>var x = "<p>no</p>"</script></head>
<body>
<header><h1>Site</h1></header>
<nav><a href="/">Home</a> <a href="/b">Blog</a></nav>
<div class="main-menu"><p>Menu</p></div>
<ul><li><a href="1">One</a></li><li><a href="2">Two</a></li><li><a href="3">Three</a></li></ul>
<article><header><h2>Title</h2></header>
<p>First   <b>bold</b>
paragraph&nbsp;&amp; more.</p><p>Second<br>line.</p>
<ul><li>item one</li><li>item <a href="x">two</a></li></ul>
<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>
<pre>  code {
    x
  }</pre>
<p hidden>hidden</p><p aria-hidden="true">also</p>
<aside>Related</aside><form><button>Send</button></form>
</article>
<footer>© nobody</footer></body></html>`

describe("the text of a page", () => {
  it("is that of its article, block by block", () => {
    assert.strictEqual(
      htmlText(page),
      [
        "Title",
        "First bold paragraph\u00A0& more.",
        "Second\nline.",
        "- item one\n- item two",
        "a | b\nc | d",
        "  code {\n    x\n  }"
      ].join("\n\n")
    )
  })

  it("is that of main, if there is one", () => {
    assert.strictEqual(htmlText("<p>a</p><main><p>b</p></main><article>c</article>"), "b")
    assert.strictEqual(htmlText("<p>a</p><div role=main><p>b</p></div>"), "b")
  })

  it("is that of the body without menus, where nothing is marked as main", () => {
    const body = page.replace("<article>", "<div>").replace("</article>", "</div>")
    const text = htmlText(body)
    assert.include(text, "First bold paragraph")
    for (const gone of ["Home", "Menu", "One", "nobody", "Related", "Send", "var x", "color", "hidden"]) {
      assert.notInclude(text, gone)
    }
  })

  it("keeps two articles and lists that have more than links", () => {
    const text = htmlText(
      "<article>a</article><article>b</article><ul><li>see <a>x</a> for all the details</li><li><a>y</a></li><li><a>z</a></li></ul>"
    )
    assert.strictEqual(text, "a\n\nb\n\n- see x for all the details\n- y\n- z")
  })

  it("survives markup that is not closed, and text without markup", () => {
    assert.strictEqual(htmlText("<p>one<p>two<div>three"), "one\n\ntwo\n\nthree")
    assert.strictEqual(htmlText("just text"), "just text")
    assert.strictEqual(htmlText(""), "")
  })

  it("survives nesting deeper than the stack", () => {
    assert.strictEqual(htmlText(`${"<div>".repeat(30_000)}deep`), "deep")
  })

  it("keeps Chinese together", () => {
    assert.strictEqual(
      htmlText("<p>学而<em>时习</em>之，</p><p>不亦说乎？</p>"),
      "学而时习之，\n\n不亦说乎？"
    )
  })
})
