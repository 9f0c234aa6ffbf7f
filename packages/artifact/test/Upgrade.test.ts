// An artifact of an older version of its kind is read as the kind is now.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Column, Kind, Pairs, Store } from "../src/index.ts"
import { withStore } from "./support/TempStore.ts"

const V1 = Kind.define({
  name: "marks",
  version: 1,
  tables: { marks: { name: Column.utf8, mark: Column.int32 } },
  attributes: Schema.Struct({ school: Schema.String })
})
const toV2: Kind.Upgrader = ({ attributes, tables }) => {
  const { mark, ...rest } = tables["marks"] ?? {}
  const halves = mark instanceof Int32Array ? Float64Array.from(mark, (n) => n / 2) : mark
  return { attributes, tables: { marks: { ...rest, grade: halves } } }
}
const toV3: Kind.Upgrader = ({ attributes, tables }) => ({
  attributes: { ...Object(attributes), year: 1989 },
  tables: { ...tables, notes: { text: [] } }
})
const V3 = Kind.define({
  name: "marks",
  version: 3,
  tables: { marks: { name: Column.utf8, grade: Column.float64 }, notes: { text: Column.utf8 } },
  attributes: Schema.Struct({ school: Schema.String, year: Schema.Int }),
  upgraders: { 1: toV2, 2: toV3 }
})

const sealedV1 = Effect.gen(function* () {
  const store = yield* Store
  const draft = yield* store.draft(V1)
  yield* draft.append("marks", { name: ["a", "b"], mark: Int32Array.of(3, 4) })
  yield* draft.append("marks", { name: ["c"], mark: Int32Array.of(5) })
  yield* draft.describe({ school: "night" })
  return yield* store.seal(draft)
}).pipe(Effect.scoped)

describe("an older artifact", () => {
  it.effect("goes through every upgrader and keeps its digest", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const { digest } = yield* sealedV1
        const opened = yield* store.open(V3, digest)
        assert.strictEqual(opened.digest, digest)
        assert.deepStrictEqual(opened.attributes, { school: "night", year: 1989 })
        const expected = { name: ["a", "b", "c"], grade: Float64Array.of(1.5, 2, 2.5) }
        assert.deepStrictEqual(yield* opened.read("marks"), expected)
        assert.deepStrictEqual(yield* Stream.runCollect(opened.batches("marks")), [expected])
        assert.strictEqual(opened.rows("marks"), 3)
        assert.strictEqual(opened.rows("notes"), 0)
      })
    )
  )

  it.effect("is invalid where an upgrader is missing or gives other columns", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const { digest } = yield* sealedV1
        const gap = Kind.define({ ...V3, upgraders: { 1: toV2 } })
        assert.match((yield* Effect.flip(store.open(gap, digest))).message, /no upgrader from version 2/)
        const wrong = Kind.define({ ...V3, upgraders: { 1: (older) => older, 2: toV3 } })
        const error = yield* Effect.flip(store.open(wrong, digest))
        assert.strictEqual(error._tag, "ArtifactInvalid")
        assert.match(error.message, /table "marks": column "mark" is not one of name, grade/)
      })
    )
  )
})

it("pairs of version 1 have neither numbers nor labels of tokens", () => {
  const older = { attributes: { task: "classification" }, tables: { pairs: { input: Uint32Array.of(0, 4) } } }
  assert.deepStrictEqual(Pairs.upgraders[1]?.(older), {
    attributes: { task: "classification" },
    tables: {
      pairs: { input: Uint32Array.of(0, 4), value: Float64Array.of(0, 0) },
      tags: { label: new Int32Array(0) }
    }
  })
})
