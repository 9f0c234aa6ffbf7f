import { assert, describe, it } from "@effect/vitest"
import { formatNames } from "../../src/readers/formats.ts"
import { damaged, randomFrom } from "./Mutations.ts"
import { samples } from "./Samples.ts"
import { attempt } from "./Trial.ts"

const seed = 20_240_501
/** `pnpm fuzz` goes on from here for as long as it is told to */
const filesEach = 100
const slowFiles = 8

describe("files that are damaged at random give documents or typed outcomes, never anything else:", () => {
  it.each(formatNames)("%s", async (format) => {
    const all = samples[format]
    assert.isNotEmpty(all)
    const findings: Array<string> = []
    const counts: Record<string, number> = {}
    const files = all[0]?.slow === true ? slowFiles : filesEach
    for (let n = 0; n < files; n++) {
      const sample = all[n % all.length]
      if (sample === undefined) continue
      const outcome = await attempt({ format, sample, seed, n })
      if (outcome.finding !== undefined) findings.push(outcome.finding)
      for (const [kind, count] of Object.entries(outcome.counts)) counts[kind] = (counts[kind] ?? 0) + count
    }
    assert.deepStrictEqual(findings, [])
    // damage was done, and noticed
    assert.isAbove((counts["refused"] ?? 0) + (counts["broken"] ?? 0), 0)
  })
})

describe("damage to bytes", () => {
  it("is the same for the same seed, and another for each number", () => {
    const bytes = Buffer.from("some bytes of a file that is longer than any word")
    const some = Array.from({ length: 50 }, (_, n) => damaged(bytes, { seed, n }).toString("hex"))
    assert.deepStrictEqual(
      some,
      Array.from({ length: 50 }, (_, n) => damaged(bytes, { seed, n }).toString("hex"))
    )
    assert.isAbove(new Set(some).size, 40)
    assert.strictEqual(bytes.toString(), "some bytes of a file that is longer than any word")
  })

  it("is drawn evenly", () => {
    const random = randomFrom(seed)
    const sums = Array.from({ length: 10_000 }, random)
    assert.approximately(sums.reduce((sum, one) => sum + one, 0) / sums.length, 0.5, 0.02)
  })
})
