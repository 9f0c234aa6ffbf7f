import { assert, describe, it } from "@effect/vitest"
import type { Standing } from "@inkstone/pipeline"
import * as SearchTable from "../src/SearchTable.ts"

const trial = (over: Partial<Standing["trials"][number]>): Standing["trials"][number] => ({
  trial: 1,
  values: { learningRate: 0.001, "optimizer.beta2": 0.95, preset: "nano" },
  node: "gpt[trial=1,steps=300]",
  rung: 1,
  length: 300,
  status: "done",
  ...over
})
const standing: Standing = {
  id: "gpt",
  node: "gpt",
  method: "halving",
  objective: { node: "evaluate", output: "metrics", name: "bits_per_byte", mode: "min" },
  over: "steps",
  rungs: [
    { length: 100, trials: 4 },
    { length: 300, trials: 2 }
  ],
  budget: { fromStart: 1000, continued: 800 },
  trials: [
    trial({ value: 1.5, low: 1.4, high: 1.6 }),
    trial({
      trial: 3,
      node: "gpt[trial=3,steps=300]",
      values: { learningRate: 0.01, "optimizer.beta2": 0.95, preset: "nano" },
      value: 1.55,
      low: 1.45,
      high: 1.65
    }),
    trial({
      trial: 2,
      node: "gpt[trial=2,steps=100]",
      status: "stopped",
      rung: 0,
      length: 100,
      value: 2.123456
    }),
    trial({ trial: 4, status: "failed", rung: 0, length: 100, why: "diverged\nat step 3" })
  ],
  best: 1,
  ties: [3],
  open: []
}
const records = [{ node: "gpt[trial=1,steps=300]", milliseconds: 12_345 }]

describe("the table of a search", () => {
  const trials = standing.trials.map((one) => ({
    ...one,
    milliseconds: records.find(({ node }) => node === one.node)?.milliseconds ?? 0
  }))
  const page = SearchTable.inWords(standing, trials, 20)

  it("ranks with value, what differs, length, time and status, and says what it cost", () => {
    assert.deepStrictEqual(page.split("\n").slice(0, 8), [
      "gpt: halving, 4 at 100, then 2 at 300 steps, by bits_per_byte of evaluate.metrics, less is better",
      "at most 1,000 steps, or 800 where longer trials go on from shorter ones",
      "",
      "   trial  bits_per_byte        learningRate  steps  time",
      "─  ─────  ───────────────────  ────────────  ─────  ──────  ────────────────",
      "1  1      1.5 (1.4 to 1.6)     0.001         300    12.3 s  best",
      "2  3      1.55 (1.45 to 1.65)  0.01          300            tie",
      "3  2      2.1235               0.001         100            stopped"
    ])
    assert.include(page, "failed: diverged\n")
  })

  it("says what the objective does not tell apart, and gives the best config to paste", () => {
    assert.include(page, "not decided by this objective: the intervals of trials 1, 3 meet")
    assert.include(
      page,
      'best, to paste below with:\n  learningRate: 0.001\n  optimizer:\n    beta2: 0.95\n  preset: "nano"\n'
    )
  })

  it("ends where it is told to", () => {
    assert.include(SearchTable.inWords(standing, trials, 1), "and 3 more; --top 4 shows them")
  })
})
