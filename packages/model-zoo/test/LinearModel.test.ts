// Tf-idf and logistic regression beside their definitions in numpy (golden/linear/make_linear.py), and as a family of the zoo.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { LanguageModel, LinearModel, NamedArray, Zoo } from "../src/index.ts"
import * as Lbfgs from "../src/linear/Lbfgs.ts"
import * as Logistic from "../src/linear/Logistic.ts"
import * as Tfidf from "../src/linear/Tfidf.ts"

const Numbers = Schema.Array(Schema.Finite)
const Golden = Schema.Struct({
  vocabSize: Schema.Int,
  labels: Schema.Int,
  texts: Schema.Array(Numbers),
  classes: Numbers,
  cases: Schema.Array(
    Schema.Struct({
      order: Schema.Int,
      minTexts: Schema.Int,
      sublinear: Schema.Boolean,
      strength: Schema.Finite,
      ngrams: Schema.Array(Numbers),
      idf: Numbers,
      first: Schema.Array(Schema.Tuple([Schema.Finite, Schema.Finite])),
      weights: Schema.Array(Numbers),
      nats: Schema.Finite,
      loss: Schema.Finite
    })
  )
})
const golden = Schema.decodeSync(Schema.fromJsonString(Golden))(
  readFileSync(new URL("golden/linear/linear.json", import.meta.url), "utf8")
)
const { cases, labels, texts, vocabSize } = golden
const data = { texts, labels: Int32Array.from(golden.classes) }
const settings = (each: (typeof cases)[number]) => ({
  vocabSize,
  labels,
  order: each.order,
  sublinear: each.sublinear,
  minTexts: each.minTexts,
  maxFeatures: 1000,
  strengths: [each.strength]
})

const close = (actual: ArrayLike<number>, expected: ReadonlyArray<number>, tolerance: number) => {
  assert.strictEqual(actual.length, expected.length)
  for (const [i, value] of expected.entries()) assert.closeTo(actual[i]!, value, tolerance)
}

describe.each(cases)("order $order, C $strength, sublinear $sublinear", (each) => {
  const model = LinearModel.train(data, settings(each))
  it("counts and weighs the n-grams that numpy does", () => {
    const { idf, ngrams } = model.tfidf
    const rows = Array.from(idf, (_, row) =>
      [...ngrams.subarray(row * each.order, (row + 1) * each.order)].filter((id) => id !== Tfidf.none)
    )
    assert.deepStrictEqual(rows, each.ngrams)
    close(idf, each.idf, 1e-12)
    const vector = new Tfidf.Vectorizer(model.tfidf).vector(texts[0]!)
    assert.deepStrictEqual(
      vector.map(([feature]) => feature),
      each.first.map(([feature]) => feature)
    )
    close(
      vector.map(([, value]) => value),
      each.first.map(([, value]) => value),
      1e-12
    )
  })

  it("ends at the optimum of Newton's method", () => {
    const [fit] = model.fits
    assert.isTrue(fit?.converged)
    assert.closeTo(fit?.trainNats ?? NaN, each.nats, 1e-6)
    const last = model.logistic.weights.subarray(-labels)
    const mean = last.reduce((a, b) => a + b, 0) / labels
    close(
      model.logistic.weights.map((w, i) => (i < model.logistic.weights.length - labels ? w : w - mean)),
      each.weights.flat(),
      1e-5
    )
    const matrix = new Tfidf.Vectorizer(model.tfidf).matrix(texts)
    const loss = Logistic.objective(
      { matrix, labels: data.labels },
      { ...model.logistic, strength: each.strength }
    )
    const size = model.logistic.weights.length
    assert.closeTo(loss(model.logistic.weights, new Float64Array(size)), each.loss, 1e-9)
  })
})

describe("the objective", () => {
  it("has the gradient that finite differences have", () => {
    const tfidf = Tfidf.learn(texts, settings(cases[1]!))
    const matrix = new Tfidf.Vectorizer(tfidf).matrix(texts)
    const loss = Logistic.objective(
      { matrix, labels: data.labels },
      { features: tfidf.idf.length, labels, strength: 2 }
    )
    const at = Float64Array.from({ length: (tfidf.idf.length + 1) * labels }, (_, i) => Math.sin(i))
    const gradient = new Float64Array(at.length)
    loss(at, gradient)
    for (let i = 0; i < at.length; i += 7) {
      const moved = (by: number) => loss(at.with(i, at[i]! + by), new Float64Array(at.length))
      assert.closeTo(gradient[i]!, (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-8)
    }
  })
})

const valley: Lbfgs.Function = (at, gradient) => {
  const [x = 0, y = 0] = at
  gradient.set([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2
}

describe("L-BFGS", () => {
  it("finds the minimum of a bent valley, Rosenbrock's", () => {
    const { at, converged } = Lbfgs.minimize(valley, Float64Array.of(-1.2, 1), {
      tolerance: 1e-8,
      maxIterations: 500
    })
    assert.isTrue(converged)
    close(at, [1, 1], 1e-7)
  })
})

describe("n-grams that count", () => {
  it("are closed even when there are too many: each is there with its beginning", () => {
    for (const maxFeatures of [3, 8, 11, 20]) {
      const tfidf = Tfidf.learn(texts, { vocabSize, order: 3, minTexts: 1, maxFeatures, sublinear: false })
      assert.strictEqual(tfidf.idf.length, maxFeatures)
      assert.doesNotThrow(() => new Tfidf.Vectorizer(tfidf))
    }
  })
})

describe("strengths", () => {
  it("are chosen by the loss on validation, and order 0 knows how frequent classes are", () => {
    const validation = { texts: texts.slice(20), labels: data.labels.slice(20) }
    const train = { texts: texts.slice(0, 20), labels: data.labels.slice(0, 20) }
    const chosen = LinearModel.train(train, { ...settings(cases[0]!), strengths: [100, 0.1, 1], validation })
    const losses = chosen.fits.map(({ validationNats }) => validationNats)
    assert.deepStrictEqual(
      chosen.fits.map(({ strength }) => strength),
      [0.1, 1, 100]
    )
    assert.strictEqual(chosen.strength, chosen.fits[losses.indexOf(Math.min(...losses))]!.strength)
    const majority = LinearModel.train(data, { ...settings(cases[0]!), order: 0 })
    const shares = [0, 1, 2].map((k) => golden.classes.filter((each) => each === k).length / texts.length)
    close(
      Logistic.predict(majority.logistic, new Tfidf.Vectorizer(majority.tfidf).matrix([[]])),
      shares.map(Math.log),
      1e-6
    )
  })
})

describe("the family", () => {
  const model = LinearModel.train(data, settings(cases[1]!))
  const arrays = new Map(LinearModel.toArrays(model).map((array) => [array.name, array]))
  const opening = { architecture: LinearModel.configOf(model), arrays, vocabSize }

  it.effect("is opened as it was stored, and says of padded texts what it says of them alone", () =>
    Effect.gen(function* () {
      const opened = yield* LinearModel.open(opening)
      const rows = [texts[0]!, texts[1]!, []]
      const T = Math.max(...rows.map(({ length }) => length)) + 2
      const tokens = new Int32Array(rows.length * T)
      const mask = new Uint8Array(rows.length * T)
      for (const [row, ids] of rows.entries()) {
        tokens.set(ids, row * T)
        mask.fill(1, row * T, row * T + ids.length)
      }
      const said = yield* opened.answer({ B: rows.length, T, tokens, mask })
      const expected = Logistic.predict(model.logistic, new Tfidf.Vectorizer(model.tfidf).matrix(rows))
      close(said, [...expected], 1e-6)
      assert.strictEqual(opened.parameters, (model.tfidf.idf.length + 1) * labels)
    })
  )

  it.effect("refuses arrays that do not fit, an n-gram without its beginning among them", () =>
    Effect.gen(function* () {
      const problem = (change: Partial<typeof opening>) =>
        Effect.map(Effect.flip(LinearModel.open({ ...opening, ...change })), ({ message }) => message)
      assert.match(yield* problem({ arrays: new Map() }), /lacks ngrams/)
      assert.match(yield* problem({ vocabSize: 4 }), /id beyond 3/)
      assert.match(
        yield* problem({ architecture: { ...opening.architecture, features: 3 } }),
        /for 3 features/
      )
      const orphan = NamedArray.of("ngrams", "uint32", Uint32Array.of(1, 2), [1, 2])
      const idf = NamedArray.of("idf", "float64", Float64Array.of(1))
      const weights = NamedArray.of("weights", "float64", new Float64Array(2 * labels))
      const few = new Map([orphan, idf, weights].map((array) => [array.name, array]))
      const architecture = { ...opening.architecture, features: 1 }
      assert.match(yield* problem({ arrays: few, architecture }), /without its beginning/)
    })
  )

  it.effect("is in the zoo, and does not write", () =>
    Effect.gen(function* () {
      assert.strictEqual(Zoo.find("linear"), LinearModel.family)
      const whole = { ...opening, contextLength: 1, parameters: 1, endOfTextId: 0 }
      const error = yield* Effect.flip(LanguageModel.open("linear", whole))
      assert.match(error.message, /sorts texts into classes, and writes none/)
    })
  )
})
