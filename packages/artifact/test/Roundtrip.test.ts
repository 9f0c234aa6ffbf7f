// What is written is what is read, for every column type, however it was cut into batches.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import fc from "fast-check"
import { Store, Tokens } from "../src/index.ts"
import { attributes, cutRows, Everything, rows, seal } from "./support/Everything.ts"
import { withStore } from "./support/TempStore.ts"

describe("a sealed artifact", () => {
  it.effect("gives back every column type and the attributes", () =>
    withStore(() =>
      Effect.gen(function* () {
        const sealed = yield* seal([rows])
        const store = yield* Store
        const opened = yield* store.open(Everything, sealed.digest)
        assert.deepStrictEqual(yield* opened.read("all"), rows)
        assert.deepStrictEqual(opened.attributes, attributes)
        assert.strictEqual(opened.rows("all"), 3)
        assert.deepStrictEqual(yield* sealed.read("all"), rows)
      })
    )
  )

  it.effect("has its empty tables, with their types", () =>
    withStore(() =>
      Effect.gen(function* () {
        const sealed = yield* seal([rows])
        assert.deepStrictEqual(yield* sealed.read("empty"), { id: [], n: new Uint32Array(0) })
        assert.deepStrictEqual(yield* Stream.runCollect(sealed.batches("empty")), [])
      })
    )
  )

  it("gives back any rows, whole and by batches, as they were cut", () =>
    fc.assert(
      fc.asyncProperty(cutRows, ({ one, whole }) =>
        Effect.runPromise(
          withStore(() =>
            Effect.gen(function* () {
              const sealed = yield* seal(one)
              const read = yield* sealed.read("all")
              if (whole.utf8.length > 0) assert.deepStrictEqual(read, whole)
              const batches = yield* Stream.runCollect(sealed.batches("all"))
              assert.deepStrictEqual(
                batches,
                one.filter((batch) => batch.utf8.length > 0)
              )
            })
          )
        )
      ),
      { numRuns: 25 }
    ))

  it.effect("keeps token ids in the width they were given in", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        for (const id of [Uint16Array.of(1, 65535), Uint32Array.of(1, 70_000)]) {
          const draft = yield* store.draft(Tokens)
          yield* draft.append("ids", { id, offset: Uint32Array.of(0, 1) })
          yield* draft.describe(tokens)
          const sealed = yield* store.seal(draft)
          assert.deepStrictEqual((yield* sealed.read("ids")).id, id)
        }
      })
    )
  )

  it.effect("reads a column of one batch without copying it", () =>
    withStore(() =>
      Effect.gen(function* () {
        const sealed = yield* seal([rows])
        const { float64, int32, uint16 } = yield* sealed.read("all")
        // views of the one buffer that the batch was read into
        assert.strictEqual(float64.buffer, int32.buffer)
        assert.strictEqual(uint16.buffer, int32.buffer)
      })
    )
  )
})

/** Stands for a caller whose types were lost on the way. */
const isAll = (value: unknown): value is typeof rows => typeof value === "object"

const refused = (message: RegExp, change: Partial<Record<keyof typeof rows, unknown>>) =>
  it.effect(String(message), () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Everything)
        const wrong: unknown = { ...rows, ...change }
        assert.isTrue(isAll(wrong))
        if (!isAll(wrong)) return
        const error = yield* Effect.flip(draft.append("all", wrong))
        assert.strictEqual(error._tag, "ArtifactInvalid")
        assert.match(error.message, message)
        // nothing was written: the right rows still fit
        yield* draft.append("all", rows)
        yield* draft.describe(attributes)
        assert.strictEqual((yield* store.seal(draft)).rows("all"), 3)
      })
    )
  )

describe("a draft refuses", () => {
  refused(/column "utf8" row 1 is not a string/, { utf8: ["a", 1, "c"] })
  refused(/column "utf8" row 0 has half a surrogate pair/, { utf8: ["\ud800", "b", "c"] })
  refused(/column "binary" row 2 is not a Uint8Array/, {
    binary: [new Uint8Array(0), new Uint8Array(0), "x"]
  })
  refused(/column "bool" row 0 is not a boolean/, { bool: [1, 0, 0] })
  refused(/column "int32" should be an Int32Array/, { int32: [1, 2, 3] })
  refused(/column "token_id" should be a Uint16Array or a Uint32Array/, { token_id: Int32Array.of(1, 2, 3) })
  refused(/column "list" row 1 holds something that is not a 32-bit integer/, { list: [[1], [0.5], []] })
  refused(/column "float32" has 2 rows, but "utf8" has 3/, { float32: Float32Array.of(1, 2) })
  refused(/column "float64" is missing/, { float64: undefined })

  it.effect("token ids that change their width", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Tokens)
        yield* draft.append("ids", { id: Uint16Array.of(1), offset: Uint32Array.of(0) })
        const error = yield* Effect.flip(
          draft.append("ids", { id: Uint32Array.of(70_000), offset: Uint32Array.of(0) })
        )
        assert.match(error.message, /column "id" began as Uint16/)
      })
    )
  )
})

const tokens = {
  split: "train",
  vocabSize: 70_001,
  endOfTextId: 0,
  tokenizer: "",
  documents: 1,
  tokens: 2,
  bytes: 2
}
