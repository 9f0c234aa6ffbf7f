import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as LanguageModel from "../src/LanguageModel.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Philox from "../src/Philox.ts"
import * as golden from "./golden.ts"

type Round = (values: Float32Array, shape: ReadonlyArray<number>, stored: "in-out" | "out-in") => Float32Array

/** The nearest bfloat16 of each number, ties to even. */
const toBfloat16: Round = (values) => {
  const words = new Uint32Array(values.slice().buffer)
  const rounded = words.map((word) => ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) << 16)
  return new Float32Array(rounded.buffer)
}

/** Multiples of a 127th of the largest of the same output channel. */
const toInt8: Round = (values, [rows = 1, columns = 1], stored) => {
  const channel = (at: number) => (stored === "in-out" ? at % columns : Math.floor(at / columns))
  const largest = new Float32Array(stored === "in-out" ? columns : rows)
  for (const [at, value] of values.entries())
    largest[channel(at)] = Math.max(largest[channel(at)] ?? 0, Math.abs(value))
  return values.map((value, at) => {
    const scale = (largest[channel(at)] ?? 1) / 127
    return Math.floor(value / scale + 0.5) * scale
  })
}

/** The golden model with the weights of its products rounded, otherwise as it is. */
const rounded = Effect.fnUntraced(function* (round: Round) {
  const opening = yield* golden.checkpoint
  const arrays = new Map(
    Array.from(opening.arrays, ([name, array]) => {
      const product = /(c_attn|c_proj|c_fc|wte)\.weight$/.test(name)
      const values = NamedArray.float32(array) ?? new Float32Array(0)
      const stored = name.endsWith("wte.weight") ? "out-in" : "in-out"
      const kept = product ? round(values, array.shape, stored) : values
      return [name, { ...NamedArray.of(name, "float32", kept), shape: array.shape }] as const
    })
  )
  return yield* LanguageModel.open("gpt2", { ...opening, arrays })
})

const ids = (row: number, length: number) =>
  Array.from({ length }, (_, position) => Math.floor(3 + 125 * Philox.uniform(3, { row, position })))

/** Logits after a prompt a row and after each of a few more tokens. */
const read = Effect.fnUntraced(function* (model: LanguageModel.LanguageModel, B: number) {
  const decoder = yield* model.decoder(B)
  const rows = Array.from({ length: B }, (_, row) => row)
  const seen = [yield* decoder.prefill(rows.map((row) => ids(row, 3 + (row % 4))))]
  for (const next of [5, 6, 7]) seen.push(yield* decoder.decode(Int32Array.from(rows, (row) => next + row)))
  return seen
})

describe("weights in a small format", () => {
  it.effect.each([
    { format: "bfloat16", round: toBfloat16 },
    { format: "int8", round: toInt8 }
  ] as const)("say what rounded weights say: $format", ({ format, round }) =>
    Effect.gen(function* () {
      const opening = yield* golden.checkpoint
      const small = yield* LanguageModel.open("gpt2", opening, { weights: format })
      const expected = yield* rounded(round)
      const exact = yield* golden.model
      for (const B of [1, 9]) {
        const [ours, theirs, all] = [yield* read(small, B), yield* read(expected, B), yield* read(exact, B)]
        for (const [step, logits] of ours.entries()) {
          assert.isBelow(golden.distance(logits, theirs[step] ?? logits.subarray(1)), 5e-6)
          assert.isAbove(golden.distance(logits, all[step] ?? logits), 1e-5) // something was rounded
        }
      }
      const text = Int32Array.from(ids(0, 13))
      const [a, b] = [yield* small.nats(text, { B: 1, T: 12 }), yield* expected.nats(text, { B: 1, T: 12 })]
      assert.isBelow(golden.distance(a, b), 5e-6)
    })
  )
})
