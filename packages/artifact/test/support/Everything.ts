// A kind with a column of every type, and rows of it: fixed ones, arbitrary ones.
import { Effect, Schema } from "effect"
import fc from "fast-check"
import { Column, Kind, Store } from "../../src/index.ts"

export const Everything = Kind.define({
  name: "everything",
  version: 1,
  tables: {
    all: {
      utf8: Column.utf8,
      binary: Column.binary,
      bool: Column.bool,
      int32: Column.int32,
      uint8: Column.uint8,
      uint16: Column.uint16,
      uint32: Column.uint32,
      float32: Column.float32,
      float64: Column.float64,
      token_id: Column.tokenId,
      list: Column.int32List,
      seconds: Column.measured(Column.float64)
    },
    empty: { id: Column.utf8, n: Column.tokenId }
  },
  attributes: Schema.Struct({
    title: Schema.String,
    count: Schema.Int,
    more: Schema.Record(Schema.String, Schema.Json)
  })
})
export type All = Kind.Rows<(typeof Everything)["tables"]["all"]>

export const attributes = { title: "墨", count: 3, more: { b: [1, null], a: { x: "y" } } }

export const rows: All = {
  utf8: ["plain", "", "硯 🖋"],
  binary: [Uint8Array.of(0, 255), new Uint8Array(0), Uint8Array.of(7)],
  bool: [true, false, true],
  int32: Int32Array.of(-1, 0, 2147483647),
  uint8: Uint8Array.of(0, 1, 255),
  uint16: Uint16Array.of(0, 1, 65535),
  uint32: Uint32Array.of(0, 1, 4294967295),
  float32: Float32Array.of(0.5, -0, Number.NaN),
  float64: Float64Array.of(0.1, Number.NEGATIVE_INFINITY, 1e-300),
  token_id: Uint16Array.of(1, 2, 65535),
  list: [[1, -2], [], [3]],
  seconds: Float64Array.of(1, 2, 3)
}

const row = fc.record({
  utf8: fc.string({ unit: "grapheme", maxLength: 12 }),
  binary: fc.uint8Array({ maxLength: 12 }),
  bool: fc.boolean(),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint8: fc.integer({ min: 0, max: 255 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  float32: fc.float(),
  float64: fc.double(),
  token_id: fc.integer({ min: 0, max: 65535 }),
  list: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 4 }),
  seconds: fc.double()
})
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never

const columns = (of: ReadonlyArray<Row>): All => ({
  utf8: of.map((r) => r.utf8),
  binary: of.map((r) => r.binary),
  bool: of.map((r) => r.bool),
  int32: Int32Array.from(of, (r) => r.int32),
  uint8: Uint8Array.from(of, (r) => r.uint8),
  uint16: Uint16Array.from(of, (r) => r.uint16),
  uint32: Uint32Array.from(of, (r) => r.uint32),
  float32: Float32Array.from(of, (r) => r.float32),
  float64: Float64Array.from(of, (r) => r.float64),
  token_id: Uint16Array.from(of, (r) => r.token_id),
  list: of.map((r) => r.list),
  seconds: Float64Array.from(of, (r) => r.seconds)
})

/** The same rows whole, and cut into batches in two ways. */
export const cutRows: fc.Arbitrary<{
  readonly whole: All
  readonly one: ReadonlyArray<All>
  readonly other: ReadonlyArray<All>
}> = fc
  .tuple(
    fc.array(row, { maxLength: 30 }),
    fc.array(fc.nat(30), { maxLength: 6 }),
    fc.array(fc.nat(30), { maxLength: 6 })
  )
  .map(([all, one, other]) => ({ whole: columns(all), one: cut(all, one), other: cut(all, other) }))

const cut = (all: ReadonlyArray<Row>, at: ReadonlyArray<number>): ReadonlyArray<All> => {
  const edges = [0, ...at.map((i) => Math.min(i, all.length)).toSorted((a, b) => a - b), all.length]
  return edges.slice(1).map((to, i) => columns(all.slice(edges[i], to)))
}

/** Seals the batches, in the store of the context. */
export const seal = (batches: ReadonlyArray<All>) =>
  Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(Everything)
    for (const batch of batches) yield* draft.append("all", batch)
    yield* draft.describe(attributes)
    return yield* store.seal(draft)
  }).pipe(Effect.scoped)
