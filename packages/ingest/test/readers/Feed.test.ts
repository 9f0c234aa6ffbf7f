import { assert, describe, it } from "@effect/vitest"
import { XmlReader } from "../../src/readers/Xml.ts"
import { pages } from "./pages.ts"
import { brief, readsOf } from "./reading.ts"

const item = (text: string) => `<item><description>${text}</description></item>`

describe("a feed", () => {
  it("of RSS 2.0 gives an entry a document: the longest of its contents, its address, language and licence", async () => {
    const reads = await readsOf("news.rss", pages("news.rss"))
    assert.deepStrictEqual(brief(reads), [
      "Rain & wind\n\nIt rained all\u00A0day.\n\nThen the wind came.",
      "雨\n\n下了一天的雨。"
    ])
    assert.deepInclude(reads[0], {
      source: "https://n.example/1",
      span: "n-1",
      lang: "en",
      licence: "CC BY 4.0"
    })
    assert.deepInclude(reads[1], { source: "https://n.example/2", lang: "zh" })
  })

  it("of Atom, with content as XHTML and as HTML", async () => {
    const reads = await readsOf("news.atom", pages("news.atom"))
    assert.deepStrictEqual(brief(reads), ["Ein Titel\n\nErster & letzter\nAbsatz.", "Zwei\n\nNoch einer."])
    assert.deepInclude(reads[0], { source: "https://n.example/a", lang: "de", licence: "CC0" })
  })

  it("of RSS 1.0, in the encoding that its declaration names", async () => {
    assert.deepStrictEqual(brief(await readsOf("news.rdf", pages("news.rdf"))), ["Journée\n\nL'été est là."])
  })

  it("is known by its root, also as .xml", async () => {
    assert.lengthOf(await readsOf("dump.xml", pages("news.rss")), 2)
  })

  it("that is not well-formed gives what can be read of it", async () => {
    const broken =
      "<rss><channel><item><title>A & B</title><description>One<br>two &nbsp; &undefined;</description></item><item><title>Next</title>"
    assert.match(brief(await readsOf("x.rss", broken))[0] ?? "", /^A & B/u)
  })

  it("that is none is damage", async () => {
    assert.deepStrictEqual(brief(await readsOf("x.rss", "<html><p>no feed</p></html>")), [
      "line 1 begins no feed: there is no rss, feed or RDF"
    ])
  })

  it("with two entries of one name gives both, told apart", async () => {
    const same = "<item><guid>same</guid><description>Text.</description></item>"
    const reads = await readsOf("x.rss", `<rss>${same}${same}</rss>`)
    assert.deepStrictEqual(
      reads.map(({ span }) => span),
      ["same", "2"]
    )
  })

  it("with an entry longer than the limit refuses that one", async () => {
    const reads = await readsOf("x.rss", `<rss>${item("long ".repeat(100))}${item("short")}</rss>`, {
      cuts: { maxChars: 300 }
    })
    assert.deepStrictEqual(brief(reads), ["maxChars", "short"])
  })
})

const outcome = (xml: string, most = 1000) => {
  let text = ""
  try {
    const reader = new XmlReader({ text: (more) => (text += more) }, most)
    reader.push(xml)
    reader.end()
    return text
  } catch (problem) {
    return problem instanceof Error ? problem.message : problem
  }
}

describe("XML", () => {
  it("expands no entity that the file defines, and fetches none", () => {
    const laughs =
      '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY f SYSTEM "file:///etc/passwd">]><x>&a;&f;&amp;&eacute;</x>'
    assert.strictEqual(outcome(laughs), "&a;&f;&é")
  })

  it.each([
    ["is nested without end", "<a>".repeat(10_000), /xml-too-deep/u],
    ["has an attribute without end", `<a b="${"x".repeat(100_000)}"/>`, /maxChars/u],
    ["has a comment without end", `<a><!--${"x".repeat(100_000)}`, /maxChars/u],
    ["has a name without end", `<${"x".repeat(100_000)}`, /maxChars/u],
    ["is a mistake again and again", "<a b b></c>&x; ".repeat(2000), /is no XML|too-deep/u]
  ])("that %s is a typed outcome", (_, xml, expected) => {
    assert.match(String(outcome(xml)), expected)
  })
})
