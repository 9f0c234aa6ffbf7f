import { assert, describe, it } from "@effect/vitest"
import { htmlPage, htmlWhole } from "../src/Html.ts"
import { Refusal } from "../src/readers/Refusal.ts"

const htmlText = (html: string): string => htmlPage(html).text
const sentence = (n: number) =>
  `Paragraph ${n} tells at some length what happened on that day, and why nobody spoke of it afterwards.`
const long = (n: number) => `${sentence(n)} ${sentence(n + 100)} ${sentence(n + 200)}`
const paragraphs = (...ns: ReadonlyArray<number>) => ns.map((n) => `<p>${long(n)}</p>`).join("\n")

// as blog programs write it
const blog = `<html lang="en-US"><head><title>A day</title><meta property="og:title" content="A day at sea">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"></head><body class="has-sidebar">
<div id="cookie-banner"><p>We use cookies to make this site better. ${sentence(90)}</p><button>Accept</button></div>
<div class="site-header"><a href="/">My blog</a></div>
<div class="entry-content"><h2>A day at sea</h2>${paragraphs(1, 2)}
<div class="sharedaddy">Share this: <a>Here</a> <a>There</a></div></div>
<div class="related-posts"><h3>Related</h3><p>${sentence(91)}</p></div>
<div id="comments"><h3>2 comments</h3><p>Nice! ${long(92)}</p><form><textarea>Write</textarea></form></div>
<div id="secondary" class="widget-area sidebar"><p>About me. ${sentence(93)}</p></div>
</body></html>`

// without a single name or element that says what is what
const unmarked = `<body><table><tr><td width=150><a href=1>News</a><br><a href=2>Sport</a><br><a href=3>Weather</a></td>
<td><h3>Yesterday</h3>${paragraphs(3)}<p>It was over.</p>${paragraphs(4)}<p>The end.</p></td></tr></table>
<div><a href=a>Terms</a> | <a href=b>Privacy</a> | <a href=c>Contact</a></div><div>Copyright 2024 by nobody at all, all rights reserved.</div></body>`

const chineseParagraph =
  "那一天的海上没有风，船停在原地，水手们坐在帆的影子里讲故事，谁也没有注意到远处的云正在变黑。到了傍晚，第一阵风吹来的时候，大家才站起来收帆，可是已经太晚了。"
const chinese = `<html lang="zh-Hans"><body><div class="导航 nav"><a>首页</a><a>新闻</a><a>体育</a></div><div>当前位置：<a>首页</a> &gt; <a>新闻</a> &gt; <a>正文</a></div>
<h1>海上的一天</h1><div>来源：某报　2024年5月2日</div><p>　　${chineseParagraph}</p><p>“风来了。”船长说。</p><p>　　${chineseParagraph}</p>
<div><a>上一篇：山上的一天</a> <a>下一篇：城里的一天</a></div><div>版权所有 © 某报 京ICP备00000000号</div></body></html>`

describe("of a page, what is not its content is left out:", () => {
  it("notices about cookies, headers, shares, related posts, comments and sidebars by their names", () => {
    assert.strictEqual(htmlText(blog), ["A day at sea", long(1), long(2)].join("\n\n"))
  })

  it("links and short lines round the text, where nothing has a name", () => {
    assert.strictEqual(
      htmlText(unmarked),
      ["Yesterday", long(3), "It was over.", long(4), "The end."].join("\n\n")
    )
  })

  it("the same in Chinese, where words are no measure", () => {
    const text = htmlText(chinese)
    assert.include(text, `${chineseParagraph}\n\n“风来了。”船长说。`)
    for (const gone of ["首页", "体育", "上一篇", "版权所有"]) assert.notInclude(text, gone)
  })

  it("what nobody sees", () => {
    const hidden = [
      "<p hidden>x</p>",
      "<p style='color:red; display: none'>x</p>",
      "<span class=sr-only>x</span>",
      "<div role=navigation>x</div>",
      "<template>x</template>",
      "<noscript>x</noscript>"
    ]
    for (const part of hidden) assert.strictEqual(htmlText(`<main><p>a</p>${part}</main>`), "a")
  })

  it("marks beside headings, notes' numbers and line numbers of code", () => {
    const page = `<main><h1>Title<a class="headerlink" href="#t">¶</a></h1><p>Said<sup class="reference">[1]</sup> so by <a class="reference internal">her</a>.</p>
<table class="highlighttable"><tr><td class="linenos"><pre>1\n2</pre></td><td><pre class="x"><span class="c comment"># menu</span>\nx = 1</pre></td></tr></table></main>`
    assert.strictEqual(htmlText(page), "Title\n\nSaid so by her.\n\n# menu\nx = 1")
  })

  it("but not most of the page, whatever it is called", () => {
    assert.strictEqual(htmlText(`<body><div class="menu-wrapper">${paragraphs(5)}</div></body>`), long(5))
    assert.strictEqual(
      htmlText(`<main>A shell</main><div class=text>${paragraphs(6, 7)}</div>`),
      `${long(6)}\n\n${long(7)}`
    )
  })
})

describe("of a page, structure is kept readable:", () => {
  it.each([
    [
      "lists, one in the other, and their numbers",
      "<ol start=3><li>a<ul><li>b</li><li><p>c</p></li></ul></li><li value=9>d<li>e</ol>",
      "3. a\n  - b\n  - c\n9. d\n10. e"
    ],
    [
      "tables of data",
      "<table><caption>T</caption><tr><th>k</th><th>v</th></tr><tr><td>a<br>b</td><td><p>1</p><p>2</p></td></tr></table>",
      "T\nk | v\na b | 1 2"
    ],
    ["empty cells", "<table><tr><td>a<td><td>c</tr><tr><td>d<td>e<td>f</tr></table>", "a | | c\nd | e | f"],
    [
      "tables that are layout",
      "<table role=presentation><tr><td><p>a</p></td><td><p>b</p></td></tr></table>",
      "a\n\nb"
    ],
    ["code, space for space", "<pre>a  b\n\n\n   c<br>d</pre>", "a  b\n\n\n   c\nd"],
    ["lines", "<p>one<br>two<br/>three</p>", "one\ntwo\nthree"],
    [
      "readings are not, the characters are",
      "<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby></p>",
      "漢字"
    ],
    ["entities", "<p>&lt;a&gt; &hellip; &#20013; &amp;amp;</p>", "<a> … 中 &amp;"],
    [
      "no space where Chinese lines were wrapped",
      "<p>学而\n  时习之，\n<b>不亦</b>\n说乎？ A\nB</p>",
      "学而时习之，不亦说乎？ A B"
    ],
    ["formulas by their source", '<p>so <math alttext="x^2"><mi>x</mi></math>.</p>', "so x^2."],
    ["definitions", "<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\nb\nc\nd"]
  ])("%s", (_, body, expected) => {
    assert.strictEqual(htmlText(`<main>${body}</main>`), expected)
  })
})

describe("a page says of itself", () => {
  it("title, language and licence", () => {
    const { title, lang, licence } = htmlPage(blog)
    assert.deepStrictEqual(
      [title, lang, licence],
      ["A day at sea", "en", "https://creativecommons.org/licenses/by/4.0/"]
    )
    assert.strictEqual(htmlPage(chinese).lang, "zh")
    assert.strictEqual(htmlPage("<title>Only</title><h1>Other</h1>").title, "Only")
    assert.isUndefined(htmlPage("<html lang='no language at all'>x").lang)
  })

  it("everything, where it is a chapter or a mail", () => {
    assert.strictEqual(
      htmlWhole(
        "<header>a</header><nav>b</nav><p class=footer>c</p><ul><li><a>d</a><li><a>e</a><li><a>f</a></ul>"
      ).text,
      "a\n\nb\n\nc\n\n- d\n- e\n- f"
    )
  })
})

const ruleOf = (html: string) => {
  try {
    return htmlText(html).length
  } catch (problem) {
    return problem instanceof Refusal ? problem.rule : problem
  }
}

describe("hostile markup", () => {
  it.each([
    ["nested without end", "<div>".repeat(300_000), "html-too-deep"],
    [
      "that asks for more elements than it has",
      Array.from({ length: 2500 }, (_, n) => `<b a${n}><p>`).join(""),
      "html-too-many-elements"
    ]
  ])("%s is refused", (_, html, expected) => {
    assert.strictEqual(ruleOf(html), expected)
  })

  it.each([
    ["an attribute", `<p title="${"x".repeat(1_000_000)}">a`],
    ["attributes", `<p ${Array.from({ length: 100_000 }, (_, n) => `a${n}`).join(" ")}>a`],
    ["spaces", `<p>a${" ".repeat(1_000_000)}</p>`],
    ["empty elements", `<p>a</p>${"<i></i>".repeat(50_000)}`]
  ])("with %s without end costs no more than its length", (_, html) => {
    assert.strictEqual(ruleOf(html), 1)
  })
})
