import { assert, describe, it } from "@effect/vitest"
import * as EventFile from "@inkstone/trainer/EventFile"
import { Series } from "@inkstone/trainer/events/Series"
import { Tail } from "@inkstone/trainer/events/Tail"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { temporaryFolder } from "./peers.ts"

const wall = 1.7e9
const valuesOf = (series: Series) =>
  Object.fromEntries(Array.from(series.tags, ([tag, { steps, values }]) => [tag, [steps, values]]))

describe("Series", () => {
  it.effect("has what was written, with the settings and how it ended", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const events = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: wall })
      yield* events.started(wall, { steps: 400, "optimizer.name": "lion", fused: true, rate: 0.5 })
      yield* events.scalars(1, wall + 1, { "loss/train": 3.5, learning_rate: 0.25 })
      yield* events.histograms(1, wall + 1, { w: Float32Array.of(1, 2) })
      yield* events.texts(2, wall + 2, { "sample/1": "从前" })
      yield* events.scalars(2, wall + 2, { "loss/train": 3.25, "loss/validation": 4 })
      const series = new Series(folder)
      assert.isTrue(series.update())
      assert.deepStrictEqual(valuesOf(series), {
        "loss/train": [
          [1, 2],
          [3.5, 3.25]
        ],
        learning_rate: [[1], [0.25]],
        "loss/validation": [[2], [4]]
      })
      assert.deepStrictEqual(series.tags.get("loss/train")?.wallSeconds, [wall + 1, wall + 2])
      assert.deepStrictEqual(series.hparams, { steps: 400, "optimizer.name": "lion", fused: true, rate: 0.5 })
      assert.strictEqual(series.ended, undefined)
      assert.isFalse(series.update())
      yield* events.ended(wall + 3, "failure")
      assert.isTrue(series.update())
      assert.strictEqual(series.ended, "failure")
    })
  )

  it.effect("follows a run that was killed and went on, without a step twice", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const series = new Series(folder)
      const first = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: wall })
      for (const step of [1, 2, 3, 4]) yield* first.scalars(step, wall + step, { loss: 10 - step })
      fs.truncateSync(first.path, fs.statSync(first.path).size - 5)
      series.update()
      assert.deepStrictEqual(valuesOf(series)["loss"]?.[0], [1, 2, 3])
      const second = yield* EventFile.open(folder, { firstStep: 3, wallSeconds: wall + 60 })
      yield* second.scalars(3, wall + 61, { loss: 17 })
      series.update()
      assert.deepStrictEqual(valuesOf(series)["loss"], [
        [1, 2, 3],
        [9, 8, 17]
      ])
    })
  )

  it.effect("passes over records that hold no event", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const events = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: wall })
      yield* events.graph(wall, Uint8Array.of())
      yield* events.scalars(1, wall, { loss: 1 })
      const series = new Series(folder)
      series.update()
      assert.deepStrictEqual(valuesOf(series), { loss: [[1], [1]] })
    })
  )
})

describe("Tail", () => {
  it.effect("gives each record once, whatever the moments at which it looks", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const events = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: wall })
      for (let step = 1; step <= 20; step += 1) yield* events.scalars(step, wall, { loss: step })
      const whole = fs.readFileSync(events.path)
      const growing = path.join(folder, "growing")
      fs.writeFileSync(growing, "")
      const tail = new Tail(growing)
      const seen: Array<Uint8Array> = []
      for (let at = 0; at < whole.length; at += 7) {
        fs.appendFileSync(growing, whole.subarray(at, at + 7))
        seen.push(...tail.read())
      }
      assert.deepStrictEqual(seen, [...new Tail(events.path).read()])
      assert.strictEqual(seen.length, 22)
    })
  )

  it.effect("reads a record that is longer than what it reads at once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const events = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: wall })
      const long = "inkstone ".repeat(400_000)
      yield* events.texts(1, wall, { "sample/1": long })
      yield* events.scalars(1, wall, { loss: 1 })
      const records = new Tail(events.path).read()
      assert.strictEqual(records.length, 4)
      assert.isAbove(records[2]?.length ?? 0, long.length)
    })
  )

  it.effect("stops at a damaged record, and takes no memory for a length that the file cannot hold", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const events = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: wall })
      yield* events.scalars(1, wall, { loss: 1 })
      const good = fs.readFileSync(events.path)
      const damaged = path.join(folder, "damaged")
      fs.writeFileSync(damaged, Buffer.concat([good, Buffer.alloc(64, 0xff)]))
      const tail = new Tail(damaged)
      assert.strictEqual(tail.read().length, 3)
      assert.isTrue(tail.broken)
      assert.deepStrictEqual(tail.read(), [])
      // a flipped bit in the data
      const flipped = Uint8Array.from(good)
      flipped[good.length - 6]! ^= 1
      fs.writeFileSync(damaged, flipped)
      const second = new Tail(damaged)
      assert.strictEqual(second.read().length, 2)
      assert.isTrue(second.broken)
    })
  )
})
