import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import * as Torch from "../src/Torch.ts"
import { Refused } from "../src/torch/TorchInvalid.ts"
import { takeApart } from "../src/torch/Tree.ts"
import { unpickle } from "../src/torch/Unpickle.ts"
import { global, legacy, pickle, tensor, zip } from "./torchFiles.ts"

const golden = fileURLToPath(new URL("golden/torch", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "inkstone-torch-damaged-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, "damaged.pt")

const refusal = (bytes: Uint8Array) => {
  writeFileSync(file, bytes)
  return Effect.flip(Torch.read(file))
}
const entry = (name: string, data: Uint8Array = pickle("N")) => ({ name, data })

/** A sequence that looks random and is the same every time (Numerical Recipes' generator). */
const draws = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const good = () => zip([entry("a/data.pkl")])

describe("Torch, of a file that is damaged or something else", () => {
  it.effect.each([
    ["an empty file", () => new Uint8Array(0), "neither a zip file nor a pickle"],
    ["text", () => Buffer.from("hello"), "neither a zip file nor a pickle"],
    [
      "a pointer of Git LFS",
      () => Buffer.from("version https://git-lfs.github.com/spec/v1\n"),
      "git lfs pull"
    ],
    ["a tar archive", () => Buffer.alloc(512).fill("ustar", 257, 262), "tar archive"],
    ["any other pickle", () => pickle("N"), "not one that torch.save wrote"],
    ["a zip file of something else", () => zip([entry("readme.txt")]), "has 0 entries data.pkl"],
    ["two archives in one", () => zip([entry("a/data.pkl"), entry("b/data.pkl")]), "has 2 entries data.pkl"],
    ["a TorchScript program", () => zip([entry("a/data.pkl"), entry("a/constants.pkl")]), "TorchScript"],
    [
      "big-endian numbers",
      () => zip([entry("a/data.pkl"), entry("a/byteorder", Buffer.from("big"))]),
      "big-endian"
    ],
    [
      "a compressed entry",
      () => zip([{ ...entry("a/data.pkl", Buffer.alloc(99, "N")), deflated: true }]),
      "is compressed"
    ],
    ["an encrypted entry", () => zip([{ ...entry("a/data.pkl"), flags: 1 }]), "is encrypted"],
    ["two entries of one name", () => zip([entry("a/data.pkl"), entry("a/data.pkl")]), "is there twice"],
    ["a zip file without its end", () => good().subarray(0, -1), "the file is truncated"],
    [
      "a directory beyond the file",
      () => {
        const bytes = good()
        bytes.writeUInt32LE(0xfffffff0, bytes.length - 6)
        return bytes
      },
      "lie outside of"
    ],
    [
      "another count of entries",
      () => {
        const bytes = good()
        bytes.writeUInt16LE(9, bytes.length - 12)
        return bytes
      },
      "9 entries announced, 1 found"
    ],
    [
      "an entry larger than the file",
      () => {
        const bytes = good()
        const central = bytes.indexOf("PK\u0001\u0002")
        bytes.writeUInt32LE(0x7fffffff, central + 20)
        bytes.writeUInt32LE(0x7fffffff, central + 24)
        return bytes
      },
      "more bytes than the file"
    ],
    [
      "a storage that is truncated",
      () => legacy(tensor({ shape: [2] }), [["0", 2, new Uint8Array(7)]]),
      "the file is truncated"
    ],
    [
      "a storage of another count",
      () => legacy(tensor({ shape: [2] }), [["0", 3, new Uint8Array(12)]]),
      "has 3 numbers, not 2"
    ],
    ["a storage of no tensor", () => legacy("N", [["0", 1, new Uint8Array(4)]]), "one that no tensor has"],
    ["a tensor of no storage", () => legacy(tensor({ shape: [2] }), []), "its storage 0 is not in the file"]
  ] as const)("refuses %s", ([, make, problem]) =>
    Effect.gen(function* () {
      const error = yield* refusal(make())
      assert.strictEqual(error._tag, "TorchInvalid")
      assert.include(error.message, problem)
    })
  )

  it.effect("finds a file out that ends too early, wherever it ends", () =>
    Effect.gen(function* () {
      for (const name of ["tiny.pt", "tiny-legacy.pt"]) {
        const whole = readFileSync(join(golden, name))
        copyFileSync(join(golden, name), file)
        for (let length = whole.length - 1; length >= 0; length--) {
          truncateSync(file, length)
          const error = yield* Effect.flip(Torch.read(file))
          assert.strictEqual(error._tag, "TorchInvalid", `${name} at ${length}`)
        }
      }
    })
  )

  it.effect("finds every flipped bit of a zip file that would change what is read", () =>
    Effect.gen(function* () {
      const whole = readFileSync(join(golden, "tiny.pt"))
      writeFileSync(file, whole)
      const expected = yield* Torch.read(file)
      let found = 0
      for (let bit = 0; bit < whole.length * 8; bit += 11) {
        const bytes = Buffer.from(whole)
        bytes.writeUInt8((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3)
        writeFileSync(file, bytes)
        const result = yield* Effect.result(Torch.read(file))
        if (result._tag === "Success") assert.deepStrictEqual(result.success, expected, `bit ${bit}`)
        else {
          assert.strictEqual(result.failure._tag, "TorchInvalid")
          found++
        }
      }
      assert.isAbove(found, 300)
    })
  )

  it.effect("answers any damage to an old file with values or a typed error", () =>
    Effect.gen(function* () {
      const whole = readFileSync(join(golden, "legacy.pt"))
      const draw = draws(1)
      for (let round = 0; round < 600; round++) {
        const bytes = Buffer.from(whole)
        for (let flips = draw(3); flips >= 0; flips--) {
          const at = draw(4200) // the pickles
          bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << draw(8)), at)
        }
        writeFileSync(file, bytes)
        const result = yield* Effect.result(Torch.read(file))
        if (result._tag === "Failure") assert.strictEqual(result.failure._tag, "TorchInvalid")
      }
    })
  )

  it("turns any string of opcodes into values or a refusal, in little memory", () => {
    const draw = draws(2)
    const words = [
      "N",
      "K\u0001",
      "J\u0000\u0000\u0000\u0080",
      "]",
      "}",
      ")",
      "(",
      "(",
      "t",
      "a",
      "e",
      "s",
      "u",
      "b",
      "R",
      "Q",
      "\u0081",
      "\u0085",
      "\u0086",
      "\u0087",
      "\u008f",
      "\u0090",
      "\u0091",
      "\u0093",
      "\u0094",
      "h\u0000",
      "h\u0001",
      "q\u0000",
      "q\u0001",
      "U\u0003abc",
      "C\u0002ab",
      "\u008a\u0001\u0007",
      "G\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
      global("collections", "OrderedDict"),
      global("torch", "Size"),
      global("argparse", "Namespace"),
      global("builtins", "set"),
      global("numpy", "dtype"),
      global("torch", "FloatStorage"),
      global("_codecs", "encode"),
      "X\u0007\u0000\u0000\u0000storage"
    ]
    const before = process.memoryUsage.rss()
    const outcomes = { values: 0, refused: 0 }
    for (let round = 0; round < 8000; round++) {
      const parts = Array.from({ length: 2 + draw(40) }, () => words[draw(words.length)] ?? "")
      try {
        const { opcodes, value } = unpickle("data.pkl", pickle(...parts))
        takeApart(value, opcodes)
        outcomes.values++
      } catch (cause) {
        assert.instanceOf(cause, Refused)
        outcomes.refused++
      }
    }
    assert.isAbove(outcomes.values, 20)
    assert.isAbove(outcomes.refused, 1000)
    assert.isBelow(process.memoryUsage.rss() - before, 2 ** 28)
  })

  it("stops counting opcodes before they fill the memory", () => {
    const before = process.memoryUsage.rss()
    assert.throws(() => unpickle("data.pkl", pickle(Buffer.alloc(2 ** 25, "]"))), "more than 2000000 opcodes")
    assert.isBelow(process.memoryUsage.rss() - before, 2 ** 29)
  })
})
