import { assert, describe, it } from "@effect/vitest"
import * as ProgressLine from "@inkstone/trainer/ProgressLine"

const standing = {
  learningRate: 3e-4,
  gradientNorm: 0.8249,
  rate: { perSecond: 12_300.4, unit: "tokens" }
}
/** scatter around a line, the same every time */
const around = (at: (i: number) => number, count = 64) =>
  Array.from({ length: count }, (_, i) => at(i) + 0.1 * Math.sin(i * 12.9898))

describe("ProgressLine", () => {
  it("says everything that is known, the most telling first", () => {
    assert.strictEqual(
      ProgressLine.note({
        ...standing,
        losses: [...around((i) => 4 - i / 64, 56), 3, 3.114, 3, 3.114, 3, 3.114, 3, 3.114],
        validation: { loss: 3.4006, best: 3.38, bestStep: 300 },
        matmulShare: 0.412
      }),
      "loss 3.057 ↓, validation 3.401 (best 3.380 at 300), lr 3.0e-4, 12,300 tokens/s, 41% of matmul, gradient 0.82"
    )
  })

  it("leaves out what is not known yet", () => {
    assert.strictEqual(
      ProgressLine.note({ ...standing, losses: [9.125] }),
      "loss 9.125, lr 3.0e-4, 12,300 tokens/s, gradient 0.82"
    )
    assert.strictEqual(
      ProgressLine.note({ ...standing, losses: [] }),
      "lr 3.0e-4, 12,300 tokens/s, gradient 0.82"
    )
  })

  it("calls the newest evaluation the best where it is", () => {
    const note = ProgressLine.note({
      ...standing,
      losses: [2],
      validation: { loss: 3.25, best: 3.25, bestStep: 10 }
    })
    assert.include(note, "validation 3.250 (best), ")
  })

  it("calls no trend what scatter explains", () => {
    assert.strictEqual(ProgressLine.trend(around(() => 3)), "→")
    assert.strictEqual(ProgressLine.trend(around((i) => 3 - i / 2000)), "→")
  })

  it("sees losses fall and rise", () => {
    assert.strictEqual(ProgressLine.trend(around((i) => 3 - i / 100)), "↓")
    assert.strictEqual(ProgressLine.trend(around((i) => 3 + i / 100)), "↑")
    assert.strictEqual(ProgressLine.trend([3, 2, 1]), "")
  })

  it("shows the mean of the last eight updates", () => {
    const losses = [...Array.from({ length: 8 }, () => 100), 1, 2, 1, 2, 1, 2, 1, 2]
    assert.include(ProgressLine.note({ ...standing, losses }), "loss 1.500")
  })

  it("keeps tiny losses readable", () => {
    assert.include(ProgressLine.note({ ...standing, losses: [0.0000123] }), "loss 1.2e-5")
  })
})
