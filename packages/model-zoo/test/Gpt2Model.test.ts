import { assert, describe, it } from "@effect/vitest"
import { Memory } from "@inkstone/tensorflow"
import { Effect } from "effect"
import * as LanguageModel from "../src/LanguageModel.ts"
import * as Generate from "../src/Generate.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Philox from "../src/Philox.ts"
import * as golden from "./golden.ts"

const { B, T, V } = golden
const visible = T - 3 // the second row ends in padding that transformers was told to hide
const greedy = { temperature: 0, topK: 0, topP: 1 }
const tolerance = 2e-6 // float32 against float32; the golden logits are up to 1.2

/** Greedy text with the whole prefix read anew for every token; the context must be long enough. */
const uncached = Effect.fnUntraced(function* (
  model: LanguageModel.LanguageModel,
  prompt: ReadonlyArray<number>,
  tokens: number
) {
  const decoder = yield* model.decoder(1)
  const ids = [...prompt]
  for (let n = 0; n < tokens; n++) {
    const logits = yield* decoder.prefill([ids])
    const next = logits.indexOf(Math.max(...logits))
    if (next === model.endOfTextId) break
    ids.push(next)
  }
  return ids.slice(prompt.length)
})

const ids = (row: number, length: number) =>
  Array.from({ length }, (_, position) => Math.floor(3 + 125 * Philox.uniform(8, { row, position })))

describe("gpt2 in the zoo", () => {
  it.effect("scores tokens as the logits of transformers say", () =>
    Effect.gen(function* () {
      const { ids, logits } = yield* golden.read
      const model = yield* golden.model
      assert.strictEqual(model.parameters, 30_592)
      const rows = Int32Array.from(ids)
      const nats = yield* model.nats(rows, { B, T: T - 1 })
      for (let row = 0; row < B; row++)
        for (let t = 0; t < (row === 0 ? T : visible) - 1; t++) {
          const scores = logits.subarray((row * T + t) * V, (row * T + t + 1) * V)
          const normalizer = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0))
          const expected = normalizer - (scores[ids[row * T + t + 1] ?? 0] ?? NaN)
          assert.approximately(nats[row * (T - 1) + t] ?? NaN, expected, tolerance)
        }
    })
  )

  it.effect("gives the logits of transformers after a prompt and after each token read into the cache", () =>
    Effect.gen(function* () {
      const { ids, logits } = yield* golden.read
      const decoder = yield* (yield* golden.model).decoder(B)
      const column = (from: number, to: number) =>
        Int32Array.from([...ids.subarray(from, to), ...ids.subarray(T + from, T + to)])
      const expected = (t: number) =>
        Float32Array.of(
          ...logits.subarray(t * V, (t + 1) * V),
          ...logits.subarray((T + t) * V, (T + t + 1) * V)
        )
      for (const prompt of [1, 5]) {
        assert.isBelow(
          golden.distance(
            yield* decoder.prefill(
              [ids.subarray(0, prompt), ids.subarray(T, T + prompt)].map((row) => [...row])
            ),
            expected(prompt - 1)
          ),
          tolerance
        )
        for (let t = prompt; t < visible; t++)
          assert.isBelow(golden.distance(yield* decoder.decode(column(t, t + 1)), expected(t)), tolerance)
      }
    })
  )

  it.effect("writes with the cache, token by token, what it writes when it reads everything anew", () =>
    Effect.gen(function* () {
      const model = yield* golden.model
      for (const length of [1, 2, 3, 5, 8, 12]) {
        const prompt = Array.from({ length }, (_, position) =>
          Math.floor(3 + 125 * Philox.uniform(9, { row: length, position }))
        )
        const [cached] = yield* Generate.generate(model, [prompt], {
          maxTokens: 20,
          seed: 1,
          sampler: greedy
        })
        assert.deepStrictEqual(cached, yield* uncached(model, prompt, 20))
      }
    })
  )

  it.effect(
    "gives a row the same numbers alone and beside rows of other lengths, for longer than a part of the cache",
    () =>
      Effect.gen(function* () {
        const model = yield* golden.model
        const prompts = [ids(0, 5), ids(1, 1), ids(2, 9)]
        const steps = 30
        const run = Effect.fnUntraced(function* (rows: ReadonlyArray<number>) {
          const decoder = yield* model.decoder(rows.length)
          const seen = [yield* decoder.prefill(rows.map((row) => prompts[row] ?? []))]
          for (let n = 0; n < steps; n++)
            seen.push(yield* decoder.decode(Int32Array.from(rows, (row) => ids(row + 10, steps)[n] ?? 0)))
          return seen
        })
        const together = yield* run([0, 1, 2])
        for (const row of [0, 1, 2])
          for (const [n, alone] of (yield* run([row])).entries())
            assert.isBelow(
              golden.distance(together[n]?.subarray(row * V, (row + 1) * V) ?? alone.subarray(1), alone),
              tolerance
            )
      })
  )

  it.effect("lets rows change places and be doubled", () =>
    Effect.gen(function* () {
      const model = yield* golden.model
      const [a, b] = [
        [5, 6, 7, 8],
        [20, 21]
      ]
      const decoder = yield* model.decoder(2)
      yield* decoder.prefill([a, b])
      yield* decoder.decode(Int32Array.of(9, 22))
      yield* decoder.reorder(Int32Array.of(1, 1))
      const twice = yield* decoder.decode(Int32Array.of(23, 30))
      const alone = yield* model.decoder(1)
      for (const [row, next] of [23, 30].entries())
        assert.isBelow(
          golden.distance(twice.subarray(row * V, (row + 1) * V), yield* alone.prefill([[...b, 22, next]])),
          tolerance
        )
    })
  )

  it.effect(
    "goes on beyond its context from the last half of it, and writes the same with the same seed",
    () =>
      Effect.gen(function* () {
        const model = yield* golden.model
        const options = { maxTokens: 70, seed: 4, sampler: { ...greedy, temperature: 0.7 } }
        const prompts = [
          [5, 6, 7, 8, 9, 10, 11],
          [20, 21]
        ]
        const first = yield* Generate.generate(model, prompts, options)
        assert.deepStrictEqual(yield* Generate.generate(model, prompts, options), first)
        assert.isAbove(Math.max(...first.map((ids) => ids.length)), model.contextLength)
      })
  )

  it.effect("lets only the decoder that read last go on", () =>
    Effect.gen(function* () {
      const model = yield* golden.model
      const [one, two] = [yield* model.decoder(1), yield* model.decoder(1)]
      yield* one.prefill([[3, 4]])
      yield* two.prefill([[5]])
      assert.include((yield* Effect.flip(one.decode(Int32Array.of(6)))).message, "another text was begun")
      assert.strictEqual((yield* two.decode(Int32Array.of(6))).length, V)
    })
  )

  it.effect("says which array is missing, misshapen or of a type it cannot use", () =>
    Effect.gen(function* () {
      const opening = yield* golden.checkpoint
      const problem = (name: string, array: NamedArray.NamedArray | undefined) => {
        const arrays = new Map(opening.arrays)
        if (array === undefined) arrays.delete(name)
        else arrays.set(name, array)
        return Effect.map(
          Effect.flip(Effect.scoped(LanguageModel.open("gpt2", { ...opening, arrays }))),
          (error) => error.message
        )
      }
      const name = "transformer.h.1.ln_2.bias"
      assert.include(yield* problem(name, undefined), `has no array ${name}`)
      assert.include(
        yield* problem(name, NamedArray.of(name, "float32", new Float32Array(8))),
        `${name} is [8], the architecture asks for [32]`
      )
      assert.include(
        yield* problem(name, NamedArray.of(name, "int32", new Int32Array(32))),
        "int32, not a float type"
      )
      const architecture = { ...opening.architecture, heads: 5 }
      const wrong = yield* Effect.flip(
        Effect.scoped(LanguageModel.open("gpt2", { ...opening, architecture }))
      )
      assert.include(wrong.message, "channels 32 are no multiple of heads 5")
    })
  )

  it.effect("gives its memory back", () =>
    Effect.gen(function* () {
      const use = Effect.scoped(
        Effect.gen(function* () {
          const model = yield* golden.model
          yield* Generate.generate(model, [[3]], { maxTokens: 3, seed: 1, sampler: greedy })
        })
      )
      yield* use
      const { sessions, tensors } = Memory.counters()
      yield* use
      assert.deepInclude(Memory.counters(), { sessions, tensors })
    })
  )
})

const bits = (dtype: "float16" | "bfloat16", ...words: ReadonlyArray<number>): NamedArray.NamedArray => ({
  ...NamedArray.of("x", "uint16", Uint16Array.from(words)),
  dtype
})

describe("NamedArray.float32", () => {
  it("reads half precision and bfloat16", () => {
    // 1, -2, the smallest subnormal, 65504, infinity: IEEE 754-2008
    assert.deepStrictEqual(
      NamedArray.float32(bits("float16", 0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00)),
      Float32Array.of(1, -2, 2 ** -24, 65_504, Infinity)
    )
    assert.deepStrictEqual(
      NamedArray.float32(bits("bfloat16", 0x3f80, 0xc000, 0x7f80)),
      Float32Array.of(1, -2, Infinity)
    )
  })
})
