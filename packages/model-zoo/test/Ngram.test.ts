import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as NamedArray from "../src/NamedArray.ts"
import * as Ngram from "../src/Ngram.ts"
import * as NgramModel from "../src/NgramModel.ts"

const end = 0 // end-of-text
const vocabSize = 7

const between = (minimum: number, maximum: number) =>
  Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum, maximum })))
const Order = between(1, 5)
const Text = Schema.Array(between(0, vocabSize - 1)).pipe(Schema.check(Schema.isMaxLength(120)))

const train = (tokens: ReadonlyArray<number>, order: number) =>
  Ngram.train(Int32Array.from([...tokens, end]), { order, vocabSize, endOfTextId: end })

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)

/** The definition, written with maps of strings and without any thought of speed. */
const naive = (tokens: ReadonlyArray<number>, order: number) => {
  const documents: Array<Array<number>> = []
  let document = [end]
  for (const token of [...tokens, end]) {
    document.push(token)
    if (token !== end) continue
    documents.push(document)
    document = [end]
  }
  const raw = Array.from({ length: order + 1 }, () => new Map<string, number>())
  for (const ids of documents)
    for (let from = 0; from < ids.length; from++)
      for (let k = 1; k <= order && from + k <= ids.length; k++) {
        if (k === 1 && from === 0) continue // the opening token is given
        const key = ids.slice(from, from + k).join(" ")
        raw[k]?.set(key, (raw[k]?.get(key) ?? 0) + 1)
      }
  const counts = raw.map((table, k) => {
    if (k === 0 || k === order) return table
    return new Map(
      [...table].map(([key, count]) => {
        const lefts = [...(raw[k + 1]?.keys() ?? [])].filter(
          (longer) => longer.slice(longer.indexOf(" ") + 1) === key
        )
        return [key, k > 1 && key.startsWith(`${end} `) ? count : lefts.length]
      })
    )
  })
  const discounts = counts.map((table) => {
    const seen = (count: number) => [...table.values()].filter((value) => value === count).length
    const y = seen(1) / (seen(1) + 2 * seen(2))
    const three = [1, 2, 3].map((c) => c - ((c + 1) * y * seen(c + 1)) / seen(c))
    return three.every((d, i) => d > 0 && d <= i + 1) ? three : [0.5, 1, 1.5]
  })
  const give = (k: number, count: number) =>
    count === 0 ? 0 : (discounts[k]?.[Math.min(count, 3) - 1] ?? NaN)
  const probability = (context: ReadonlyArray<number>, word: number): number => {
    const k = context.length + 1
    const after = Array.from(
      { length: vocabSize },
      (_, id) => counts[k]?.get([...context, id].join(" ")) ?? 0
    )
    const total = sum(after)
    const shorter = context.length === 0 ? 1 / vocabSize : probability(context.slice(1), word)
    if (total === 0) return shorter
    const share = sum(after.map((count) => give(k, count))) / total
    return ((after[word] ?? 0) - give(k, after[word] ?? 0)) / total + share * shorter
  }
  return (context: ReadonlyArray<number>, word: number) => {
    const opening = context.lastIndexOf(end)
    return probability(context.slice(Math.max(0, opening, context.length - order + 1)), word)
  }
}

describe("Ngram", () => {
  it("gives the probabilities of a bigram table worked by hand", () => {
    // Documents "a b a" and "a a". Bigrams: end-a 2, a-b 1, b-a 1, a-end 2, a-a 1; too few counts, so the discounts are
    // 0.5, 1, 1.5. Left neighbours: a has 3, b has 1, end has 1.
    const [a, b] = [1, 2]
    const model = Ngram.train(Int32Array.of(a, b, a, end, a, a, end), {
      order: 2,
      vocabSize: 3,
      endOfTextId: end
    })
    const unigram = [0.5 / 5 + 0.5 / 3, 1.5 / 5 + 0.5 / 3, 0.5 / 5 + 0.5 / 3]
    const close = (context: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
      for (const [id, value] of expected.entries())
        assert.approximately(
          Ngram.probabilities(model, context)[id] ?? NaN,
          value,
          1e-12,
          `${context.join(" ")} then ${id}`
        )
    }
    close([], unigram)
    close([a], [1 / 4 + 0.5 * unigram[0]!, 0.5 / 4 + 0.5 * unigram[1]!, 0.5 / 4 + 0.5 * unigram[2]!])
    close([end], [0.5 * unigram[0]!, 1 / 2 + 0.5 * unigram[1]!, 0.5 * unigram[2]!])
    assert.strictEqual(Ngram.parameters(model), 8)
  })

  it.effect.prop("equals the definition", [Order, Text], ([order, tokens]) =>
    Effect.sync(() => {
      const [model, expected] = [train(tokens, order), naive(tokens, order)]
      for (let at = 0; at <= Math.min(tokens.length, 12); at++) {
        const context = tokens.slice(Math.max(0, at - 6), at)
        const ours = Ngram.probabilities(model, context)
        for (const [id, value] of ours.entries()) assert.approximately(value, expected(context, id), 1e-12)
      }
    })
  )

  it.effect.prop(
    "sums to 1 over the vocabulary in any context, seen or not",
    [Order, Text, Text],
    ([order, tokens, context]) =>
      Effect.sync(() => {
        const chances = Ngram.probabilities(train(tokens, order), context)
        assert.approximately(sum(chances), 1, 1e-12)
        assert.isTrue(chances.every((chance) => chance > 0))
      })
  )

  it.effect.prop("scores a text as its distributions say", [Order, Text, Text], ([order, tokens, text]) =>
    Effect.sync(() => {
      const model = train(tokens, order)
      const rows = [end, ...text, ...text, end] // two rows of the same length
      const T = text.length
      const nats = Ngram.nats(model, Int32Array.from(rows), { B: 2, T })
      for (let row = 0; row < 2; row++)
        for (let t = 0; t < T; t++) {
          const seen = rows.slice(row * (T + 1), row * (T + 1) + t + 1)
          const next = rows[row * (T + 1) + t + 1] ?? -1
          assert.approximately(
            nats[row * T + t] ?? NaN,
            -Math.log(Ngram.probabilities(model, seen)[next] ?? NaN),
            1e-5
          )
        }
    })
  )

  it.effect.prop("sees nothing before the last end-of-text", [Order, Text, Text], ([order, tokens, before]) =>
    Effect.sync(() => {
      const model = train(tokens, order)
      const context = [end, 3, 4]
      assert.deepStrictEqual(
        Ngram.probabilities(model, [...before, ...context]),
        Ngram.probabilities(model, context)
      )
    })
  )

  it.effect.prop("comes back from its arrays with the same bits", [Order, Text], ([order, tokens]) =>
    Effect.gen(function* () {
      const model = train(tokens, order)
      const stored = new Map(
        NgramModel.toArrays(model).map((array) => [array.name, { ...array, bytes: array.bytes.slice() }])
      )
      const opened = yield* NgramModel.family.open({
        architecture: { order },
        vocabSize,
        contextLength: order,
        parameters: Ngram.parameters(model),
        endOfTextId: end,
        arrays: stored
      })
      const text = Int32Array.from([end, 1, 2, 3, 4, 5, 6, 1, 1, 2, end])
      const shape = { B: 1, T: text.length - 1 }
      assert.deepStrictEqual(yield* opened.nats(text, shape), Ngram.nats(model, text, shape))
      assert.strictEqual(opened.parameters, Ngram.parameters(model))
    })
  )

  it("learns a text: what was seen is likelier than what was not, and better with more context", () => {
    const text = Array.from({ length: 300 }, (_, at) => 1 + (at % 5))
    const perToken = (order: number) => {
      const tokens = Int32Array.from([end, ...text])
      return sum(Ngram.nats(train(text, order), tokens, { B: 1, T: text.length })) / text.length
    }
    assert.isBelow(perToken(2), 0.2)
    assert.isAbove(perToken(1), 1.5) // log 5 = 1.609 without context
  })
})

describe("NgramModel.open", () => {
  const model = train([1, 2, 3, 1, 2, 4], 3)
  const arrays = new Map(NgramModel.toArrays(model).map((array) => [array.name, array]))
  const opening = {
    vocabSize,
    contextLength: 3,
    parameters: 1,
    endOfTextId: end,
    architecture: { order: 3 },
    arrays
  }
  const problem = (change: Partial<typeof opening>) =>
    Effect.map(Effect.flip(NgramModel.family.open({ ...opening, ...change })), (error) => error.message)

  it.effect("names the missing array", () =>
    Effect.gen(function* () {
      const some = new Map([...arrays].filter(([name]) => name !== "level.2.counts"))
      assert.include(yield* problem({ arrays: some }), "level.2 lacks words, counts or children")
    })
  )

  it.effect("names the level whose sizes do not fit, and ids beyond the vocabulary", () =>
    Effect.gen(function* () {
      const change = (array: NamedArray.NamedArray) => new Map([...arrays, [array.name, array]])
      const short = NamedArray.of("level.3.counts", "uint16", new Uint16Array(1))
      assert.include(yield* problem({ arrays: change(short) }), "level.3 has 1 counts")
      const words = NamedArray.view(arrays.get("level.2.words"), "uint16")
      assert.isDefined(words)
      const beyond = NamedArray.of(
        "level.2.words",
        "uint16",
        new Uint16Array(words?.length ?? 0).fill(vocabSize)
      )
      assert.include(yield* problem({ arrays: change(beyond) }), "level.2.words has an id beyond 6")
      assert.include(yield* problem({ architecture: { order: 9 } }), "architecture")
    })
  )
})
