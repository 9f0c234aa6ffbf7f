import { assert, describe, it } from "@effect/vitest"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Container from "../src/Container.ts"
import * as ContainerFile from "../src/ContainerFile.ts"
import { noPeers, runPython, temporaryFolder } from "./peers.ts"

const contents: Container.Contents = {
  text: JSON.stringify({ step: 7, note: "零" }),
  arrays: new Map(
    [
      NamedArray.of("w", "float32", Float32Array.of(1.5, -2, 0, Math.fround(1e-30)), [2, 2]),
      NamedArray.of("t", "float64", Float64Array.of(1 / 3)),
      NamedArray.of("empty", "float64", new Float64Array(0), [0, 7]),
      NamedArray.of("i", "int32", Int32Array.of(-1, 2 ** 31 - 1))
    ].map((array) => [array.name, array])
  )
}

describe("Container", () => {
  it.effect("gives back what was written, bit for bit", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "a.safetensors")
      ContainerFile.write(file, Container.prepare(contents))
      const back = yield* Container.read(file)
      assert.strictEqual(back.text, contents.text)
      assert.deepStrictEqual(
        new Map(back.arrays),
        new Map([...contents.arrays].map(([name, array]) => [name, { ...array, bytes: array.bytes.slice() }]))
      )
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ["a.safetensors"])
    })
  )

  it.effect("notices any changed byte and any cut", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "a.safetensors")
      ContainerFile.write(file, Container.prepare(contents))
      const good = fs.readFileSync(file)
      for (let at = 0; at < good.length; at += 1) {
        const bad = Buffer.from(good)
        bad[at] = (bad[at] ?? 0) ^ 0x01
        fs.writeFileSync(file, bad)
        assert.strictEqual((yield* Effect.flip(Container.read(file)))._tag, "ContainerCorrupt", `byte ${at}`)
      }
      for (const length of [0, 4, 8, 100, good.length - 1]) {
        fs.writeFileSync(file, good.subarray(0, length))
        assert.strictEqual((yield* Effect.flip(Container.read(file)))._tag, "ContainerCorrupt")
      }
      fs.writeFileSync(file, Buffer.concat([good, Buffer.of(0)]))
      assert.strictEqual((yield* Effect.flip(Container.read(file)))._tag, "ContainerCorrupt")
    })
  )

  it.effect.skipIf(noPeers !== "")(
    `is a safetensors file to the library of that name${noPeers}`,
    () =>
      Effect.gen(function* () {
        const file = path.join(yield* temporaryFolder, "a.safetensors")
        ContainerFile.write(file, Container.prepare(contents))
        const read = runPython(
          `import json, sys, safetensors
with safetensors.safe_open(sys.argv[1], "np") as f:
    tensors = {k: f.get_tensor(k) for k in f.keys()}
    print(json.dumps([f.metadata()["text"], {k: [str(t.dtype), list(t.shape), t.ravel().tolist()] for k, t in sorted(tensors.items())}]))`,
          file
        )
        assert.deepStrictEqual(read, [
          contents.text,
          {
            empty: ["float64", [0, 7], []],
            i: ["int32", [2], [-1, 2 ** 31 - 1]],
            t: ["float64", [1], [1 / 3]],
            w: ["float32", [2, 2], [1.5, -2, 0, Math.fround(1e-30)]]
          }
        ])
      }),
    60_000
  )
})
