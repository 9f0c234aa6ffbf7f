import { assert, describe, it } from "@effect/vitest"
import { againstBaseline } from "../src/Baseline.ts"
import { recommend } from "../src/Recommendation.ts"
import { summary } from "./summaries.ts"

const rule = { budget: {}, alpha: 0.05, minDocuments: 5, seed: 1 }
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
    assert.match(verdict.reason, /0\.072 fewer than ngram/)
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

const network = (by: number) => summary({ label: "gpt", nats: shifted(by), trained: true })

describe("the baseline", () => {
  const ngram = summary({ label: "ngram", nats, family: "ngram" })
  it("is said to be beaten, or not, with what the network had seen", () => {
    assert.strictEqual(
      againstBaseline([ngram, network(-50)], 1),
      " The best network, gpt, beats the n-gram baseline ngram: 1.430 against 1.502 bits per byte, after 300 tokens, 0.003 passes over the training text."
    )
    assert.match(
      againstBaseline([network(50), ngram], 1),
      /gpt, does not beat the n-gram baseline ngram: 1\.574/
    )
    assert.match(
      againstBaseline([summary({ label: "gpt", nats: noisy }), ngram], 1),
      /cannot be told from the n-gram baseline ngram: 1\.504 against 1\.502 bits per byte\./
    )
  })

  it("is not spoken of where there is none, or where it was measured another way", () => {
    assert.strictEqual(againstBaseline([network(0)], 1), "")
    assert.strictEqual(
      againstBaseline([network(0), { ...ngram, items: network(0).items, metrics: new Map() }], 1),
      ""
    )
  })
})
