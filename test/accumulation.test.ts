import { describe, expect, it } from "vitest"
import { distance, objectives, optimizers, whole, windows } from "./support/accumulationCases.ts"

describe.each(Object.entries(objectives))("a window of batches, %s", (_, objectiveOf) => {
  it.each(Object.entries(optimizers))("moves as all of its rows at once do, by %s", (_, optimizer) => {
    expect(distance(objectiveOf(), optimizer, [2, 2, 1])).toBeLessThan(1e-9)
  })
})

describe("a window of batches", () => {
  it.each(windows.map((rows) => ({ rows })))(
    "is the same to the last bit where sums are exact: $rows",
    ({ rows }) => {
      const { objective, optimizer } = whole()
      expect(distance(objective, optimizer, rows, { learningRate: 2 ** -10, maxGradientNorm: 0 })).toBe(0)
    }
  )
})
