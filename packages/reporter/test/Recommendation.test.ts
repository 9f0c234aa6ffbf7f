import { assert, describe, it } from "@effect/vitest"
import { againstBaseline } from "../src/Baseline.ts"
import { estimates } from "../src/Estimates.ts"
import { findings } from "../src/Pairwise.ts"
import { recommend } from "../src/Recommendation.ts"
import { trials } from "../src/Trials.ts"
import { meanOf, summary } from "./summaries.ts"

const rule = { budget: {}, alpha: 0.05, minDocuments: 5 }
const nats = [900, 1000, 1100, 1200, 950, 1050, 1150, 980]
const shifted = (by: number) => nats.map((n) => n + by)
const noisy = nats.map((n, i) => n + (i % 2 === 0 ? 40 : -38))

describe("the recommendation", () => {
  it("takes the model that is better on every document, with the interval in the reason", () => {
    const verdict = recommend(
      [summary({ label: "ngram", nats: shifted(50) }), summary({ label: "gpt", nats, parameters: 1e6 })],
      rule
    )
    assert.strictEqual(verdict.recommendation, "gpt")
    assert.deepStrictEqual(verdict.ranking, ["gpt", "ngram"])
    assert.match(
      verdict.reason,
      /bits per byte 1\.502 on 8 held-out documents, better than ngram, the next best, by 0\.072 \(/
    )
  })

  it("takes the smaller of two that tie, and says how many documents would tell them apart", () => {
    const verdict = recommend(
      [
        summary({ label: "big", nats, parameters: 2e6 }),
        summary({ label: "small", nats: noisy, parameters: 1e6 })
      ],
      rule
    )
    assert.strictEqual(verdict.recommendation, "small")
    assert.match(verdict.reason, /do not tell it from small; small is the smallest.*documents would separate/)
  })

  it("does not recommend a model over the budget, and names it", () => {
    const verdict = recommend(
      [
        summary({ label: "big", nats, parameters: 2e6 }),
        summary({ label: "small", nats: shifted(50), parameters: 1e6 })
      ],
      { ...rule, budget: { maxParameters: 1.5e6 } }
    )
    assert.strictEqual(verdict.recommendation, "small")
    assert.match(verdict.reason, /Over the budget: big/)
  })

  it("is undecided where the numbers were not measured alike", () => {
    const verdict = recommend(
      [summary({ label: "a", nats }), summary({ label: "b", nats, signature: "bits_per_byte|stride:1" })],
      rule
    )
    assert.strictEqual(verdict.recommendation, "undecided")
    assert.match(verdict.reason, /cannot be ranked/)
  })

  it("is undecided on too few documents", () => {
    const verdict = recommend(
      [summary({ label: "a", nats: [1, 2] }), summary({ label: "b", nats: [5, 6] })],
      rule
    )
    assert.strictEqual(verdict.recommendation, "undecided")
    assert.match(verdict.reason, /2 held-out documents decide nothing; at least 5/)
  })

  it("is undecided without a model and where all are too big", () => {
    assert.strictEqual(recommend([], rule).recommendation, "undecided")
    const all = recommend([summary({ label: "a", nats })], { ...rule, budget: { maxWeightBytes: 1 } })
    assert.strictEqual(all.reason, "every model is over the budget")
  })
})

/** Accuracies of 12 examples, two of which the worse model gets wrong. */
const accuracy = (wrong: number) =>
  [
    "accuracy",
    meanOf(
      Array.from({ length: 12 }, (_, i) => Number(i >= wrong)),
      { better: "higher", unit: "share of texts", items: "examples", signature: "accuracy|data:x" }
    )
  ] as const

const sorting = (label: string, wrong: number, about: { family?: string; parameters?: number } = {}) =>
  summary({ label, nats, primary: "accuracy", metrics: [accuracy(wrong)], ...about })

describe("a recommendation by another metric", () => {
  it("takes the higher one where higher is better, on examples", () => {
    const verdict = recommend([sorting("poor", 9), sorting("fine", 0)], rule)
    assert.strictEqual(verdict.recommendation, "fine")
    assert.match(
      verdict.reason,
      /fine reaches accuracy 1\.000 on 12 held-out examples, better than poor, .* by 0\.750/
    )
  })

  it("takes a baseline that wins, and one that ties and is smaller", () => {
    const baseline = { family: "linear", parameters: 10 }
    assert.strictEqual(
      recommend([sorting("bert", 9), sorting("linear", 0, baseline)], rule).recommendation,
      "linear"
    )
    const tie = recommend([sorting("bert", 0), sorting("linear", 1, baseline)], rule)
    assert.strictEqual(tie.recommendation, "linear")
    assert.match(tie.reason, /do not tell it from linear; linear is the smallest/)
  })

  it("leaves out models that took too long to train or to answer", () => {
    const slow = { ...sorting("slow", 0), speed: new Map([["milliseconds_per_example", 90]]) }
    const long = { ...sorting("long", 0), cost: new Map([["train_ms", 9e6]]) }
    const budget = { maxLatencyMs: 50, maxTrainMs: 1e6 }
    const verdict = recommend([slow, long, sorting("quick", 3)], { ...rule, budget })
    assert.strictEqual(verdict.recommendation, "quick")
    assert.match(verdict.reason, /Over the budget: slow, long/)
  })

  it("is undecided where nobody has the metric, or where no resamples were kept", () => {
    const none = recommend([summary({ label: "a", nats, primary: "bleu" })], rule)
    assert.strictEqual(none.reason, "no model has bleu")
    const old = (label: string) =>
      summary({ label, nats, primary: "old", metrics: [["old", meanOf(nats, { resampling: "" })]] })
    assert.match(recommend([old("a"), old("b")], rule).reason, /measured another way/)
  })
})

describe("metric by metric", () => {
  it("says who beats whom by how much, in the direction of each metric, or that it is undecided", () => {
    const best = summary({ label: "a", nats, metrics: [accuracy(9)] })
    const other = summary({ label: "b", nats: noisy, metrics: [accuracy(0)] })
    const told = findings(best, [best, other], 0.05)
    assert.match(
      told.find(({ metric }) => metric === "bits_per_byte")?.said ?? "",
      /^undecided: 0\.00\d \[-0\.0/
    )
    assert.match(
      told.find(({ metric }) => metric === "accuracy")?.said ?? "",
      /^b beats a by 0\.750 \[0\.\d+, 1\.000\]/
    )
  })
})

describe("what was estimated", () => {
  it("stands beside what it was", () => {
    const cost = [
      ["predicted_train_ms", 1000],
      ["predicted_peak_rss_bytes", 5]
    ] as const
    assert.deepStrictEqual(estimates([summary({ label: "a", nats, cost })]), [
      { model: "a", what: "train", predicted: "1.0 s", actual: "1.2 s", ratio: "1.23" }
    ])
  })
})

const trial = (rate: number, by: number, name = "adamw") =>
  summary({
    label: `rate ${rate}`,
    nats: shifted(by),
    training: { learningRate: rate, batchSize: 8, optimizer: { name } }
  })

describe("trials", () => {
  it("are ranked with what differs between them alone", () => {
    const found = trials([trial(0.1, 90), trial(0.01, 0), trial(0.001, 30, "lion")])
    assert.deepStrictEqual(found?.settings, ["learningRate", "optimizer.name"])
    assert.deepStrictEqual(
      found?.rows.map(({ label, settings }) => [label, ...settings]),
      [
        ["rate 0.01", "0.01", "adamw"],
        ["rate 0.001", "0.001", "lion"],
        ["rate 0.1", "0.1", "adamw"]
      ]
    )
  })

  it("are not spoken of where there are two, or all alike", () => {
    assert.isUndefined(trials([trial(0.1, 1), trial(0.2, 2)]))
    assert.isUndefined(trials([trial(0.1, 1), trial(0.1, 2), trial(0.1, 3)]))
  })
})

const network = (by: number) => summary({ label: "gpt", nats: shifted(by), trained: true })

describe("the baseline", () => {
  const ngram = summary({ label: "ngram", nats, family: "ngram" })
  it("is said to be beaten, or not, with what the network had seen", () => {
    assert.strictEqual(
      againstBaseline([ngram, network(-50)]),
      " The best network, gpt, beats the baseline ngram by 0.072 [0.072, 0.072]: bits per byte 1.430 against 1.502, after 300 tokens, 0.003 passes over the training text."
    )
    assert.match(
      againstBaseline([network(50), ngram]),
      /gpt, does not beat the baseline ngram, which is better by 0\.072 \[0\.072, 0\.072\]: bits per byte 1\.574/
    )
    assert.match(
      againstBaseline([summary({ label: "gpt", nats: noisy }), ngram]),
      /cannot be told from the baseline ngram: bits per byte 1\.504 against 1\.502\./
    )
  })

  it("is not spoken of where there is none, or where it was measured another way", () => {
    assert.strictEqual(againstBaseline([network(0)]), "")
    assert.strictEqual(againstBaseline([network(0), { ...ngram, metrics: new Map() }]), "")
  })
})
