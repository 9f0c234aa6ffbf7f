import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cut, evaluationStarts, type Layout, offsetOf, startsOf, windowsPerEpoch } from "../src/Batches.ts"
import { keyOf, permute } from "../src/Permutation.ts"

const layouts = fc
  .record({
    contextLength: fc.integer({ min: 1, max: 64 }),
    tokens: fc.integer({ min: 2, max: 4000 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
    seed: fc.maxSafeNat()
  })
  .filter(({ contextLength, tokens }) => tokens > contextLength)

/** Starts of the first windows drawn, in the order of drawing. */
const drawn = (layout: Layout, count: number) => {
  const starts: Array<number> = []
  for (let step = 1; starts.length < count; step += 1) starts.push(...startsOf(layout, step))
  return starts.slice(0, count)
}

describe("permute", () => {
  it("is a permutation of every domain under every key", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.maxSafeNat(), (size, seed) => {
        const seen = new Set(Array.from({ length: size }, (_, i) => permute(i, size, keyOf(seed, 0))))
        assert.strictEqual(seen.size, size)
        assert.isTrue([...seen].every((value) => value >= 0 && value < size))
      })
    )
  })

  it("moves most of a domain, and differently under another key", () => {
    const size = 1000
    const order = (counter: number) =>
      Array.from({ length: size }, (_, i) => permute(i, size, keyOf(7, counter)))
    const fixed = order(0).filter((value, i) => value === i).length
    // A random permutation has one fixed point on average; 10 or more have a chance of one in a million.
    assert.isBelow(fixed, 10)
    const one = order(1)
    assert.isBelow(order(0).filter((value, i) => value === one[i]).length, 10)
  })

  it("sends an element everywhere equally often", () => {
    const size = 8
    const keys = 8000
    const counts = new Float64Array(size)
    for (let key = 0; key < keys; key += 1) {
      const to = permute(3, size, keyOf(1, key))
      counts[to] = (counts[to] ?? 0) + 1
    }
    const expected = keys / size
    const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
    // 7 degrees of freedom: above 29.9 once in ten thousand
    assert.isBelow(chiSquare, 29.9)
  })
})

describe("startsOf", () => {
  it("predicts every token of an epoch once, but for a remainder of less than two windows", () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 0, max: 3 }), (layout, epoch) => {
        const { tokens, contextLength } = layout
        const perEpoch = windowsPerEpoch(layout)
        const starts = drawn(layout, perEpoch * (epoch + 1)).slice(perEpoch * epoch)
        const predicted = new Uint8Array(tokens)
        for (const start of starts) {
          assert.isAtMost(start + contextLength, tokens - 1)
          for (let t = 1; t <= contextLength; t += 1) predicted[start + t] = (predicted[start + t] ?? 0) + 1
        }
        assert.isAtMost(Math.max(...predicted), 1)
        const used = predicted.reduce((sum, n) => sum + n, 0)
        assert.strictEqual(used, perEpoch * contextLength)
        assert.isBelow(tokens - 1 - used, 2 * contextLength)
      })
    )
  })

  it("follows from seed and step alone, whatever was asked before", () => {
    const layout = { tokens: 5000, contextLength: 16, batchSize: 4, seed: 2 ** 40 + 5 }
    const forwards = Array.from({ length: 200 }, (_, i) => [...startsOf(layout, i + 1)])
    for (const step of [200, 1, 93]) assert.deepStrictEqual([...startsOf(layout, step)], forwards[step - 1])
  })

  it("gives other orders and other cuts under another seed and in another epoch", () => {
    const layout = { tokens: 5000, contextLength: 64, batchSize: 4, seed: 1 }
    const perEpoch = windowsPerEpoch(layout)
    const first = drawn(layout, perEpoch)
    assert.notDeepEqual(drawn({ ...layout, seed: 1 + 2 ** 32 }, perEpoch), first)
    assert.notDeepEqual(drawn(layout, 2 * perEpoch).slice(perEpoch), first)
    const offsets = new Set(Array.from({ length: 50 }, (_, epoch) => offsetOf(layout, epoch)))
    assert.isAbove(offsets.size, 20)
  })
})

describe("cut", () => {
  it("takes T + 1 tokens from each start", () => {
    const ids = Uint16Array.from({ length: 20 }, (_, i) => i * 3)
    assert.deepStrictEqual([...cut(ids, [2, 10], 3)], [6, 9, 12, 15, 30, 33, 36, 39])
  })
})

describe("evaluationStarts", () => {
  it("lays windows end to end", () => {
    assert.deepStrictEqual([...evaluationStarts(31, 10, Infinity)], [0, 10, 20])
    assert.deepStrictEqual([...evaluationStarts(30, 10, Infinity)], [0, 10])
  })

  it("spreads a capped number of windows over the split", () => {
    assert.deepStrictEqual([...evaluationStarts(101, 10, 40)], [0, 20, 50, 70])
  })

  it("never overlaps and stays within the cap and the split", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 51, max: 3000 }),
        fc.integer({ min: 1, max: 4000 }),
        (contextLength, tokens, cap) => {
          const starts = evaluationStarts(tokens, contextLength, cap)
          assert.isAtLeast(starts.length, 1)
          assert.isAtMost(starts.length * contextLength, Math.max(cap, contextLength))
          for (const [i, start] of starts.entries()) {
            assert.isAtMost(start + contextLength, tokens - 1)
            if (i > 0) assert.isAtLeast(start - (starts[i - 1] ?? 0), contextLength)
          }
        }
      )
    )
  })
})
