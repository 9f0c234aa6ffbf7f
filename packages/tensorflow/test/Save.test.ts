import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { Restore, Save, TensorBundle } from "../src/index.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-save-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const tensors: ReadonlyArray<Save.Saved> = [
  { name: "layer.0/kernel", shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 1e-40, -0, NaN) },
  { name: "scalar", shape: [], values: Float32Array.of(Math.PI) },
  { name: "empty", shape: [0, 4], values: new Float32Array(0) },
  { name: "last", shape: [5], values: Float32Array.of(1, 2, 3, 4, 5) }
]
const bits = (values: Uint8Array) => Buffer.from(values).toString("hex")

describe("Save", () => {
  it.effect.each<readonly [string, number, ReadonlyArray<string>]>([
    ["one file", 2 ** 30, ["x.data-00000-of-00001", "x.index"]],
    ["several files", 24, ["x.data-00000-of-00002", "x.data-00001-of-00002", "x.index"]]
  ])("what it wrote into %s is read with the same bits, by both readers", ([kind, shardBytes, files]) =>
    Effect.gen(function* () {
      const folder = join(temporary, kind)
      yield* Save.write(join(folder, "x"), tensors, { shardBytes })
      assert.deepStrictEqual(readdirSync(folder).toSorted(), files)
      const index = yield* TensorBundle.readIndex(join(folder, "x"))
      const names = tensors.map(({ name }) => name)
      const read = yield* Effect.forEach(names, (name) => TensorBundle.read(index, name))
      assert.deepStrictEqual(yield* Restore.read(index, names), read)
      assert.deepStrictEqual(
        read.map(({ bytes, shape }) => [shape, bits(bytes)]),
        tensors.map(({ shape, values }) => [shape, bits(new Uint8Array(values.buffer))])
      )
    })
  )

  it.effect("says what it cannot write", () =>
    Effect.gen(function* () {
      writeFileSync(join(temporary, "file"), "")
      const place = yield* Effect.flip(Save.write(join(temporary, "file", "x"), tensors))
      assert.include(place.message, "could not be written")
      const wrong = { name: "w", shape: [3], values: new Float32Array(2) }
      const shape = yield* Effect.flip(Save.write(join(temporary, "y"), [wrong]))
      assert.include(shape.message, "w [3] has 2 numbers")
    })
  )
})
