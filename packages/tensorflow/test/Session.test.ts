import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Binding from "../src/Binding.ts"
import { type Feed, Memory, Native, RunFailed, SavedModel, Session } from "../src/index.ts"
import * as GraphDef from "./GraphDef.ts"

const { bool, encode, fill, shape, type } = GraphDef
const float32 = { dtype: type("float32") }

const product = encode([
  { name: "a", op: "Placeholder", attributes: float32 },
  { name: "b", op: "Placeholder", attributes: float32 },
  { name: "product", op: "MatMul", inputs: ["a", "b"], attributes: { T: type("float32") } }
])

const matrix = (node: string, dims: readonly [number, number], values: ReadonlyArray<number>): Feed => ({
  node,
  dtype: "float32",
  shape: dims,
  values: Float32Array.from(values)
})

/** A variable `v` of `size` floats with `assign` (from `x`), `add` and `read`. */
const counter = (size: number) =>
  encode([
    { name: "x", op: "Placeholder", attributes: { dtype: type("float32"), shape: shape(size) } },
    { name: "v", op: "VarHandleOp", attributes: { dtype: type("float32"), shape: shape(size) } },
    { name: "assign", op: "AssignVariableOp", inputs: ["v", "x"], attributes: float32 },
    { name: "assigned", op: "Identity", inputs: ["x", "^assign"], attributes: { T: type("float32") } },
    { name: "ones", op: "Const", attributes: { dtype: type("float32"), value: fill(1, size) } },
    { name: "add", op: "AssignAddVariableOp", inputs: ["v", "ones"], attributes: float32 },
    { name: "added", op: "Identity", inputs: ["ones", "^add"], attributes: { T: type("float32") } },
    { name: "read", op: "ReadVariableOp", inputs: ["v"], attributes: float32 }
  ])

const thrown = (run: () => unknown): RunFailed => {
  try {
    run()
  } catch (error) {
    if (error instanceof RunFailed) return error
    throw error
  }
  throw new Error("expected the run to fail")
}

describe("Session", () => {
  it.effect("multiplies two matrices", () =>
    Effect.gen(function* () {
      const session = yield* Session.open(product)
      const [result] = session.run(
        [matrix("a:0", [2, 3], [1, 2, 3, 4, 5, 6]), matrix("b:0", [3, 1], [1, 10, 100])],
        ["product:0"]
      )
      assert.deepStrictEqual(result, { dtype: "float32", shape: [2, 1], values: Float32Array.of(321, 654) })
    })
  )

  it.effect("gives the same of a graph as it is written and of a rewritten one", () =>
    Effect.gen(function* () {
      // Grappler folds the sum of constants before the first run
      const graph = encode([
        { name: "ones", op: "Const", attributes: { dtype: type("float32"), value: fill(1, 8) } },
        { name: "twos", op: "AddV2", inputs: ["ones", "ones"], attributes: { T: type("float32") } },
        { name: "x", op: "Placeholder", attributes: { dtype: type("float32"), shape: shape(8) } },
        { name: "sum", op: "AddV2", inputs: ["x", "twos"], attributes: { T: type("float32") } }
      ])
      const x: Feed = { node: "x:0", dtype: "float32", shape: [8], values: new Float32Array(8).fill(0.25) }
      for (const rewrite of [false, true]) {
        const session = yield* Session.open(graph, { rewrite })
        assert.deepStrictEqual(session.run([x], ["sum:0"])[0]?.values, new Float32Array(8).fill(2.25))
      }
    })
  )

  it.effect("says what is wrong with a config that is none", () =>
    Effect.gen(function* () {
      const binding = yield* Binding.load(yield* Native.require)
      assert.throws(() => binding.loadSavedModel("anywhere", "serve", Uint8Array.of(0xff)), /ConfigProto/)
    })
  )

  it.effect("float32, int32 and bool go in and come out unchanged, scalars and empty tensors too", () =>
    Effect.gen(function* () {
      const dtypes = ["float32", "int32", "bool"] as const
      const nodes = dtypes.flatMap((dtype) => [
        { name: dtype, op: "Placeholder", attributes: { dtype: type(dtype) } },
        { name: `${dtype}-out`, op: "Identity", inputs: [dtype], attributes: { T: type(dtype) } }
      ])
      const session = yield* Session.open(encode(nodes))
      const fetches = dtypes.map((dtype) => `${dtype}-out:0`)
      const cases = [
        { shape: [], f: [Math.fround(0.1)], i: [-(2 ** 31)], b: [1] },
        { shape: [0, 3], f: [], i: [], b: [] },
        { shape: [2, 1], f: [Number.NaN, -0], i: [7, 2 ** 31 - 1], b: [0, 1] }
      ]
      for (const { b, f, i, shape } of cases) {
        const feeds: ReadonlyArray<Feed> = [
          { node: "float32:0", dtype: "float32", shape, values: Float32Array.from(f) },
          { node: "int32:0", dtype: "int32", shape, values: Int32Array.from(i) },
          { node: "bool:0", dtype: "bool", shape, values: Uint8Array.from(b) }
        ]
        const fed = feeds.map(({ dtype, shape, values }) => [dtype, shape, values])
        const fetched = session.run(feeds, fetches).map(({ dtype, shape, values }) => [dtype, shape, values])
        assert.deepStrictEqual(fetched, fed)
      }
    })
  )

  it.effect("keeps variables between runs, apart from those of another session", () =>
    Effect.gen(function* () {
      const one = yield* Session.open(counter(2))
      const other = yield* Session.open(counter(2))
      const x: Feed = { node: "x:0", dtype: "float32", shape: [2], values: Float32Array.of(5, 6) }
      for (const session of [one, other]) session.run([x], ["assigned:0"])
      one.run([], ["added:0"])
      one.run([], ["added:0"])
      assert.deepStrictEqual([...(one.run([], ["read:0"])[0]?.values ?? [])], [7, 8])
      assert.deepStrictEqual([...(other.run([], ["read:0"])[0]?.values ?? [])], [5, 6])
    })
  )

  it.effect("an array that was fed belongs to its owner again: neither side sees the other's writes", () =>
    Effect.gen(function* () {
      const size = 4096
      // every alignment that TensorFlow could be tempted to share without a copy
      const buffer = new ArrayBuffer(4 * size + 64)
      const session = yield* Session.open(counter(size))
      for (let offset = 0; offset <= 64; offset += 4) {
        const values = new Float32Array(buffer, offset, size).fill(3)
        session.run([{ node: "x:0", dtype: "float32", shape: [size], values }], ["assigned:0"])
        values.fill(-1)
        const [read] = session.run([], ["read:0"])
        assert.isTrue(read?.values.every((value) => value === 3))
        session.run([], ["added:0"])
        assert.isTrue(values.every((value) => value === -1))
      }
    })
  )

  it.effect("says which node is not in the graph, and what TensorFlow says of wrong shapes", () =>
    Effect.gen(function* () {
      const session = yield* Session.open(product)
      const a = matrix("a:0", [2, 3], [1, 2, 3, 4, 5, 6])
      const fetch = thrown(() => session.run([a], ["nothing:0"]))
      assert.strictEqual(fetch.reason, "rejected")
      assert.include(fetch.message, "nothing:0 is not in the graph")
      const feed = thrown(() => session.run([{ ...a, node: "nobody:0" }], ["product:0"]))
      assert.include(feed.message, "nobody:0 is not in the graph")
      const shapes = thrown(() => session.run([a, matrix("b:0", [2, 1], [1, 1])], ["product:0"]))
      assert.match(shapes.message, /running \[product:0\] from \[a:0, b:0\] failed: .*\[2,3\].*\[2,1\]/)
      const values = thrown(() => session.run([{ ...a, shape: [2, 2] }], ["product:0"]))
      assert.strictEqual(values.reason, "feed-mismatch")
      const dtype = thrown(() => session.run([{ ...a, dtype: "int32" }], ["product:0"]))
      assert.strictEqual(dtype.reason, "feed-mismatch")
      assert.strictEqual(Memory.counters().tensors, 0)
    })
  )

  it.effect("opens a SavedModel of a folder, and says so where there is none", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "inkstone-saved-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const none = yield* Effect.flip(Session.openSavedModel(folder))
      assert.strictEqual(none._tag, "ProgramRejected")
      writeFileSync(join(folder, "saved_model.pb"), Buffer.concat([...SavedModel.wrap(product)]))
      const session = yield* Session.openSavedModel(folder)
      const [result] = session.run(
        [matrix("a:0", [1, 2], [3, 4]), matrix("b:0", [2, 1], [10, 1])],
        ["product:0"]
      )
      assert.deepStrictEqual([...(result?.values ?? [])], [34])
    })
  )

  it.effect("names a dtype that does not cross", () =>
    Effect.gen(function* () {
      const attributes = { SrcT: type("float32"), DstT: type("bfloat16"), Truncate: bool(false) }
      const session = yield* Session.open(
        encode([
          { name: "a", op: "Placeholder", attributes: float32 },
          { name: "same", op: "Identity", inputs: ["a"], attributes: { T: type("float32") } },
          { name: "b", op: "Cast", inputs: ["a"], attributes }
        ])
      )
      const error = thrown(() => session.run([matrix("a:0", [1, 1], [1])], ["same:0", "b:0"]))
      assert.strictEqual(error.reason, "unsupported-dtype")
      assert.include(error.message, "b:0 is bfloat16")
      assert.strictEqual(Memory.counters().tensors, 0)
    })
  )

  it.effect("running out of memory is an error of the run, and the session lives on", () =>
    Effect.gen(function* () {
      const session = yield* Session.open(
        encode([
          { name: "dims", op: "Placeholder", attributes: { dtype: type("int32") } },
          { name: "one", op: "Const", attributes: { dtype: type("float32"), value: fill(1) } },
          {
            name: "full",
            op: "Fill",
            inputs: ["dims", "one"],
            attributes: { T: type("float32"), index_type: type("int32") }
          }
        ])
      )
      const filled = (...dims: ReadonlyArray<number>) =>
        session.run(
          [{ node: "dims:0", dtype: "int32", shape: [dims.length], values: Int32Array.from(dims) }],
          ["full:0"]
        )
      const error = thrown(() => filled(2 ** 20, 2 ** 20, 2 ** 7)) // half a petabyte
      assert.strictEqual(error.reason, "out-of-memory")
      assert.deepStrictEqual(filled(2)[0]?.values, Float32Array.of(1, 1))
    })
  )

  it.effect("refuses what is no graph, and leaves no temporary files", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "inkstone-test-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const before = process.env["TMPDIR"]
      process.env["TMPDIR"] = folder
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          if (before === undefined) delete process.env["TMPDIR"]
          else process.env["TMPDIR"] = before
        })
      )
      const unknown = yield* Effect.flip(Session.open(encode([{ name: "a", op: "NoSuchOp" }])))
      assert.strictEqual(unknown._tag, "ProgramRejected")
      assert.include(unknown.message, "NoSuchOp")
      const garbage = yield* Effect.flip(Session.open(Uint8Array.of(255, 255, 255)))
      assert.strictEqual(garbage._tag, "ProgramRejected")
      yield* Session.open(product)
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.effect("closes with its scope", () =>
    Effect.gen(function* () {
      const before = Memory.counters().sessions
      const escaped = yield* Effect.scoped(
        Effect.gen(function* () {
          const session = yield* Session.open(product)
          assert.strictEqual(Memory.counters().sessions, before + 1)
          return session
        })
      )
      assert.strictEqual(Memory.counters().sessions, before)
      assert.strictEqual(thrown(() => escaped.run([], ["product:0"])).reason, "closed")
    })
  )

  it.effect("gives its memory back over thousands of runs, failing ones included", () =>
    Effect.gen(function* () {
      const session = yield* Session.open(product)
      const side = 256
      const square = (node: string): Feed => ({
        node,
        dtype: "float32",
        shape: [side, side],
        // off TensorFlow's alignment, so that it cannot merely borrow the array
        values: new Float32Array(new ArrayBuffer(4 * side * side + 4), 4)
      })
      const [a, b] = [square("a:0"), square("b:0")]
      const wrong = { ...b, shape: [1, side * side] }
      const rounds = (count: number) => {
        for (let i = 0; i < count; i++) {
          session.run([a, b], ["product:0"])
          thrown(() => session.run([a, wrong], ["product:0"]))
        }
      }
      rounds(200)
      const before = Memory.counters()
      rounds(2000) // 2000 rounds feed 2 GB and fetch 0.5 GB
      const after = Memory.counters()
      assert.strictEqual(after.tensors, 0)
      assert.strictEqual(after.sessions, before.sessions)
      assert.isBelow(after.residentBytes - before.residentBytes, 300e6)
    })
  )
})
