import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { afterAll } from "vitest"
import {
  CheckpointInvalid,
  CheckpointUnreadable,
  ObjectGraph,
  Restore,
  TensorBundle,
  TensorSlices
} from "../src/index.ts"
import * as Table from "./Table.ts"

// written by TensorFlow 2.21: golden/make_checkpoints.py
const golden = fileURLToPath(new URL("golden", import.meta.url))
interface Golden {
  readonly dtype: string
  readonly shape: ReadonlyArray<number>
  readonly bytes: string
}
const tensors: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(join(golden, "golden.json"), "utf8")
)
const numeric = Object.keys(tensors).toSorted()

const temporary = mkdtempSync(join(tmpdir(), "inkstone-bundle-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const plain = ({ bytes, dtype, shape }: TensorBundle.Stored): Golden => ({
  dtype,
  shape,
  bytes: Buffer.from(bytes).toString("hex")
})

let folders = 0
/** A checkpoint of one shard from given bytes. */
const forged = (index: Uint8Array, data: Uint8Array) => {
  const prefix = join(temporary, `forged${folders++}`)
  writeFileSync(`${prefix}.index`, index)
  writeFileSync(`${prefix}.data-00000-of-00001`, data)
  return prefix
}
const read = (prefix: string) =>
  Effect.gen(function* () {
    const index = yield* TensorBundle.readIndex(prefix)
    const stored = yield* Effect.forEach(numeric, (name) => TensorBundle.read(index, name))
    const texts = yield* TensorBundle.readTexts(index, "texts")
    return { stored: stored.map(plain), texts: texts?.map((text) => Buffer.from(text).toString()) }
  })
const whole = {
  stored: numeric.flatMap((name) => tensors[name] ?? []),
  texts: ["", "ink", "stone".repeat(50)]
}

/** Either everything is as it was, or there is a typed error: never other numbers. */
const holds = (prefix: string) =>
  Effect.gen(function* () {
    const result = yield* Effect.result(read(prefix))
    if (result._tag === "Success") assert.deepStrictEqual(result.success, whole)
    else assert.instanceOf(result.failure, CheckpointInvalid)
    return result._tag
  })
const flipped = (bytes: Uint8Array, at: number) => {
  const broken = Uint8Array.from(bytes)
  broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8))
  return broken
}

describe("TensorBundle", () => {
  it.effect.each(["one", "two"])(
    "reads what TensorFlow wrote in %s file(s): every type, scalars, empty tensors, texts",
    (name) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* read(join(golden, name)), whole)
      })
  )

  it.effect("TensorFlow's restore node reads the same bytes, of every type", () =>
    Effect.gen(function* () {
      for (const name of ["one", "two"]) {
        const index = yield* TensorBundle.readIndex(join(golden, name))
        assert.deepStrictEqual(
          yield* Restore.read(index, numeric),
          yield* Effect.forEach(numeric, (name) => TensorBundle.read(index, name))
        )
      }
    })
  )

  it.effect("a variable saved in slices is put together by the restore node", () =>
    Effect.gen(function* () {
      const index = yield* TensorBundle.readIndex(join(golden, "sliced"))
      assert.deepStrictEqual([...index.entries.keys()], ["p"])
      const [stored] = yield* Restore.read(index, ["p"])
      assert.deepStrictEqual(stored?.shape, [4, 2])
      const values = new Float32Array(stored?.bytes.buffer ?? new ArrayBuffer(0))
      assert.deepStrictEqual([...values], [1, 1, 1, 1, 1, 1, 0, 0])
      const error = yield* Effect.flip(TensorBundle.read(index, "p"))
      assert.include(error.message, "read it with Restore")
    })
  )

  it.effect("the format of before 1.0 is checked and then read by the restore node", () =>
    Effect.gen(function* () {
      const file = join(golden, "before-1.0")
      const index = yield* TensorSlices.readIndex(file)
      const names = [...index.entries.keys()]
      assert.deepStrictEqual(names.toSorted(), ["bool", "float32/kernel", "float64", "int64", "scalar"])
      const stored = yield* Restore.read(index, names)
      assert.deepStrictEqual(
        stored.map(plain),
        names.flatMap((name) => tensors[name] ?? [])
      )
      const bytes = readFileSync(file)
      for (let at = 0; at < bytes.length - 40; at++) {
        const broken = Uint8Array.from(bytes)
        broken[at] = (broken[at] ?? 0) ^ 16
        const path = join(temporary, "old")
        writeFileSync(path, broken)
        const result = yield* Effect.result(TensorSlices.readIndex(path))
        if (result._tag === "Success") assert.deepStrictEqual(result.success.entries, index.entries)
        else assert.instanceOf(result.failure, CheckpointInvalid)
      }
    })
  )

  it.effect("names of TensorFlow 2's variables come from its object graph", () =>
    Effect.gen(function* () {
      const index = yield* TensorBundle.readIndex(join(golden, "objects"))
      const names = yield* ObjectGraph.names(index)
      assert.strictEqual(names.get("model/layer/.ATTRIBUTES/VARIABLE_VALUE"), "dense/kernel")
      assert.strictEqual(
        (yield* ObjectGraph.names(yield* TensorBundle.readIndex(join(golden, "one")))).size,
        0
      )
    })
  )
})

describe("a damaged checkpoint", () => {
  const [index, data] = [
    readFileSync(join(golden, "one.index")),
    readFileSync(join(golden, "one.data-00000-of-00001"))
  ]
  it.effect("with a changed bit anywhere in its index is an error or means the same", () =>
    Effect.gen(function* () {
      const outcomes = []
      for (let at = 0; at < index.length; at++) outcomes.push(yield* holds(forged(flipped(index, at), data)))
      // what is not read: the handle and the block of meta blocks, padding
      assert.isBelow(outcomes.filter((tag) => tag === "Success").length, 60)
    })
  )

  it.effect("with a changed bit anywhere in its data is an error", () =>
    Effect.gen(function* () {
      for (let at = 0; at < data.length; at++)
        assert.strictEqual(yield* holds(forged(index, flipped(data, at))), "Failure")
    })
  )

  it.effect("that ends anywhere is an error", () =>
    Effect.gen(function* () {
      for (let end = 0; end < index.length; end += 3)
        assert.strictEqual(yield* holds(forged(index.subarray(0, end), data)), "Failure")
      const error = yield* Effect.flip(TensorBundle.readIndex(forged(index, data.subarray(0, 300))))
      assert.match(
        error.message,
        /data-00000-of-00001: tensor ".*": needs bytes \d+ to \d+, the file has 300; fetch/
      )
    })
  )

  it.effect(
    "without a file, or with one that is a folder or a link elsewhere, is an error that names it",
    () =>
      Effect.gen(function* () {
        const prefix = join(temporary, "lost")
        const missing = yield* Effect.flip(TensorBundle.readIndex(prefix))
        assert.instanceOf(missing, CheckpointUnreadable)
        copyFileSync(join(golden, "one.index"), `${prefix}.index`)
        const shard = yield* Effect.flip(TensorBundle.readIndex(prefix))
        assert.include(shard.message, "lost.data-00000-of-00001")
        mkdirSync(`${prefix}.data-00000-of-00001`)
        assert.include((yield* Effect.flip(TensorBundle.readIndex(prefix))).message, "is no regular file")
        const linked = join(temporary, "linked")
        copyFileSync(join(golden, "one.index"), `${linked}.index`)
        symlinkSync(join(golden, "one.data-00000-of-00001"), `${linked}.data-00000-of-00001`)
        assert.include((yield* Effect.flip(TensorBundle.readIndex(linked))).message, "leads to")
        // as caches keep files: all in one folder, under names of their own
        symlinkSync(join(golden, "one.index"), join(temporary, "cached.index"))
        symlinkSync(join(golden, "one.data-00000-of-00001"), join(temporary, "cached.data-00000-of-00001"))
        assert.deepStrictEqual(yield* read(join(temporary, "cached")), whole)
      })
  )
})

describe("a forged checkpoint", () => {
  const huge = 2 ** 52
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<Table.Forged>, RegExp]> = [
    ["no header", [Table.entry("w", {})], /header: is not there/],
    ["a billion shards", [Table.header(1e9)], /1000000000 shards/],
    ["no shard", [Table.header(0)], /0 shards/],
    ["big-endian numbers", [Table.header(1, 1)], /big-endian; save it again/],
    ["a shard that is not there", [Table.header(1), Table.entry("w", { shard: 7 })], /shard 7 of 1/],
    [
      "a shape beyond its bytes",
      [Table.header(1), Table.entry("w", { shape: [1e9, 4] })],
      /needs 16000000000 bytes, has 8/
    ],
    [
      "a shape beyond all numbers",
      [Table.header(1), Table.entry("w", { shape: [huge, huge] })],
      /beyond all sense/
    ],
    [
      "bytes beyond its file",
      [Table.header(1), Table.entry("w", { shape: [huge / 4], bytes: huge })],
      /the file has 8/
    ],
    ["a place beyond its file", [Table.header(1), Table.entry("w", { offset: huge })], /the file has 8/],
    ["more texts than bytes", [Table.header(1), Table.entry("w", { dtype: 7, shape: [1e12] })], /in 8 bytes/],
    [
      "two tensors in one place",
      [Table.header(1), Table.entry("v", {}), Table.entry("w", { offset: 4, bytes: 4, shape: [1] })],
      /begins at byte 4, the one before ends at 8/
    ],
    ["a name twice", [Table.header(1), Table.entry("w", {}), Table.entry("w", {})], /not in order/]
  ]
  it.effect.each(cases)("with %s is an error before memory is taken", ([, rows, message]) =>
    Effect.gen(function* () {
      const prefix = forged(Table.table(Table.block(rows)), new Uint8Array(8))
      const error = yield* Effect.flip(TensorBundle.readIndex(prefix))
      assert.instanceOf(error, CheckpointInvalid)
      assert.match(error.message, message)
    })
  )

  it.effect("of any entry at all is read or refused, never another error", () =>
    Effect.gen(function* () {
      for (const value of fc.sample(fc.uint8Array({ maxLength: 40 }), 200)) {
        const rows = [Table.header(1), { key: "w", value }]
        const prefix = forged(Table.table(Table.block(rows)), new Uint8Array(8))
        const result = yield* Effect.result(TensorBundle.readIndex(prefix))
        if (result._tag === "Failure") assert.instanceOf(result.failure, CheckpointInvalid)
        else assert.strictEqual(result.success.entries.size, 1)
      }
    })
  )

  it.effect("of before 1.0 whose path is a pattern is refused: other files would answer for it", () =>
    Effect.gen(function* () {
      const file = join(temporary, "model[12].ckpt")
      copyFileSync(join(golden, "before-1.0"), file)
      assert.include((yield* Effect.flip(TensorSlices.readIndex(file))).message, "rename it without * ? [ ]")
    })
  )

  it.effect("of complex numbers is read but for these", () =>
    Effect.gen(function* () {
      const rows = [
        Table.header(1),
        Table.entry("c", { dtype: 8, shape: [1] }),
        Table.entry("f", { offset: 8, checksum: 0x2862c2e5 })
      ]
      const index = yield* TensorBundle.readIndex(forged(Table.table(Table.block(rows)), new Uint8Array(16)))
      assert.include((yield* Effect.flip(TensorBundle.read(index, "c"))).message, "is type 8")
      assert.include((yield* Effect.flip(TensorBundle.read(index, "f"))).message, "its checksum is another")
      assert.include((yield* Effect.flip(TensorBundle.read(index, "g"))).message, "is not in it")
    })
  )
})
