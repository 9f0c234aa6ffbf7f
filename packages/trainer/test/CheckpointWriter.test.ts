import { assert, describe, it, vi } from "@effect/vitest"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { Worker } from "node:worker_threads"
import * as CheckpointWriter from "../src/CheckpointWriter.ts"
import * as Container from "../src/Container.ts"
import { temporaryFolder } from "./peers.ts"

const named = (values: Float32Array) => new Map([["w", NamedArray.of("w", "float32", values)]])
const contents = (...values: ReadonlyArray<number>) => ({
  text: `{"of":${values.length}}`,
  arrays: named(Float32Array.from(values))
})

describe("CheckpointWriter", () => {
  it.live("writes what it was given, removes what it replaces, and has written all when its scope ends", () =>
    Effect.gen(function* () {
      const folder = path.join(yield* temporaryFolder, "made", "when needed")
      const [one, two] = [path.join(folder, "1"), path.join(folder, "2")]
      yield* Effect.scoped(
        Effect.gen(function* () {
          const writer = yield* CheckpointWriter.open
          yield* writer.begin({ file: one, contents: contents(1, 2), remove: [] })
          yield* writer.begin({ file: two, contents: contents(3), remove: [one] })
        })
      )
      assert.deepStrictEqual(fs.readdirSync(folder), ["2"])
      const read = yield* Container.read(two)
      assert.strictEqual(read.text, `{"of":1}`)
      assert.deepStrictEqual([...(NamedArray.view(read.arrays.get("w"), "float32") ?? [])], [3])
    })
  )

  it.live("takes the buffers over, and leaves those alone that others have a part in", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "1")
      const shared = Float32Array.of(1, 2, 3, 4)
      const whole = Float32Array.of(5)
      const writer = yield* CheckpointWriter.open
      const arrays = new Map([
        ["part", NamedArray.of("part", "float32", shared.subarray(1, 3))],
        ["whole", NamedArray.of("whole", "float32", whole)]
      ])
      yield* writer.begin({ file, contents: { text: "", arrays }, remove: [] })
      assert.deepStrictEqual([...shared], [1, 2, 3, 4])
      // gone to the thread: there are no two copies of it
      assert.lengthOf(whole, 0)
      yield* writer.settled
      const read = yield* Container.read(file)
      assert.deepStrictEqual([...(NamedArray.view(read.arrays.get("part"), "float32") ?? [])], [2, 3])
    })
  )

  it.live("leaves the thread that trains free while it writes", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "1")
      const writer = yield* CheckpointWriter.open
      yield* writer.begin({
        file,
        contents: { text: "", arrays: named(new Float32Array(2 ** 20)) },
        remove: []
      })
      // handed over, not written: this thread has not let go since
      assert.isFalse(fs.existsSync(file))
      yield* writer.settled
      assert.isTrue(fs.existsSync(file))
    })
  )

  it.live("says what failed, then and ever after, and removes nothing", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const older = path.join(folder, "older")
      fs.writeFileSync(older, "")
      fs.writeFileSync(path.join(folder, "taken"), "")
      const writer = yield* CheckpointWriter.open
      const file = path.join(folder, "taken", "1")
      yield* writer.begin({ file, contents: contents(1), remove: [older] })
      const failure = yield* Effect.flip(writer.settled)
      assert.deepStrictEqual([failure.category, failure.fact], ["resource", "StorageFailed"])
      assert.include(failure.problem, path.join(folder, "taken"))
      assert.strictEqual(yield* Effect.flip(writer.healthy), failure)
      const next = { file: path.join(folder, "2"), contents: contents(1), remove: [] }
      assert.strictEqual(yield* Effect.flip(writer.begin(next)), failure)
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), ["older", "taken"])
    })
  )

  it.live("fails when the thread ends before it has answered, and the next writer gets another one", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "1")
      const ends = vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker) {
        void this.terminate()
      })
      const failure = yield* Effect.scoped(
        Effect.gen(function* () {
          const writer = yield* CheckpointWriter.open
          yield* writer.begin({ file, contents: contents(1), remove: [] })
          return yield* Effect.flip(writer.settled)
        })
      ).pipe(Effect.ensuring(Effect.sync(() => ends.mockRestore())))
      assert.include(failure.message, "ended with code")

      const writer = yield* CheckpointWriter.open
      yield* writer.begin({ file, contents: contents(2), remove: [] })
      yield* writer.settled
      assert.isTrue(fs.existsSync(file))
    })
  )
})
