import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"

const folder = mkdtempSync(join(tmpdir(), "inkstone-safetensors-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, "model.safetensors")

const arrays = [
  NamedArray.of("b.weight", "float32", Float32Array.of(1.5, -2, 3, 4, 5, 6), [2, 3]),
  NamedArray.of("a.ids", "int32", Int32Array.of(7, -8)),
  NamedArray.of("c.words", "uint16", Uint16Array.of(9, 65535, 1)),
  NamedArray.of("none", "float64", new Float64Array(0), [0, 4])
]

/** A file of a header as given and so many bytes of data. */
const forge = (header: unknown, dataBytes: number, announced?: number) => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(announced ?? json.length), true)
  bytes.set(json, 8)
  writeFileSync(file, bytes)
}
const tensor = (begin: number, end: number, shape = [(end - begin) / 4], dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end]
})

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")

describe("Safetensors", () => {
  it.effect("reads what it wrote, bit for bit", () =>
    Effect.gen(function* () {
      yield* Safetensors.write(file, { arrays, metadata: { format: "pt" } })
      const contents = yield* Safetensors.read(file)
      assert.deepStrictEqual(contents.metadata, { format: "pt" })
      assert.deepStrictEqual(
        [...contents.arrays.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        arrays.toSorted((a, b) => (a.name < b.name ? -1 : 1))
      )
    })
  )

  it.effect("leaves no file behind when it cannot write", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Safetensors.write(join(folder, "absent", "x.safetensors"), { arrays, metadata: {} })
      )
      assert.strictEqual(error.code, "ENOENT")
    })
  )

  it.effect.each([
    [
      "a header that is longer than the file",
      () => forge({}, 0, 2 ** 40),
      "header length",
      "bytes announced"
    ],
    ["a file of three bytes", () => writeFileSync(file, "abc"), "header length", "at least 8"],
    ["a header that is no JSON", () => forge("{]", 0), "header", "not a JSON object"],
    ["an unknown dtype", () => forge({ x: tensor(0, 4, [1], "Q9") }, 4), 'tensor "x"', 'at ["dtype"]'],
    ["a negative shape", () => forge({ x: tensor(0, 4, [-1]) }, 4), 'tensor "x"', 'at ["shape"][0]'],
    [
      "offsets beyond the data",
      () => forge({ x: tensor(0, 4e12) }, 4),
      'tensor "x"',
      "lie outside of the 4 bytes"
    ],
    ["offsets that run backwards", () => forge({ x: tensor(4, 0, [1]) }, 4), 'tensor "x"', "lie outside"],
    [
      "a shape that needs other bytes",
      () => forge({ x: tensor(0, 8, [3]) }, 8),
      'tensor "x"',
      "needs 12 bytes, has 8"
    ],
    ["overlapping tensors", () => forge({ x: tensor(0, 8), y: tensor(4, 12) }, 12), 'tensor "y"', "overlap"],
    ["a hole", () => forge({ x: tensor(0, 4), y: tensor(8, 12) }, 12), 'tensor "y"', "hole"],
    ["bytes of no tensor", () => forge({ x: tensor(0, 4) }, 12), "data", "8 bytes belong to no tensor"],
    ["metadata that is not text", () => forge({ __metadata__: { a: 1 } }, 0), "__metadata__", "string"]
  ] as const)("refuses %s", ([, make, field, problem]) =>
    Effect.gen(function* () {
      make()
      const error = yield* Effect.flip(Safetensors.read(file))
      assert.strictEqual(error._tag, "SafetensorsInvalid")
      assert.include(error.message, file)
      assert.include(error.message, `${field}: `)
      assert.include(error.message, problem)
    })
  )

  it.effect("refuses a truncated file", () =>
    Effect.gen(function* () {
      yield* Safetensors.write(file, { arrays, metadata: {} })
      truncateSync(file, 300)
      assert.strictEqual((yield* Effect.flip(Safetensors.read(file)))._tag, "SafetensorsInvalid")
      assert.strictEqual((yield* Effect.flip(Safetensors.read(`${file}.absent`)))._tag, "StorageFailed")
    })
  )

  describe.skipIf(!existsSync(python))(`beside the safetensors package (python: ${python})`, () => {
    it.effect("is read by it, and reads it", () =>
      Effect.gen(function* () {
        yield* Safetensors.write(file, { arrays, metadata: { format: "pt" } })
        const copy = join(folder, "peer.safetensors")
        execFileSync(python, [
          "-c",
          "import sys; from safetensors.numpy import load_file, save_file; save_file(load_file(sys.argv[1]), sys.argv[2], {'by': 'peer'})",
          file,
          copy
        ])
        const [ours, theirs] = [yield* Safetensors.read(file), yield* Safetensors.read(copy)]
        assert.deepStrictEqual(theirs.metadata, { by: "peer" })
        for (const [name, array] of ours.arrays) assert.deepStrictEqual(theirs.arrays.get(name), array)
        assert.strictEqual(theirs.arrays.size, arrays.length)
      })
    )
  })
})
