import { describe, expect, it } from "vitest"
import { borders } from "@inkstone/graph/Borders"
import { partition } from "@inkstone/graph/Clusters"
import { stores } from "@inkstone/graph/InPlace"
import { origin, sorted } from "@inkstone/graph/Tensor"
import { cases, difference, entriesOf, golden, reference, trace } from "./support/optimizerCases.ts"

describe("optimizers", () => {
  it("are all in the golden file", () => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(golden).toSorted())
  })

  it.each(Object.entries(cases))("%s: 200 steps are those of the peer", (name, one) => {
    const expected = golden[name] ?? { losses: [], parameters: [], float32: 0 }
    // float64 on both sides; the file has 12 digits
    expect(difference(trace(one, reference(one)), expected)).toBeLessThan(1e-9)
  })

  it.each(Object.entries(cases))("%s: writes each parameter, slot and average in place", (_, one) => {
    const { outputs, updates } = entriesOf(one).train
    const results = [...Object.values(outputs), ...updates.map(([, value]) => value)].map(origin)
    const order = sorted(results, { aliases: "follow" })
    const clusters = partition(order, new Set(results))
    const { of } = stores(order, results, {
      clusters,
      ...borders(order, results, clusters),
      updates: new Map(updates.map(([variable, value]) => [origin(value), variable]))
    })
    const written = new Set(clusters.flatMap((cluster) => [...of(cluster).keys()]))
    expect(written).toEqual(new Set(updates.map(([variable]) => variable)))
  })
})
