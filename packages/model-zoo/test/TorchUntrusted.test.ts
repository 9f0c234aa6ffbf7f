import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as Torch from "../src/Torch.ts"
import {
  archive,
  global,
  int,
  joined,
  legacy,
  type Part,
  tensor,
  text,
  tuple,
  uint64,
  write
} from "./torchFiles.ts"

const folder = mkdtempSync(join(tmpdir(), "inkstone-torch-untrusted-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, "untrusted.pt")
const trace = join(folder, "it-ran")

const refusal = (bytes: Uint8Array) => {
  writeFileSync(file, bytes)
  return Effect.flip(Torch.read(file))
}
const four = { "0": new Uint8Array(4) }
const command = tuple(text(`touch ${trace}`))
const storage = (...items: ReadonlyArray<Part>) => joined(tuple(...items), "Q")
/** Each list holds ten times the one before. */
const laughs = joined(
  "]q\u0000",
  ...Array.from({ length: 9 }, (_, at) =>
    joined("](", ...Array.from({ length: 10 }, () => joined("h", [at])), "eq", [at + 1])
  )
)
const deep = (levels: number) => joined("](".repeat(levels), "e".repeat(levels))
const bytesOf = (value: number) => uint64(BigInt(value))

describe("Torch, of a file that is not trusted", () => {
  it.effect.each([
    ["os.system by GLOBAL", joined(global("os", "system"), command, "R"), "os.system"],
    ["os.system by STACK_GLOBAL", joined(text("os"), text("system"), [0x93], command, "R"), "os.system"],
    ["eval under its old name", joined(global("__builtin__", "eval"), command, "R"), "__builtin__.eval"],
    ["getattr", joined(global("builtins", "getattr"), tuple("N", text("x")), "R"), "builtins.getattr"],
    ["INST", joined("(", text("x"), "ios\nsystem\n"), "os.system"],
    ["OBJ", joined("(", global("subprocess", "Popen"), text("x"), "o"), "subprocess.Popen"],
    ["NEWOBJ", joined(global("subprocess", "Popen"), command, [0x81]), "subprocess.Popen"],
    [
      "a pickle inside of bytes",
      joined(global("torch.storage", "_load_from_bytes"), tuple(text("x")), "R"),
      "torch.storage._load_from_bytes"
    ],
    ["a class of the file's own", joined(global("__main__", "Net"), ")", [0x81], "}b"), "__main__.Net"],
    ["a name that looks like a storage", joined(global("evil", "FloatStorage"), ")R"), "evil.FloatStorage"],
    ["a name with a line feed", joined(text("o\n\u0007s"), text("system"), [0x93]), "o\\n\\u0007s.system"]
  ] as const)("does not run %s, and names it with its place", ([, object, name]) =>
    Effect.gen(function* () {
      const error = yield* refusal(archive(object))
      assert.strictEqual(error._tag, "TorchInvalid")
      assert.match(error.message, /data\.pkl, byte \d+: /)
      assert.include(error.message, file)
      assert.include(error.message, `this file wants to run ${name}; it was not run`)
      const old = yield* refusal(legacy(object, []))
      assert.include(old.message, `this file wants to run ${name}; it was not run`)
      assert.isFalse(existsSync(trace))
    })
  )

  it.effect.each([
    ["EXT1", [0x82, 1], "opcode 0x82"],
    ["EXT2", [0x83, 1, 0], "opcode 0x83"],
    ["EXT4", [0x84, 1, 0, 0, 0], "opcode 0x84"],
    ["INST of a name it knows", joined("(iargparse\nNamespace\n"), "INST"],
    ["a persistent id of text", "Pos.system\n", "opcode 0x50"],
    ["an out-of-band buffer", [0x97], "opcode 0x97"],
    ["a call of what is no function", joined(text("x"), ")R"), "calls what is no function"],
    [
      "a function with other arguments",
      joined(global("torch", "Size"), tuple("N"), "R"),
      "torch.Size does not take"
    ],
    [
      "another codec",
      joined(global("_codecs", "encode"), tuple(text("x"), text("zlib")), "R"),
      "_codecs.encode does not take"
    ],
    [
      "a new object with arguments",
      joined(global("argparse", "Namespace"), tuple("N"), [0x81]),
      "makes an object of argparse.Namespace"
    ],
    ["__setstate__ of a list", joined("]}b"), "sets the state"],
    [
      "__setstate__ with itself",
      joined(global("argparse", "Namespace"), ")", [0x81], "q\u0000h\u0000b"),
      "sets the state"
    ],
    ["a reference that is no tuple", joined(text("x"), "Q"), "expects the five parts of a storage"],
    ["a reference to a module", storage(text("module"), "N", "N", "N"), "no storage of numbers"],
    [
      "a reference of another type",
      storage(text("storage"), global("collections", "OrderedDict"), text("0"), "N", int(1)),
      "no storage of numbers"
    ],
    [
      "a reference of negative length",
      storage(text("storage"), global("torch", "FloatStorage"), text("0"), "N", int(-1)),
      "no storage of numbers"
    ],
    [
      "a key that is a path",
      storage(text("storage"), global("torch", "FloatStorage"), text("../0"), "N", int(1)),
      "the storage key ../0"
    ],
    [
      "a view beyond its storage",
      storage(
        text("storage"),
        global("torch", "FloatStorage"),
        text("0"),
        "N",
        int(4),
        tuple(text("1"), int(2), int(3))
      ),
      "lies outside of the 4 numbers"
    ],
    ["a value from nowhere", "h\u0007", "recalls value 7"],
    ["an empty stack", "R", "empty stack"],
    ["a mark that is not there", "t", "a mark that was never set"],
    ["a key without a value", joined("}(", text("a"), "u"), "a key without a value"],
    ["items of what is no dictionary", joined("](", text("a"), "Nu"), "expects a dictionary"],
    ["no end", joined("("), "takes a value from an empty stack"],
    ["text longer than the file", joined([0x8d], bytesOf(2 ** 60)), "are needed"],
    ["bytes longer than the file", joined([0x8e], bytesOf(2 ** 40)), "are needed"],
    ["text of 4 GB", joined("X", [255, 255, 255, 255]), "4294967295 bytes are needed"],
    ["an integer of 2 GB", joined([0x8b], [0, 0, 0, 0x80]), "an integer of 2147483648 bytes"],
    ["text that is not UTF-8", joined("X", [1, 0, 0, 0, 0xff]), "not UTF-8"],
    ["lists of lists of lists", laughs, "the same values over and over"],
    ["a list inside itself", "]q\u0000h\u0000a", "inside itself"],
    ["a thousand levels", deep(1000), "more than 100 levels deep"],
    ["a key that is a list", joined("}]Ns"), "a key that is no name"],
    ["two entries of one name", joined("}(", text("a"), "N", text("a"), "Nu"), "two entries a"],
    [
      "two tensors of one name",
      write({ "a.b": tensor({ shape: [1] }), a: { b: tensor({ shape: [1] }) } }),
      "two tensors of this name"
    ],
    [
      "attributes that are set over and over",
      joined(
        global("argparse", "Namespace"),
        ")",
        [0x81],
        write(Object.fromEntries(Array.from({ length: 99 }, (_, at) => [at, at]))),
        "q\u0001b",
        "h\u0001b".repeat(99)
      ),
      "over and over"
    ]
  ] as const)("refuses %s", ([, object, problem]) =>
    Effect.gen(function* () {
      const error = yield* refusal(archive(object, four))
      assert.strictEqual(error._tag, "TorchInvalid")
      assert.include(error.message, problem)
    })
  )

  it.effect.each([
    ["reaches beyond its storage", { shape: [2], numel: 1 }, "reaches to number 1 of a storage of 1"],
    ["begins beyond its storage", { shape: [1], offset: 1, numel: 1 }, "reaches to number 1"],
    ["strides beyond its storage", { shape: [2], strides: [2 ** 52], numel: 1 }, "reaches to number"],
    [
      "makes 4 GB of 4 bytes",
      { shape: [1024, 1024, 1024], strides: [0, 0, 0], numel: 1 },
      "expands 1 stored numbers to 1073741824"
    ],
    [
      "overflows",
      {
        shape: Array.from({ length: 64 }, () => 2 ** 52),
        strides: Array.from({ length: 64 }, () => 0),
        numel: 1
      },
      "expands"
    ],
    [
      "has 65 dimensions",
      { shape: Array.from({ length: 65 }, () => 1), numel: 1 },
      "does not take what it is given"
    ],
    [
      "has fewer strides than sizes",
      { shape: [1, 1], strides: [1], numel: 1 },
      "does not take what it is given"
    ],
    ["runs backwards", { shape: [2], strides: [-1], offset: 1, numel: 2 }, "does not take what it is given"],
    ["has a storage of another length", { shape: [2], numel: 2 }, "has 4 bytes, not 8"],
    ["has a storage of another type", { shape: [1], type: "Double" }, "has 4 bytes, not 8"],
    ["has a storage that is not there", { shape: [1], key: "7" }, "its storage 7 is not in the file"],
    [
      "has a type without counterpart",
      { shape: [1], type: "ComplexFloat" },
      "needs torch.ComplexFloatStorage, which has no counterpart here"
    ]
  ] as const)("refuses a tensor that %s", ([, shaped, problem]) =>
    Effect.gen(function* () {
      const error = yield* refusal(archive(tensor(shaped), four))
      assert.strictEqual(error._tag, "TorchInvalid")
      assert.include(error.message, problem)
    })
  )

  it.effect("refuses turned views that together take many times the file", () =>
    Effect.gen(function* () {
      const turned = tensor({ shape: [256, 256], strides: [1, 256] })
      const views = write(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [at, turned])))
      const error = yield* refusal(archive(views, { "0": new Uint8Array(4 * 256 * 256) }))
      assert.include(error.message, "views that take many times the bytes of the file")
    })
  )
})
