// What a network sees and what it must not see. Each claim fails by an assertion.
import { Effect } from "effect"
import { assert } from "vitest"
import type { AnyNetwork } from "../../Network.ts"
import { B, following, open, type Seen, text } from "./Reader.ts"
import { waysOf } from "./Way.ts"

/** of two documents in one row, or of a text and its padding */
const [first, second] = [5, 4]
const T = first + second

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
      const read = yield* open(network, way, ["plain"])
      const rows = text(network, B * T, 1)
      const before = read("plain", rows)
      for (const place of [1, first, T - 1]) {
        const changed = rows.map((token, i) => (i % T < place ? token : following(network, token)))
        const after = read("plain", changed)
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
      const read = yield* open(network, way, ["plain", "padded"])
      const [one, two] = [text(network, B * T, 1), text(network, B * T, 2)]
      for (const side of ["right", "left"] as const) {
        const from = side === "right" ? 0 : T - first
        const real = (place: number) => place >= from && place < from + first
        const padded = (padding: Int32Array) =>
          read(
            "padded",
            one.map((token, i) => (real(i % T) ? token : (padding[i] ?? 0))),
            {
              mask: {
                shape: [B, T],
                values: Uint8Array.from(everyRow(count(T)), (place) => (real(place) ? 1 : 0))
              },
              positions: {
                shape: [B, T],
                values: everyRow(count(T).map((place) => Math.max(0, place - from)))
              }
            }
          )
        const own = (seen: Seen) => (way.aligned ? at(seen, from, first) : all(seen))
        const what = `${way.name}, padded on the ${side}`
        assert.deepStrictEqual(own(padded(two)), own(padded(one)), `${what}: what the padding holds is seen`)
        const alone = read("plain", halves(one, from, first))
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
      const read = yield* open(network, way, ["plain", "packed"])
      const rows = text(network, B * T, 1)
      const packed = read("packed", rows, {
        documents: { shape: [B, T], values: everyRow(count(T).map((place) => (place < first ? 0 : 1))) },
        positions: { shape: [B, T], values: everyRow([...count(first), ...count(second)]) }
      })
      for (const [from, length] of [
        [0, first],
        [first, second]
      ] as const) {
        const alone = read("plain", halves(rows, from, length))
        assertNear(at(packed, from, length), all(alone), `${way.name}: places ${from} to ${from + length}`)
      }
    }, Effect.scoped),
    { discard: true }
  )

const key = (n: number) => ({ key: { values: Int32Array.of(n, 1) } })

/** Dropping nothing is not dropping; and something is dropped, by its key alone, where a share is given. */
export const dropoutIsHonest = (network: AnyNetwork) =>
  Effect.forEach(
    waysOf(network).filter(({ aligned }) => aligned),
    Effect.fnUntraced(function* (way) {
      const read = yield* open(network, way, ["plain", "kept", "dropped"])
      const rows = text(network, B * T, 1)
      const plain = all(read("plain", rows))
      assert.deepStrictEqual(
        all(read("kept", rows, key(1))),
        plain,
        `${way.name}: dropout 0 changes something`
      )
      const dropped = (n: number) => all(read("dropped", rows, key(n)))
      assert.notDeepEqual(dropped(1), plain, `${way.name}: dropout 0.4 drops nothing`)
      assert.notDeepEqual(dropped(1), dropped(2), `${way.name}: dropout does not depend on its key`)
      assert.deepStrictEqual(dropped(1), dropped(1), `${way.name}: dropout depends on more than its key`)
    }, Effect.scoped),
    { discard: true }
  )
