import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import type { LanguageModel } from "../src/Model.ts"
import * as Generate from "../src/Generate.ts"
import * as Ngram from "../src/Ngram.ts"
import * as StopSequences from "../src/StopSequences.ts"
import * as NgramModel from "../src/NgramModel.ts"

const end = 0
const greedy = { temperature: 0, topK: 0, topP: 1 }
const plain = { temperature: 1, topK: 0, topP: 1 }

// "1 2 3 4 5 1 2 3 ..." with a way out after every 30th token
const text = Int32Array.from({ length: 930 }, (_, at) => (at % 31 === 30 ? end : 1 + (at % 5)))
const counts = Ngram.train(text, { order: 3, vocabSize: 8, endOfTextId: end })
const ngram = NgramModel.of(counts)

/**
 * Whose every token is a hash of all it sees, so that a token too much or too little shows; `seen` notes what was read at
 * once. V = 50, context 6.
 */
const hashing = (seen: Array<ReadonlyArray<number>> = []): LanguageModel => {
  const vocabSize = 50
  const logits = (rows: ReadonlyArray<ReadonlyArray<number>>) => {
    const out = new Float32Array(rows.length * vocabSize)
    for (const [row, ids] of rows.entries()) {
      assert.isAtMost(ids.length, 6)
      out[
        row * vocabSize + 1 + (ids.reduce((hash, id) => (hash * 31 + id + 7) % 1009, 0) % (vocabSize - 1))
      ] = 1
    }
    return out
  }
  return {
    ...ngram,
    vocabSize,
    contextLength: 6,
    decoder: (B) =>
      Effect.sync(() => {
        let rows: Array<Array<number>> = []
        return {
          prefill: (prompts) =>
            Effect.sync(() => {
              rows = prompts.map((prompt) => [...prompt])
              assert.strictEqual(rows.length, B)
              for (const row of rows) seen.push([...row])
              return logits(rows)
            }),
          decode: (tokens) =>
            Effect.sync(() => {
              for (const [row, ids] of rows.entries()) ids.push(tokens[row] ?? -1)
              return logits(rows)
            }),
          reorder: (order) =>
            Effect.sync(() => {
              rows = Array.from(order, (row) => [...(rows[row] ?? [])])
            })
        }
      })
  }
}

const draw = (seed: number) =>
  Generate.generate(ngram, [[end], [end]], { maxTokens: 40, seed, sampler: { ...plain, temperature: 3 } })

describe("Generate", () => {
  it.effect("continues greedily as the distributions say", () =>
    Effect.gen(function* () {
      const [written] = yield* Generate.generate(ngram, [[end, 1, 2]], {
        maxTokens: 12,
        seed: 1,
        sampler: greedy
      })
      const expected = [end, 1, 2]
      while (expected.length < 15) {
        const chances = Ngram.probabilities(counts, expected)
        expected.push(chances.indexOf(Math.max(...chances)))
      }
      assert.deepStrictEqual(written, expected.slice(3))
      assert.deepStrictEqual(written, [3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4])
    })
  )

  it.effect.prop(
    "gives a row the same text whatever prompts it shares the batch with",
    [
      Schema.Array(
        Schema.Array(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 49 }))))
      ).pipe(Schema.check(Schema.isMaxLength(4)))
    ],
    ([prompts]) =>
      Effect.gen(function* () {
        // up to 6 tokens in all, so that no context is ever full
        const short = prompts.map((prompt) => prompt.slice(0, 3))
        const options = { maxTokens: 3, seed: 1, sampler: greedy }
        const together = yield* Generate.generate(hashing(), short, options)
        for (const [row, prompt] of short.entries())
          assert.deepStrictEqual(together[row], (yield* Generate.generate(hashing(), [prompt], options))[0])
      })
  )

  it.effect("draws the same with the same seed, and rows apart from each other", () =>
    Effect.gen(function* () {
      const [first, again, other] = [yield* draw(5), yield* draw(5), yield* draw(6)]
      assert.deepStrictEqual(first, again)
      assert.notDeepEqual(first, other)
      assert.notDeepEqual(first[0], first[1])
    })
  )

  it.effect("stops a row at its end-of-text, and goes on with the others", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 8 }, () => [end])
      const written = yield* Generate.generate(ngram, rows, { maxTokens: 60, seed: 2, sampler: plain })
      const lengths = written.map((ids) => ids.length)
      assert.isBelow(Math.min(...lengths), 60)
      assert.isAbove(new Set(lengths).size, 1)
      assert.isTrue(written.flat().every((id) => id !== end))
    })
  )

  it.effect("reads the last half of the context again when it is full", () =>
    Effect.gen(function* () {
      const seen: Array<ReadonlyArray<number>> = []
      const prompt = [9, 8, 7, 6, 5]
      const [written = []] = yield* Generate.generate(hashing(seen), [prompt], {
        maxTokens: 8,
        seed: 1,
        sampler: greedy
      })
      const all = [...prompt, ...written]
      assert.strictEqual(written.length, 8)
      assert.deepStrictEqual(seen, [all.slice(0, 5), all.slice(4, 7), all.slice(8, 11)])
      const long = Array.from({ length: 20 }, (_, at) => at)
      yield* Generate.generate(hashing(seen), [long], { maxTokens: 1, seed: 1, sampler: greedy })
      assert.deepStrictEqual(seen.at(-1), long.slice(-6))
    })
  )

  it.effect("streams what it gives as a whole, and nothing for no prompt or no token", () =>
    Effect.gen(function* () {
      const options = { maxTokens: 5, seed: 3, sampler: plain }
      const prompts = [
        [end, 1],
        [end, 1, 2, 3]
      ]
      const written = yield* Stream.runCollect(Generate.stream(ngram, prompts, options))
      const whole = yield* Generate.generate(ngram, prompts, options)
      for (const [row, ids] of whole.entries())
        assert.deepStrictEqual(
          written.filter((token) => token.row === row).map((token) => token.id),
          ids
        )
      assert.deepStrictEqual(yield* Generate.generate(ngram, [], options), [])
      assert.deepStrictEqual(yield* Generate.generate(ngram, [[1]], { ...options, maxTokens: 0 }), [[]])
    })
  )

  it.effect("ends a row at its stop sequence, with the tokens of it, and goes on with the others", () =>
    Effect.gen(function* () {
      const prompts = [
        [end, 1, 2],
        [end, 1, 2, 3]
      ]
      const options = { maxTokens: 9, seed: 1, sampler: greedy }
      const stop = StopSequences.ids([[5, 1, 2]])
      const [first, second] = yield* Generate.generate(ngram, prompts, { ...options, stop })
      assert.deepStrictEqual(first, [3, 4, 5, 1, 2])
      assert.deepStrictEqual(second, [4, 5, 1, 2])
    })
  )

  it.effect("does not repeat itself where repetition costs", () =>
    Effect.gen(function* () {
      const sampler = { ...greedy, repetitionPenalty: 1e6 }
      const [written = []] = yield* Generate.generate(ngram, [[end, 1]], { maxTokens: 5, seed: 1, sampler })
      assert.deepStrictEqual(written.slice(0, 4), [2, 3, 4, 5])
    })
  )

  it.effect("finds the likeliest of all texts when it follows as many beams as there are", () =>
    Effect.gen(function* () {
      const prompt = [end, 1]
      const options = { maxTokens: 3, seed: 1, sampler: greedy }
      const search = { beams: 64, lengthPenalty: 0, earlyStopping: "never" } as const
      // no text ends early, so that all have three tokens
      const endless = { ...ngram, endOfTextId: -1 }
      const [found] = yield* Generate.generate(endless, [prompt], { ...options, search })
      const all = Array.from({ length: 8 ** 3 }, (_, n) => [n >> 6, (n >> 3) & 7, n & 7])
      const likelihood = (ids: ReadonlyArray<number>) =>
        ids.reduce(
          (sum, id, at) =>
            sum + Math.log(Ngram.probabilities(counts, [...prompt, ...ids.slice(0, at)])[id] ?? 0),
          0
        )
      const best = all.reduce((a, b) => (likelihood(b) > likelihood(a) ? b : a))
      assert.deepStrictEqual(found, best)
    })
  )
})
