import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import * as Torch from "../src/Torch.ts"
import { archive, global, joined, legacy, pickle, tensor, text, tuple, write, zip } from "./torchFiles.ts"

const golden = fileURLToPath(new URL("golden/torch", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "inkstone-torch-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`

/** Names, types, shapes and bytes in the order of their names, for comparing. */
const plain = (arrays: NamedArray.NamedArrays) =>
  Array.from(arrays.values(), ({ name, dtype, shape, bytes }) => ({
    name,
    dtype,
    shape,
    bytes: [...bytes]
  })).toSorted((a, b) => (a.name < b.name ? -1 : 1))

const readBytes = (bytes: Uint8Array) => {
  const file = join(folder, "made.pt")
  writeFileSync(file, bytes)
  return Torch.read(file)
}
const floats = (...values: ReadonlyArray<number>) => new Uint8Array(Float32Array.from(values).buffer)

describe("Torch", () => {
  it.effect.each(["zip.pt", "zip4.pt", "legacy.pt"])(
    "reads %s bit for bit: all types, views, tied weights, an optimizer, a namespace",
    (name) =>
      Effect.gen(function* () {
        const { arrays, rest } = yield* Torch.read(join(golden, name))
        const expected = yield* Safetensors.read(join(golden, "values.safetensors"))
        assert.deepStrictEqual(plain(arrays), plain(expected.arrays))
        assert.deepStrictEqual(rest, JSON.parse(readFileSync(join(golden, "rest.json"), "utf8")))
      })
  )

  it.effect("keeps tensors that share a storage shared, and copies only what is turned", () =>
    Effect.gen(function* () {
      const { arrays } = yield* Torch.read(join(golden, "zip.pt"))
      const bufferOf = (name: string) => arrays.get(`views.${name}`)?.bytes.buffer
      assert.strictEqual(bufferOf("tail"), bufferOf("whole"))
      assert.notStrictEqual(bufferOf("turned"), bufferOf("whole"))
    })
  )

  it.effect("does not read the bytes of tensors that nobody wants", () =>
    Effect.gen(function* () {
      // The storage of "skipped" is damaged, which only its reader would find out.
      const whole = archive(
        write({ kept: tensor({ shape: [1] }), skipped: tensor({ shape: [2], key: "1" }) }),
        {
          "0": floats(7),
          "1": floats(8, 9)
        }
      )
      whole.set([0xff], whole.indexOf(floats(8, 9)))
      const file = join(folder, "partly.pt")
      writeFileSync(file, whole)
      const { arrays } = yield* Torch.read(file, (name) => name === "kept")
      assert.deepStrictEqual([...arrays.keys()], ["kept"])
      const error = yield* Effect.flip(Torch.read(file))
      assert.include(error.message, 'zip entry "archive/data/1": its CRC-32 does not hold')
    })
  )

  it.effect(
    "calls a tensor that is the whole object by a name, and gives arrays alone where only they are asked for",
    () =>
      Effect.gen(function* () {
        const file = join(folder, "alone.pt")
        writeFileSync(file, archive(tensor({ shape: [2] }), { "0": floats(1, 2) }))
        const arrays = yield* Torch.readArrays(file)
        assert.deepStrictEqual([...(NamedArray.view(arrays.get("tensor"), "float32") ?? [])], [1, 2])
        assert.deepStrictEqual((yield* Torch.read(file)).rest, {})
      })
  )

  it.effect("says plainly that a list holds a tensor, and keeps a record called __proto__ a record", () =>
    Effect.gen(function* () {
      const { arrays, rest } = yield* readBytes(
        archive(write({ list: [1, tensor({ shape: [1] })], ["__proto__"]: { polluted: 1 } }), {
          "0": floats(1)
        })
      )
      assert.deepStrictEqual([...arrays.keys()], ["list.1"])
      assert.deepStrictEqual(Object.entries(rest ?? {}), [
        ["list", [1, null]],
        ["__proto__", { polluted: 1 }]
      ])
      assert.notProperty({}, "polluted")
    })
  )

  it.effect("reads a pickle of Python 2: text as bytes, an OrderedDict of pairs", () =>
    Effect.gen(function* () {
      const pair = joined("](U\u0001a", "K\u0007", "e") // ["a", 7]
      const { rest } = yield* readBytes(
        archive(joined(global("collections", "OrderedDict"), tuple(joined("](", pair, "e")), "R"))
      )
      assert.deepStrictEqual(rest, { a: 7 })
    })
  )

  it.effect("reads a view of a storage in the old format", () =>
    Effect.gen(function* () {
      const storage = tuple(
        text("storage"),
        global("torch", "FloatStorage"),
        text("5"),
        text("cpu"),
        "K\u0004",
        tuple(text("6"), "K\u0001", "K\u0003")
      )
      const view = joined(
        global("torch._utils", "_rebuild_tensor"),
        tuple(joined(storage, "Q"), "K\u0001", "K\u0002\u0085", "K\u0001\u0085"),
        "R"
      )
      const { arrays } = yield* readBytes(legacy(view, [["5", 4, floats(1, 2, 3, 4)]]))
      assert.deepStrictEqual([...(NamedArray.view(arrays.get("tensor"), "float32") ?? [])], [3, 4])
    })
  )

  it.effect("reads entries whose sizes and places are in 64 bits", () =>
    Effect.gen(function* () {
      const { arrays } = yield* readBytes(
        zip([
          { name: "a/data.pkl", data: pickle(tensor({ shape: [2] })), wide: true },
          { name: "a/data/0", data: floats(3, 4), wide: true }
        ])
      )
      assert.deepStrictEqual([...(NamedArray.view(arrays.get("tensor"), "float32") ?? [])], [3, 4])
    })
  )

  it.effect("says that a file is not there", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(Torch.read(join(folder, "absent.pt"))))._tag, "StorageFailed")
    })
  )

  describe.skipIf(noPeers !== "")(`beside torch${noPeers}`, () => {
    const script = `
import sys, torch
from safetensors.torch import save_file
folder = sys.argv[1]
torch.manual_seed(int(sys.argv[2]))
tensors = {}
for at in range(40):
    shape = [int(n) for n in torch.randint(1, 6, (int(torch.randint(0, 5, ())),))]
    value = (torch.randn(shape) * 50).to([torch.float32, torch.int16, torch.float64, torch.bool, torch.bfloat16][at % 5])
    if value.dim() > 1 and at % 2: value = value.permute(*torch.randperm(value.dim()).tolist())
    if value.dim() > 0 and at % 3 == 0: value = value[::2]
    tensors[str(at)] = value
torch.save(tensors, folder + "/live.pt")
torch.save(tensors, folder + "/live-legacy.pt", _use_new_zipfile_serialization=False)
save_file({name: value.contiguous().clone() for name, value in tensors.items()}, folder + "/live.safetensors")
`
    it.effect("reads tensors of any shape and stride as torch does", () =>
      Effect.gen(function* () {
        execFileSync(python, ["-c", script, folder, "11"], { stdio: ["ignore", "ignore", "pipe"] })
        const expected = plain((yield* Safetensors.read(join(folder, "live.safetensors"))).arrays)
        assert.deepStrictEqual(plain(yield* Torch.readArrays(join(folder, "live.pt"))), expected)
        assert.deepStrictEqual(plain(yield* Torch.readArrays(join(folder, "live-legacy.pt"))), expected)
      })
    )
  })
})
