import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import * as Masking from "../src/Masking.ts"

const [vocabSize, maskId] = [60, 4]
const specialIds = [0, 1, 2, 3]
const settings: Masking.Settings = { ...Masking.defaults, vocabSize, maskId, specialIds }
const isSpecial = (id: number | undefined) => id === undefined || id <= maskId

const texts = fc
  .array(fc.integer({ min: 0, max: vocabSize - 1 }), { minLength: 1, maxLength: 70 })
  .map((ids) => Int32Array.from(ids))
const draws = fc.record({ seed: fc.nat(), row: fc.nat(), epoch: fc.nat({ max: 50 }) })

/** The places that count. */
const foretold = ({ places, weights }: Masking.Masked) =>
  Array.from(places).filter((_, i) => weights[i] === 1)

describe("masking", () => {
  it("hides the rounded share of what is not special, one at least, and says what was there", () => {
    fc.assert(
      fc.property(texts, draws, (text, draw) => {
        const masked = Masking.hide(text, settings, draw)
        const found = foretold(masked)
        const candidates = text.filter((id) => !isSpecial(id)).length
        assert.strictEqual(found.length, candidates === 0 ? 0 : Math.max(1, Math.round(candidates * 0.15)))
        assert.deepStrictEqual(
          found,
          [...new Set(found)].toSorted((a, b) => a - b)
        )
        for (const [i, place] of found.entries()) {
          assert.strictEqual(masked.targets[i], text[place])
          assert.isFalse(isSpecial(text[place]))
          const now = masked.tokens[place]
          assert.isTrue(now === maskId || !isSpecial(now))
        }
        const others = [...text.keys()].filter((place) => !found.includes(place))
        for (const place of others) assert.strictEqual(masked.tokens[place], text[place])
      })
    )
  })

  it("has as many places for all texts of a length, filled up with ones that do not count", () => {
    fc.assert(
      fc.property(texts, draws, (text, draw) => {
        const { places, targets, weights } = Masking.hide(text, settings, draw)
        const P = Masking.placesOf(text.length)
        assert.deepStrictEqual([places.length, targets.length, weights.length], [P, P, P])
        const counted = weights.indexOf(0) < 0 ? P : weights.indexOf(0)
        assert.isTrue(weights.every((weight, i) => weight === (i < counted ? 1 : 0)))
        assert.isTrue(places.every((place) => place >= 0 && place < text.length))
      })
    )
    assert.deepStrictEqual(
      [1, 6, 7, 128, 512].map((T) => Masking.placesOf(T)),
      [1, 1, 2, 20, 77]
    )
  })

  it("depends on seed, row and epoch alone", () => {
    const text = Int32Array.from({ length: 64 }, (_, i) => 5 + (i % 50))
    const at = (draw: Partial<Masking.Draw>) =>
      Masking.hide(text, settings, { seed: 1, row: 2, epoch: 0, ...draw })
    assert.deepStrictEqual(at({}), at({}))
    for (const other of [{ seed: 2 }, { seed: 2 ** 32 + 1 }, { row: 3 }, { epoch: 1 }])
      assert.notDeepEqual(at(other).places, at({}).places)
  })

  it("puts the mask in place of 80%, any ordinary token in place of 10%, and leaves 10%", () => {
    const text = new Int32Array(100).fill(30)
    const counts = { hidden: 0, other: 0, kept: 0 }
    const others = new Set<number>()
    const timesForetold = new Int32Array(text.length)
    const rows = 2000
    for (let row = 0; row < rows; row++) {
      const masked = Masking.hide(text, settings, { seed: 5, row, epoch: 0 })
      for (const place of foretold(masked)) {
        timesForetold[place]! += 1
        const now = masked.tokens[place] ?? Number.NaN
        if (now === maskId) counts.hidden++
        else if (now === 30) counts.kept++
        else {
          counts.other++
          others.add(now)
        }
      }
    }
    const total = rows * 15
    // five standard errors; a random token is the old one by chance once in 55
    const near = (found: number, share: number) =>
      assert.approximately(found / total, share, 5 * Math.sqrt((share * (1 - share)) / total))
    near(counts.hidden, 0.8)
    near(counts.other, (0.1 * 54) / 55)
    near(counts.kept, 0.1 + 0.1 / 55)
    assert.sameMembers(
      [...others],
      Array.from({ length: 55 }, (_, i) => i + 5).filter((id) => id !== 30)
    )
    for (const times of timesForetold)
      assert.approximately(times / rows, 0.15, 5 * Math.sqrt((0.15 * 0.85) / rows))
  })

  it("hides words as a whole", () => {
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.boolean()), draws, (text, begins, draw) => {
        const wordStarts = Uint8Array.from(text, () => (begins.next().value === true ? 1 : 0))
        const found = new Set(foretold(Masking.hide(text, settings, { ...draw, wordStarts })))
        for (const place of text.keys()) {
          const before = text[place - 1]
          if (place === 0 || wordStarts[place] === 1 || isSpecial(text[place]) || isSpecial(before)) continue
          assert.strictEqual(
            found.has(place),
            found.has(place - 1),
            `${place} goes on with the word before it`
          )
        }
        assert.isAtMost(found.size, Masking.placesOf(text.length))
      })
    )
  })

  it("foretells about the share with whole words, too", () => {
    const text = Int32Array.from({ length: 120 }, (_, i) => 5 + (i % 50))
    const wordStarts = Uint8Array.from(text, (_, i) => (i % 7 === 0 || i % 7 === 3 || i % 7 === 4 ? 1 : 0))
    let count = 0
    for (let row = 0; row < 300; row++)
      count += foretold(Masking.hide(text, settings, { seed: 9, row, epoch: 0, wordStarts })).length
    assert.isAbove(count / 300, 17)
    assert.isAtMost(count / 300, 18)
  })

  it("hides nothing where all is special", () => {
    const text = Int32Array.of(2, 3, 0, 0, 4)
    const masked = Masking.hide(text, settings, { seed: 1, row: 0, epoch: 0 })
    assert.deepStrictEqual(masked, {
      tokens: text,
      places: Int32Array.of(0),
      targets: Int32Array.of(0),
      weights: Float32Array.of(0)
    })
  })
})
