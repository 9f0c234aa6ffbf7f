// Programs end to end: what a session keeps between runs, and what it draws.
import { assert, describe, it } from "@effect/vitest"
import * as g from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

describe("a program", () => {
  for (const clusters of [false, true])
    it.effect(
      `keeps variables between runs, and reads them as they were before the run, ${clusters ? "written in place" : "assigned"}`,
      () =>
        Effect.gen(function* () {
          const counter = g.variable("counter", "float32", [2], g.Initializer.constantly(5))
          const by = g.input("by", "float32", [])
          const next = g.add(g.mul(counter, 2), by)
          const program = g.Program.lower(
            {
              start: { inputs: {}, outputs: {}, updates: [[counter, g.full([2], 5)]] },
              count: { inputs: { by }, outputs: { before: counter }, updates: [[counter, next]] },
              advance: { inputs: { by }, outputs: {}, updates: [[counter, next]] }
            },
            { clusters }
          )
          const session = yield* Session.open(program.graphDef)
          session.call(program.entries.start, {})
          const given = { by: { values: Float32Array.of(2) } }
          const count = () => session.call(program.entries.count, given).before.values
          assert.deepStrictEqual([...count()], [5, 5])
          assert.deepStrictEqual([...count()], [12, 12])
          const [variable] = program.variables
          assert.strictEqual(variable?.name, "counter")
          if (variable === undefined) return
          const value = () => [...session.call(variable.read, {}).value.values]
          assert.deepStrictEqual(value(), [26, 26])
          session.call(program.entries.advance, given)
          assert.deepStrictEqual(value(), [54, 54])
          session.call(variable.write, { value: { values: Float32Array.of(1, 2) } })
          const held = count()
          session.call(program.entries.advance, given)
          assert.deepStrictEqual([...held], [1, 2])
          assert.deepStrictEqual(value(), [10, 14])
        })
    )

  it.effect("draws the same numbers from the same key and other ones from another", () =>
    Effect.gen(function* () {
      const key = g.input("key", "int32", [2])
      const drawn = (name: string) => g.randomNormal([1000], g.keyFor(key, name))
      const { entries, graphDef } = g.Program.lower(
        { draw: { inputs: { key }, outputs: { x: drawn("x"), again: drawn("x"), y: drawn("y") } } },
        { clusters: false }
      )
      const session = yield* Session.open(graphDef)
      const draw = (seed: number) => session.call(entries.draw, { key: { values: Int32Array.of(seed, 0) } })
      const { again, x, y } = draw(1)
      assert.deepStrictEqual(again.values, x.values)
      assert.deepStrictEqual(draw(1).x.values, x.values)
      assert.notDeepEqual(draw(2).x.values, x.values)
      assert.notDeepEqual(y.values, x.values)
      const mean = Array.from(x.values).reduce((sum, value) => sum + value, 0) / 1000
      const variance = Array.from(x.values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1000
      assert.approximately(mean, 0, 0.15) // 4.7 standard errors
      assert.approximately(variance, 1, 0.21)
    })
  )
})
