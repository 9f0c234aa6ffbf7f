import { assert, describe, it } from "@effect/vitest"
import { frontier, learningCurves } from "../src/Charts.ts"
import * as Format from "../src/Format.ts"
import * as Html from "../src/Html.ts"
import * as Markdown from "../src/Markdown.ts"
import type { Page } from "../src/Page.ts"
import { findings } from "../src/Pairwise.ts"
import { recommend } from "../src/Recommendation.ts"
import { groups, same } from "../src/SideBySide.ts"
import { linear, logarithmic } from "../src/Svg.ts"
import { trials } from "../src/Trials.ts"
import { summary } from "./summaries.ts"

const nats = [900, 1000, 1100, 1200, 950]
const models = [
  summary({ label: "gpt[preset=nano]", nats, parameters: 1e6, trained: true }),
  summary({ label: "ngram", nats: nats.map((n) => n + 50), parameters: 1e5 })
]
const rates = [0.1, 0.2, 0.3].map((learningRate) =>
  summary({ label: `rate ${learningRate}`, nats, training: { learningRate } })
)
const page: Page = {
  title: "Speeches <1790-1989>",
  task: "to write speeches",
  verdict: recommend(models, { budget: {}, alpha: 0.05, minDocuments: 5 }),
  models,
  unmeasured: ["forgotten"],
  groups: groups(models),
  findings: findings(models[0], models, 0.05),
  estimates: [{ model: "gpt", what: "train", predicted: "1 s", actual: "2 s", ratio: "2" }],
  trials: trials(rates),
  corpora: [
    { description: "Speeches.", licence: "public domain", documents: 9, bytes: 9000, splits: { test: 5 } }
  ],
  cleaning: [{ read: 10, kept: 9, dropped: { "too-short": 1 }, repaired: { "zero-width": 2 } }],
  pipeline: { name: "speeches.yaml", text: "seed: 1 # ``` & <b>" },
  environment: [["Node", "v24"]]
}

describe("the HTML page", () => {
  const html = Html.render(page)

  it("is whole and fetches nothing", () => {
    assert.isTrue(html.startsWith("<!doctype html>"))
    assert.notMatch(html, /<(script|link|iframe|img)\b|\bsrc=|@import|url\(/i)
    const links = Array.from(html.matchAll(/https?:\/\/[^"]+/g), ([link]) => link)
    assert.deepStrictEqual([...new Set(links)], ["http://www.w3.org/2000/svg"])
  })

  it("closes every element it opens", () => {
    const open: Array<string> = []
    for (const [, close, name, rest] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi)) {
      if (close === "/") assert.strictEqual(open.pop(), name)
      else if (!["meta", "input"].includes(name!) && !rest!.endsWith("/")) open.push(name!)
    }
    assert.deepStrictEqual(open, [])
  })

  it("escapes what people wrote", () => {
    assert.include(html, "Speeches &lt;1790-1989&gt;")
    assert.include(html, "Ishmael &amp; &lt;others&gt;")
    assert.notInclude(html, "<others>")
  })

  it("says the verdict, what was not measured, the signature and the pipeline", () => {
    for (const said of [
      "Use <span>gpt[preset=nano]</span>",
      "Not measured: forgotten",
      "stride:64",
      "gpt[preset=nano] beats ngram by 0.072 [0.072, 0.072]",
      "Estimated against actual",
      "<th>learning rate</th>",
      "seed: 1 #"
    ])
      assert.include(html, said)
  })
})

describe("the Markdown page", () => {
  it("says the same, in tables of even width and with a fence that holds", () => {
    const text = Markdown.render(page)
    assert.include(text, "**Use `gpt[preset=nano]`.**")
    for (const title of ["Metric by metric", "What differs", "Estimated against actual"])
      assert.include(text, `## ${title}`)
    assert.include(text, "````yaml\nseed: 1 # ``` & <b>\n````")
    const tables = text.split("\n\n").filter((part) => part.startsWith("|"))
    for (const table of tables)
      assert.strictEqual(new Set(table.split("\n").map((line) => line.split(/(?<!\\)\|/).length)).size, 1)
  })
})

describe("the table side by side", () => {
  it("has a row for each class, the frequent ones first", () => {
    const scores = { precision: 0.5, recall: 1, f1: 2 / 3 }
    const classes = [
      { label: "ham", support: 2, ...scores },
      { label: "spam", support: 9, ...scores }
    ]
    const group = groups([models[0]!, summary({ label: "linear", nats, classes })]).at(-1)
    assert.deepStrictEqual(
      group?.rows.map(({ name, values }) => [name, ...values]),
      [
        ["spam, 9 times", "", "0.667 (0.500, 1.000)"],
        ["ham, 2 times", "", "0.667 (0.500, 1.000)"]
      ]
    )
  })

  it("knows which rows differ", () => {
    const rows = new Map(groups(models).flatMap((group) => group.rows.map((row) => [row.name, row])))
    assert.isTrue(same(rows.get("vocabulary")!))
    assert.isFalse(same(rows.get("parameters")!))
    assert.isTrue(rows.get("time")!.measured)
  })
})

describe("drawings", () => {
  it("put ends of a scale at ends of the range, with round ticks between", () => {
    const scale = linear([3.2, 9.7], [0, 100])
    assert.deepStrictEqual(scale.ticks, [2, 4, 6, 8, 10])
    assert.strictEqual(scale.at(2), 0)
    assert.strictEqual(scale.at(10), 100)
    const log = logarithmic([1000, 100_000], [0, 100])
    assert.closeTo(log.at(10_000), 50, 1e-9)
    for (const tick of log.ticks)
      assert.include([1, 2, 5], Number(tick.toPrecision(1).replaceAll("0", "")[0]))
  })

  it("keep beaten models off the frontier", () => {
    const beaten = summary({ label: "beaten", nats: nats.map((n) => n + 60), parameters: 2e6 })
    const size = {
      title: "",
      format: String,
      better: "lower",
      of: (model: { weightBytes: number }) => model.weightBytes
    } as const
    const best = frontier([...models, beaten], size).map(({ label }) => label)
    assert.deepStrictEqual(best, ["gpt[preset=nano]", "ngram"])
  })

  it("leave out curves where nothing was trained", () => {
    assert.deepStrictEqual(learningCurves([models[1]!]), [])
    assert.include(learningCurves(models)[0], "validation loss 4.600 nats per token after 300 tokens")
  })

  it("have a picture for each unit of a loss", () => {
    const other = summary({ label: "bert", nats, trained: true, unit: "nats per text" })
    const drawn = learningCurves([...models, other])
    assert.strictEqual(drawn.length, 2)
    assert.include(drawn[1], "loss in nats per text")
  })
})

describe("numbers", () => {
  it.each([
    [Format.count(1234), "1,234"],
    [Format.count(124_439_808), "124 M"],
    [Format.bytes(1536), "1.54 kB"],
    [Format.duration(245_000), "4 min 05 s"],
    [Format.duration(850), "850 ms"],
    [Format.interval(1.23456, 1.2, 1.3), "1.235 [1.200, 1.300]"],
    [Format.setting(0.0003), "3e-4"],
    [Format.setting(0.1), "0.1"],
    [Format.settings(`{"temperature":0.8,"topK":0}`), "temperature 0.8, top k 0"],
    [Format.settings("greedy"), "greedy"]
  ])("%s", (written, expected) => {
    assert.strictEqual(written, expected)
  })
})
