// Laws of all feeds: what a step sees, and what a batch is made of.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Batch, Given, Rows } from "../../src/Feed.ts"
import { feeds } from "./sources.ts"

const names = Object.keys(feeds(1))
const of = (name: string, size: number) => {
  const feed = feeds(size)[name]
  if (feed === undefined) throw new Error(`no feed ${name}`)
  return feed
}

/** Rows of the first draws of a source, as (place, epoch). */
const pairsOf = ({ epochs, places }: Rows) => Array.from(places, (place, i) => [place, epochs[i]] as const)

const part = ({ epochs, places }: Rows, from: number, to: number): Rows => ({
  places: places.subarray(from, to),
  epochs: epochs.subarray(from, to)
})

/** Row `row` of an input, and how wide it is. */
const rowOf = ({ shape, values }: Given, row: number) => {
  const width = shape.slice(1).reduce((a, b) => a * b, 1)
  return Array.from(values.subarray(row * width, (row + 1) * width))
}

const weightsOf = (batch: Batch, row: number) => {
  const { weights } = batch.inputs
  if (weights === undefined) throw new Error("no weights")
  return rowOf(weights, row)
}

const settings = fc.record({
  size: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  seed: fc.maxSafeNat()
})

describe.each(names)("%s", (name) => {
  it("has each row once an epoch, and one epoch before the next", () => {
    fc.assert(
      fc.property(settings, ({ batchSize, seed, size }) => {
        const source = of(name, size).train(batchSize, seed)
        const epochs = 3
        const steps = Math.ceil((epochs * source.rows) / batchSize)
        const drawn = Array.from({ length: steps }, (_, i) => source.draw(i + 1))
        assert.isTrue(drawn.every(({ places }) => places.length === batchSize))
        const rows = drawn.flatMap(pairsOf).slice(0, epochs * source.rows)
        for (let epoch = 0; epoch < epochs; epoch += 1) {
          const own = rows.slice(epoch * source.rows, (epoch + 1) * source.rows)
          assert.isTrue(own.every(([, which]) => which === epoch))
          assert.strictEqual(new Set(own.map(([place]) => place)).size, source.rows)
        }
      }),
      { numRuns: 20 }
    )
  })

  it("draws what it draws from seed and step alone: resumed anywhere, it goes on as it would have", () => {
    const source = of(name, 37).train(4, 2 ** 40 + 7)
    const forwards = Array.from({ length: 40 }, (_, i) => source.draw(i + 1))
    const resumed = of(name, 37).train(4, 2 ** 40 + 7)
    for (const step of [40, 1, 23, 24, 7]) {
      assert.deepStrictEqual(resumed.draw(step), forwards[step - 1])
      assert.deepStrictEqual(resumed.assemble(resumed.draw(step), 4), source.assemble(forwards[step - 1]!, 4))
    }
    const other = of(name, 37).train(4, 2 ** 40 + 7 + 2 ** 32)
    assert.notDeepEqual(
      Array.from({ length: 40 }, (_, i) => other.draw(i + 1)),
      forwards
    )
  })

  it("makes of rows what it makes of them in smaller batches, but for padding", () => {
    fc.assert(
      fc.property(settings, fc.nat(), fc.nat(), ({ batchSize, seed, size }, a, b) => {
        const source = of(name, size).train(batchSize, seed)
        const rows = source.draw(1 + (a % 9))
        const [from, to] = [a % batchSize, b % batchSize].toSorted((x, y) => x - y)
        const whole = source.assemble(rows, batchSize)
        const some = source.assemble(part(rows, from!, to! + 1), batchSize)
        for (const [input, given] of Object.entries(some.inputs))
          for (let row = 0; row <= to! - from!; row += 1) {
            const wide = rowOf(whole.inputs[input]!, from! + row)
            const narrow = rowOf(given, row)
            assert.deepStrictEqual(wide.slice(0, narrow.length), narrow, input)
            // padding: no special token but 0, no mask, no weight
            assert.isTrue(wide.slice(narrow.length).every((value) => value === 0))
          }
        assert.isAtMost(some.tokens, whole.tokens)
      }),
      { numRuns: 30 }
    )
  })

  it("fills up with rows that weigh nothing and look at something; shapes follow from the number of rows", () => {
    const source = of(name, 30).train(3, 1)
    const rows = source.draw(2)
    const exact = source.assemble(rows, 3)
    const filled = source.assemble(rows, 8)
    assert.strictEqual(filled.tokens, exact.tokens)
    for (const row of [0, 1, 2]) assert.isAbove(Math.max(...weightsOf(filled, row)), 0)
    for (const row of [3, 4, 5, 6, 7]) {
      assert.isTrue(weightsOf(filled, row).every((weight) => weight === 0))
      const mask = filled.inputs["mask"] ?? filled.inputs["sourceMask"]
      if (mask !== undefined) assert.include(rowOf(mask, row), 1)
    }
    for (const [input, { shape, values }] of Object.entries(filled.inputs)) {
      assert.strictEqual(
        values.length,
        shape.reduce((a, b) => a * b, 1)
      )
      assert.deepStrictEqual([8, ...exact.inputs[input]!.shape.slice(1)], shape)
    }
  })

  it("evaluates the same rows each time: all, or about as many as it is allowed", () => {
    const feed = of(name, 40)
    const all = feed.held(Infinity)
    assert.strictEqual(new Set(all.rows.places).size, all.rows.places.length)
    const { tokens } = all.assemble(all.rows, all.rows.places.length)
    const some = feed.held(tokens / 4)
    assert.isAtLeast(some.rows.places.length, 1)
    assert.isAtMost(some.rows.places.length, Math.ceil(all.rows.places.length / 4) + 1)
    const places = new Set(all.rows.places)
    assert.isTrue(some.rows.places.every((place) => places.has(place)))
    assert.strictEqual(feed.held(1).rows.places.length, 1)
  })
})
