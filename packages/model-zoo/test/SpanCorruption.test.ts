import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as SpanCorruption from "../src/SpanCorruption.ts"

const end = 1
const settings = { ...SpanCorruption.defaults, firstSentinel: 32_099, endOfTextId: end }
const isSentinel = (id: number) => id > 30_000
const textOf = (length: number) => Array.from({ length }, (_, at) => 100 + at)

/** Puts what a target says in place of the sentinels. */
const restored = ({ source, target }: SpanCorruption.Example) => {
  const pieces = new Map<number, Array<number>>()
  let piece: Array<number> = []
  for (const id of target.slice(0, -1))
    if (isSentinel(id)) pieces.set(id, (piece = []))
    else piece.push(id)
  return source.slice(0, -1).flatMap((id) => (isSentinel(id) ? (pieces.get(id) ?? [-1]) : [id]))
}

const cut = (seed: number, row: number) => SpanCorruption.corrupt(textOf(300), settings, { seed, row })

describe("span corruption", () => {
  it("has the lengths that T5 was trained with", () => {
    assert.deepStrictEqual(SpanCorruption.lengthsFor(512), { text: 568, source: 512, target: 114 })
    assert.deepStrictEqual(SpanCorruption.lengthsFor(128), { text: 141, source: 128, target: 29 })
  })

  it("cuts a text by hand as it should", () => {
    const { source, target } = SpanCorruption.corrupt(
      textOf(10),
      { ...settings, meanSpan: 1 },
      { seed: 1, row: 0 }
    )
    // 1.5 rounds to 2 tokens, in 2 pieces of 1
    const gone = textOf(10).filter((id) => !source.includes(id))
    const [one = 0, two = 0] = gone
    assert.strictEqual(gone.length, 2)
    assert.deepStrictEqual(target, [32_099, one, 32_098, two, end])
    assert.deepStrictEqual(source.filter(isSentinel), [32_099, 32_098])
  })

  it("loses nothing, uses no sentinel twice, and has the lengths it promised", () => {
    fc.assert(
      fc.property(
        fc.record({
          length: fc.integer({ min: 2, max: 700 }),
          noise: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
          meanSpan: fc.double({ min: 1, max: 20, noNaN: true }),
          seed: fc.nat(),
          row: fc.nat()
        }),
        ({ length, meanSpan, noise, ...draw }) => {
          const text = textOf(length)
          const own = { ...settings, noise, meanSpan, sentinels: 700 }
          const example = SpanCorruption.corrupt(text, own, draw)
          assert.deepStrictEqual(restored(example), text)
          const marks = example.source.filter(isSentinel)
          assert.strictEqual(new Set(marks).size, marks.length)
          assert.deepStrictEqual(example.target.filter(isSentinel), marks)
          assert.deepStrictEqual(
            marks,
            marks.map((_, at) => 32_099 - at)
          )
          assert.isFalse(isSentinel(example.source[0] ?? 40_000))
          const cut = example.target.length - 1 - marks.length
          assert.isAtMost(Math.abs(cut - Math.min(length - 1, Math.max(1, length * noise))), 0.5)
          assert.strictEqual(example.source.length + example.target.length, length + 2 * marks.length + 2)
        }
      )
    )
  })

  it("fills sources and targets to the promised lengths, and one token more would be too much", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 400 }), fc.nat(), (length, seed) => {
        const { source, target, text } = SpanCorruption.lengthsFor(length)
        assert.isAtMost(source, length)
        const lengths = (tokens: number) => {
          const example = SpanCorruption.corrupt(textOf(tokens), settings, { seed, row: 0 })
          return [example.source.length, example.target.length]
        }
        assert.deepStrictEqual(lengths(text), [source, target])
        assert.isAbove(lengths(text + 1)[0] ?? 0, length)
      })
    )
  })

  it("cuts 15 in 5 pieces in every way equally often", () => {
    const texts = 4000
    const [first, last] = [new Map<number, number>(), new Map<number, number>()]
    for (let row = 0; row < texts; row++) {
      const { target } = SpanCorruption.corrupt(textOf(100), settings, { seed: 7, row })
      const marks = target.flatMap((id, at) => (isSentinel(id) ? [at] : []))
      assert.deepStrictEqual([marks.length, target.length], [5, 21])
      const [one = 0, two = 0, five = 0] = [marks[0], marks[1], marks[4]]
      for (const [seen, length] of [
        [first, two - one - 1],
        [last, target.length - 1 - five - 1]
      ] as const)
        seen.set(length, (seen.get(length) ?? 0) + 1 / texts)
    }
    // a piece of n leaves 15 - n for 4 others: (14 - n over 3) of the (14 over 4) ways; within 4 deviations of 4,000 draws
    const ways = [286, 220, 165, 120, 84, 56, 35, 20, 10, 4, 1]
    for (const [at, count] of ways.entries())
      for (const seen of [first, last])
        assert.approximately(seen.get(at + 1) ?? 0, count / 1001, 0.029, `pieces of ${at + 1}`)
    assert.isAtMost(Math.max(...first.keys(), ...last.keys()), 11)
  })

  it("depends on the seed and the number of the text alone", () => {
    assert.deepStrictEqual(cut(1, 2), cut(1, 2))
    assert.notDeepEqual(cut(1, 2), cut(1, 3))
    assert.notDeepEqual(cut(1, 2), cut(2, 2))
  })

  it("says what it cannot corrupt", () => {
    const draw = { seed: 1, row: 0 }
    assert.throws(() => SpanCorruption.corrupt([5], settings, draw), /a text of 1 tokens cannot be corrupted/)
    assert.throws(
      () => SpanCorruption.corrupt(textOf(2100), settings, draw),
      /takes 105 sentinels, there are 100/
    )
    assert.throws(() => SpanCorruption.lengthsFor(2), /a source of 2 tokens has no room/)
  })
})
