import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Windows from "../src/Windows.ts"

const between = (minimum: number, maximum: number) =>
  Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))

describe("Windows", () => {
  it("cuts ten tokens with context 4 and stride 2 as worked by hand", () => {
    assert.deepStrictEqual(Windows.ofDocument(0, 10, { context: 4, stride: 2 }), [
      { document: 0, begin: 0, length: 4, skip: 0 },
      { document: 0, begin: 2, length: 4, skip: 2 },
      { document: 0, begin: 4, length: 4, skip: 2 },
      { document: 0, begin: 6, length: 4, skip: 2 }
    ])
    assert.deepStrictEqual(Windows.ofDocument(7, 3, { context: 4, stride: 2 }), [
      { document: 7, begin: 0, length: 3, skip: 0 }
    ])
  })

  it.effect.prop(
    "scores every token once, with at least context - stride + 1 tokens before it or all there are",
    [between(1, 200), between(1, 40), between(1, 40)],
    ([tokens, context, step]) =>
      Effect.sync(() => {
        const stride = Math.min(step, context)
        const seen: Array<number> = [] // of each token, how many the model saw before it
        for (const { begin, length, skip } of Windows.ofDocument(0, tokens, { context, stride })) {
          assert.isAtMost(length, context)
          for (let t = skip; t < length; t++) {
            assert.strictEqual(begin + t, seen.length)
            seen.push(t + 1)
          }
        }
        assert.strictEqual(seen.length, tokens)
        for (const [position, count] of seen.entries())
          assert.isAtLeast(count, Math.min(position + 1, context - stride + 1))
      })
  )

  it("reads the end-of-text before the document, and pads behind the window", () => {
    const documents = [
      { start: 0, tokens: 3 },
      { start: 3, tokens: 6 }
    ]
    const ids = Uint16Array.of(11, 12, 0, 21, 22, 23, 24, 25, 0)
    const cutting = { context: 4, stride: 4, batchSize: 2 }
    const batches = Windows.batches(documents, cutting)
    assert.deepStrictEqual(
      batches.map(({ B, T, windows }) => [B, T, windows.length]),
      [
        [2, 4, 2],
        [2, 4, 1]
      ]
    )
    const rows = batches.map((batch) => [...Windows.tokensOf(batch, ids, { documents, endOfTextId: 0 })])
    assert.deepStrictEqual(rows, [
      [0, 11, 12, 0, 0, 0, 21, 22, 23, 24],
      [22, 23, 24, 25, 0, 0, 0, 0, 0, 0]
    ])
  })

  it("compiles few shapes: every batch has as many rows, and a few lengths", () => {
    const documents = Array.from({ length: 60 }, (_, index) => ({
      start: 0,
      tokens: 1 + ((index * 37) % 90)
    }))
    const batches = Windows.batches(documents, { context: 64, stride: 32, batchSize: 8 })
    assert.isTrue(batches.every(({ B, T, windows }) => B === 8 && windows.every(({ length }) => length <= T)))
    assert.deepStrictEqual([...new Set(batches.map(({ T }) => T))], [16, 32, 64])
    const cut = documents.flatMap(({ tokens }, index) =>
      Windows.ofDocument(index, tokens, { context: 64, stride: 32 })
    )
    assert.sameDeepMembers(
      batches.flatMap(({ windows }) => windows),
      cut
    )
  })
})
