// What a network sees and what it must not see, tried with numbers in every parameter. Each claim fails by an assertion.
import { add, input, mul, type Parameter, Program, randomNormal, keyFor, type Tensor } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { assert } from "vitest"
import type { AnyNetwork, Reading } from "../../Network.ts"
import { type Way, waysOf } from "./Way.ts"

const B = 2
/** of two documents in one row, or of a text and its padding */
const [first, second] = [5, 4]
const T = first + second

/** First values with noise, so that no bias is 0 and no gain is 1: then each of them shows. */
const stirred = (parameter: Parameter, key: Tensor): Tensor => {
  const { dtype, initializer, name, shape } = parameter
  const noise = randomNormal(shape, keyFor(key, `${name}/stirred`))
  return add(initializer({ dtype, name, shape, key }), mul(noise, 0.1))
}

/** Ordinary tokens: low ids mean padding, beginning, end. */
const text = (network: AnyNetwork, length: number, salt: number) =>
  Int32Array.from(
    { length },
    (_, i) => 5 + ((i * i * 7 + i * salt * 3 + salt * 11) % (network.vocabSize - 5))
  )

/** Another ordinary token. */
const following = ({ vocabSize }: AnyNetwork, token: number) => 5 + ((token - 4) % (vocabSize - 5))

const open = Effect.fnUntraced(function* (network: AnyNetwork, { see }: Way) {
  const tokens = input("tokens", "int32", ["B", "T"])
  const other = input("other", "int32", ["B", "S"])
  const mask = input("mask", "bool", ["B", "T"])
  const documents = input("documents", "int32", ["B", "T"])
  const positions = input("positions", "int32", ["B", "T"])
  const key = input("key", "int32", [2])
  const seen = (reading: Omit<Reading, "precision">) => ({
    seen: see(tokens, { precision: "float32", ...reading }, other)
  })
  const texts = { tokens, other }
  const program = Program.lower(
    {
      start: {
        inputs: { key },
        outputs: {},
        updates: network.parameters.map((parameter) => [parameter, stirred(parameter, key)] as const)
      },
      plain: { inputs: texts, outputs: seen({}) },
      padded: { inputs: { ...texts, mask, positions }, outputs: seen({ mask, positions }) },
      packed: { inputs: { ...texts, documents, positions }, outputs: seen({ documents, positions }) },
      kept: { inputs: { ...texts, key }, outputs: seen({ dropout: { rate: 0, key } }) },
      dropped: { inputs: { ...texts, key }, outputs: seen({ dropout: { rate: 0.4, key } }) }
    },
    { clusters: false }
  )
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.start, { key: { values: Int32Array.of(5, 6) } })
  const values = text(network, B * 3, 9)
  const given = (rows: Int32Array) => ({
    tokens: { shape: [B, rows.length / B], values: rows },
    other: { shape: [B, values.length / B], values }
  })
  return { session, entries: program.entries, given }
})

interface Seen {
  readonly shape: ReadonlyArray<number>
  readonly values: ArrayLike<number>
}
/** What was seen at `length` places of each row, from place `from`. */
const at = ({ shape, values }: Seen, from: number, length: number): Float32Array => {
  const [rows = 0, places = 0, width = 0] = shape
  return Float32Array.from({ length: rows * length * width }, (_, i) => {
    const row = Math.floor(i / (length * width))
    return values[(row * places + from) * width + (i % (length * width))] ?? Number.NaN
  })
}
const all = (seen: Seen) => at(seen, 0, seen.shape[1] ?? 0)

/** Float32 sums in another order differ by this, relative to the largest number. */
const tolerance = 2e-5
const assertNear = (found: Float32Array, expected: Float32Array, what: string) => {
  assert.strictEqual(found.length, expected.length, what)
  let largest = 1
  for (const value of expected) largest = Math.max(largest, Math.abs(value))
  for (const [i, value] of expected.entries())
    assert.approximately(found[i] ?? Number.NaN, value, tolerance * largest, what)
}

const rowsOf = (...rows: ReadonlyArray<ReadonlyArray<number>>) => Int32Array.from(rows.flat())
/** The same for every row of the batch. */
const everyRow = (row: ReadonlyArray<number>) => rowsOf(...Array.from({ length: B }, () => row))
const halves = (rows: Int32Array, from: number, length: number) =>
  rowsOf(
    ...Array.from({ length: B }, (_, row) =>
      Array.from(rows.subarray(row * T + from, row * T + from + length))
    )
  )
const count = (length: number) => Array.from({ length }, (_, place) => place)

/** A later token changes nothing that was said before it, bit for bit; and does change what is said from it on. */
export const neverLooksAhead = (network: AnyNetwork) =>
  Effect.forEach(
    waysOf(network).filter(({ causal }) => causal),
    Effect.fnUntraced(function* (way) {
      const { entries, given, session } = yield* open(network, way)
      const rows = text(network, B * T, 1)
      const before = session.call(entries.plain, given(rows)).seen
      for (const place of [1, first, T - 1]) {
        const changed = rows.map((token, i) => (i % T < place ? token : following(network, token)))
        const after = session.call(entries.plain, given(changed)).seen
        assert.deepStrictEqual(
          at(after, 0, place),
          at(before, 0, place),
          `${way.name}: other tokens from place ${place} on changed what is said before it`
        )
        assert.notDeepEqual(
          at(after, place, 1),
          at(before, place, 1),
          `${way.name}: token ${place} is not seen`
        )
      }
    }, Effect.scoped),
    { discard: true }
  )

/** Padding on either side changes nothing: not what it holds, and not that it is there. */
export const paddingChangesNothing = (network: AnyNetwork) =>
  Effect.forEach(
    waysOf(network),
    Effect.fnUntraced(function* (way) {
      const { entries, given, session } = yield* open(network, way)
      const [one, two] = [text(network, B * T, 1), text(network, B * T, 2)]
      for (const side of ["right", "left"] as const) {
        const from = side === "right" ? 0 : T - first
        const real = (place: number) => place >= from && place < from + first
        const padded = (padding: Int32Array) =>
          session.call(entries.padded, {
            ...given(one.map((token, i) => (real(i % T) ? token : (padding[i] ?? 0)))),
            mask: {
              shape: [B, T],
              values: Uint8Array.from(everyRow(count(T)), (place) => (real(place) ? 1 : 0))
            },
            positions: { shape: [B, T], values: everyRow(count(T).map((place) => Math.max(0, place - from))) }
          }).seen
        const own = (seen: Seen) => (way.aligned ? at(seen, from, first) : all(seen))
        const what = `${way.name}, padded on the ${side}`
        assert.deepStrictEqual(own(padded(two)), own(padded(one)), `${what}: what the padding holds is seen`)
        const alone = session.call(entries.plain, given(halves(one, from, first))).seen
        assertNear(own(padded(one)), all(alone), `${what}: differs from the text without padding`)
      }
    }, Effect.scoped),
    { discard: true }
  )

/** Two documents in one row give what each gives alone. */
export const packedEqualsUnpacked = (network: AnyNetwork) =>
  Effect.forEach(
    waysOf(network).filter(({ packs }) => packs),
    Effect.fnUntraced(function* (way) {
      const { entries, given, session } = yield* open(network, way)
      const rows = text(network, B * T, 1)
      const packed = session.call(entries.packed, {
        ...given(rows),
        documents: { shape: [B, T], values: everyRow(count(T).map((place) => (place < first ? 0 : 1))) },
        positions: { shape: [B, T], values: everyRow([...count(first), ...count(second)]) }
      }).seen
      for (const [from, length] of [
        [0, first],
        [first, second]
      ] as const) {
        const alone = session.call(entries.plain, given(halves(rows, from, length))).seen
        assertNear(at(packed, from, length), all(alone), `${way.name}: places ${from} to ${from + length}`)
      }
    }, Effect.scoped),
    { discard: true }
  )

const key = (n: number) => ({ key: { values: Int32Array.of(n, 1) } })

/** Dropping nothing is not dropping; and something is dropped, by its key alone, where a share is given. */
export const dropoutIsHonest = (network: AnyNetwork) =>
  Effect.forEach(
    waysOf(network),
    Effect.fnUntraced(function* (way) {
      const { entries, given, session } = yield* open(network, way)
      const rows = text(network, B * T, 1)
      const plain = all(session.call(entries.plain, given(rows)).seen)
      assert.deepStrictEqual(
        all(session.call(entries.kept, { ...given(rows), ...key(1) }).seen),
        plain,
        `${way.name}: dropout 0 changes something`
      )
      const dropped = (n: number) => all(session.call(entries.dropped, { ...given(rows), ...key(n) }).seen)
      assert.notDeepEqual(dropped(1), plain, `${way.name}: dropout 0.4 drops nothing`)
      assert.notDeepEqual(dropped(1), dropped(2), `${way.name}: dropout does not depend on its key`)
      assert.deepStrictEqual(dropped(1), dropped(1), `${way.name}: dropout depends on more than its key`)
    }, Effect.scoped),
    { discard: true }
  )
