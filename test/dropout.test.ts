// Dropout on TensorFlow: how evenly and independently it draws, over a million elements, and that a draw is its key's alone.
import { assert, describe, it } from "@effect/vitest"
import * as g from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

const [rows, columns] = [1024, 1024]
const count = rows * columns
const rate = 0.1
const x = g.input("x", "float32", ["B", columns])
const key = g.input("key", "int32", [2])
const kept = (name: string) => g.cast(g.notEqual(g.dropout(x, { rate, key, name }), 0), "bool")
const program = (clusters: boolean) =>
  g.Program.lower(
    { draw: { inputs: { x, key }, outputs: { here: kept("here"), there: kept("there") } } },
    { clusters }
  )
const ones = { shape: [rows, columns], values: new Float32Array(count).fill(1) }

/** Standard deviations that the sum of products lies from that of independent draws. */
const correlation = (a: ArrayLike<number>, b: ArrayLike<number>, lag: number): number => {
  let sum = 0
  for (let i = 0; i + lag < count; i++) sum += ((a[i] ?? 0) - 1 + rate) * ((b[i + lag] ?? 0) - 1 + rate)
  return Math.abs(sum) / (Math.sqrt(count - lag) * rate * (1 - rate))
}
const share = (mask: ArrayLike<number>): number => Array.from(mask).reduce((sum, bit) => sum + bit, 0) / count

// of 60 figures one beyond 5 standard deviations is expected once in 30,000 keys
const limit = 5

describe("dropout", () => {
  it.effect("draws evenly, with neighbours, rows, places and steps independent", () =>
    Effect.gen(function* () {
      const { entries, graphDef } = program(true)
      const session = yield* Session.open(graphDef)
      const draw = (step: number) =>
        session.call(entries.draw, { x: ones, key: { values: Int32Array.of(7, step) } })
      const [first, second] = [draw(1), draw(2)]
      const masks = [first.here, first.there, second.here, second.there].map(({ values }) => values)
      for (const [n, mask] of masks.entries()) {
        const deviation = Math.sqrt((rate * (1 - rate)) / count)
        assert.isBelow(Math.abs(share(mask) - (1 - rate)) / deviation, limit, `share of ${n}`)
        for (const lag of [1, 2, 3, 4, 7, 8, 64, 255, 256, columns - 1, columns, 2 * columns])
          assert.isBelow(correlation(mask, mask, lag), limit, `${n}, ${lag} further`)
        for (const [m, other] of masks.slice(0, n).entries())
          assert.isBelow(correlation(mask, other, 0), limit, `${n} with ${m}`)
      }
    })
  )

  it.effect("draws the same compiled or not, and in every run", () =>
    Effect.gen(function* () {
      const draws = [true, false].map((clusters) =>
        Effect.gen(function* () {
          const { entries, graphDef } = program(clusters)
          const session = yield* Session.open(graphDef)
          const given = { x: ones, key: { values: Int32Array.of(-3, 5) } }
          assert.deepStrictEqual(session.call(entries.draw, given), session.call(entries.draw, given))
          return session.call(entries.draw, given)
        })
      )
      const [compiled, plain] = yield* Effect.all(draws)
      assert.deepStrictEqual(compiled, plain)
    })
  )
})
