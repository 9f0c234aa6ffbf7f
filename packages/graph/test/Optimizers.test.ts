import { describe, expect, it } from "vitest"
import { cases, difference, golden, reference, trace } from "./optimizerCases.ts"

describe("optimizers", () => {
  it("are all in the golden file", () => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(golden).toSorted())
  })

  it.each(Object.entries(cases))("%s: 200 steps are those of the peer", (name, one) => {
    const expected = golden[name] ?? { losses: [], parameters: [], float32: 0 }
    // float64 on both sides; the file has 12 digits
    expect(difference(trace(one, reference(one)), expected)).toBeLessThan(1e-9)
  })
})
