import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import * as Philox from "../src/Philox.ts"
import * as Sampler from "../src/Sampler.ts"

const Golden = Schema.fromJsonString(
  Schema.Struct({
    transformers: Schema.String,
    cases: Schema.Array(
      Schema.Struct({
        logits: Schema.Array(Schema.Finite),
        /** the row so far */
        ids: Schema.Array(Schema.Int),
        settings: Sampler.Settings,
        probabilities: Schema.Array(Schema.Finite)
      })
    )
  })
)
const golden = Schema.decodeSync(Golden)(
  readFileSync(new URL("golden/sampler.json", import.meta.url), "utf8")
)

const plain = { temperature: 1, topK: 0, topP: 1 }
/** Logits whose softmax is these probabilities. */
const logitsOf = (...probabilities: ReadonlyArray<number>) => Float32Array.from(probabilities, Math.log)

/** Largest difference between two rows of the same length. */
const distance = (actual: ArrayLike<number>, expected: ReadonlyArray<number>) =>
  actual.length === expected.length
    ? Math.max(...expected.map((value, id) => Math.abs(value - (actual[id] ?? NaN))))
    : Infinity

describe("Sampler", () => {
  it("leaves what the warpers of transformers leave, with the same probabilities", () => {
    assert.strictEqual(golden.cases.length, 45)
    for (const { ids, logits, settings, probabilities } of golden.cases) {
      const ours = Sampler.probabilities(Float32Array.from(logits), settings, ids)
      assert.isBelow(distance(ours, probabilities), 2e-6)
      assert.deepStrictEqual(
        Array.from(ours, (chance) => chance > 0),
        probabilities.map((chance) => chance > 0)
      )
    }
  })

  it("filters a table worked by hand", () => {
    const logits = logitsOf(0.1, 0.4, 0.2, 0.3)
    assert.isBelow(distance(Sampler.probabilities(logits, plain), [0.1, 0.4, 0.2, 0.3]), 1e-7)
    assert.isBelow(distance(Sampler.probabilities(logits, { ...plain, topK: 2 }), [0, 4 / 7, 0, 3 / 7]), 1e-7)
    // 0.4 + 0.3 = 0.7 reaches 0.65; with 0.75 the next one is needed as well
    assert.isBelow(
      distance(Sampler.probabilities(logits, { ...plain, topP: 0.65 }), [0, 4 / 7, 0, 3 / 7]),
      1e-7
    )
    assert.isBelow(
      distance(Sampler.probabilities(logits, { ...plain, topP: 0.75 }), [0, 4 / 9, 2 / 9, 3 / 9]),
      1e-7
    )
    // temperature 1/2 squares: 1, 16, 4, 9 of 30
    assert.isBelow(
      distance(Sampler.probabilities(logits, { ...plain, temperature: 0.5 }), [
        1 / 30,
        16 / 30,
        4 / 30,
        9 / 30
      ]),
      1e-7
    )
    // top-p counts within what top-k left: 4/7 alone reaches 0.5
    assert.isBelow(
      distance(Sampler.probabilities(logits, { ...plain, topK: 2, topP: 0.5 }), [0, 1, 0, 0]),
      1e-7
    )
    assert.isBelow(distance(Sampler.probabilities(logits, { ...plain, topP: 0 }), [0, 1, 0, 0]), 1e-7)
  })

  it("filters many logits as it filters a sorted table", () => {
    const V = 20_000
    const logits = Float32Array.from(
      { length: V },
      (_, id) => 6 * Math.log(1e-9 + Philox.uniform(4, { row: 1, position: id }))
    )
    const sorted = logits.toSorted().toReversed()
    const total = sorted.reduce((sum, score) => sum + Math.exp(score / 0.9), 0)
    for (const [topK, topP] of [
      [50, 1],
      [0, 0.9],
      [0, 0.9999],
      [300, 0.95]
    ] as const) {
      const kept = topK === 0 ? sorted : sorted.subarray(0, topK)
      const all = topK === 0 ? total : kept.reduce((sum, score) => sum + Math.exp(score / 0.9), 0)
      let above = 0
      const nucleus = kept.filter((score) => {
        const stays = above < topP * all
        above += Math.exp(score / 0.9)
        return stays
      })
      const ours = Sampler.probabilities(logits, { temperature: 0.9, topK, topP })
      assert.strictEqual(ours.filter((chance) => chance > 0).length, nucleus.length)
      assert.approximately(
        ours.reduce((sum, chance) => sum + chance, 0),
        1,
        1e-9
      )
    }
  })

  it("takes the likeliest token at temperature 0, the first among equals, whatever the seed", () => {
    const logits = Float32Array.of(-1, 3, 3, 2)
    for (const seed of [1, 2, 3])
      assert.strictEqual(
        Sampler.choose(logits, { ...plain, temperature: 0 }, { seed, row: 0, position: 0 }),
        1
      )
  })

  it("draws each token as often as its probability says, and never one that was filtered", () => {
    const logits = logitsOf(0.1, 0.4, 0.2, 0.3)
    const settings = { ...plain, topK: 3 }
    const expected = [0, 4 / 9, 2 / 9, 3 / 9]
    const draws = 20_000
    const seen = [0, 0, 0, 0]
    for (let position = 0; position < draws; position++)
      seen[Sampler.choose(logits, settings, { seed: 11, row: 0, position })]! += 1 / draws
    assert.strictEqual(seen[0], 0)
    assert.isBelow(distance(seen, expected), 5 * Math.sqrt(0.25 / draws)) // five standard errors of a share
  })

  it("draws the same for the same seed, row and position", () => {
    const logits = Float32Array.from({ length: 500 }, (_, id) => Math.sin(id))
    const draws = (seed: number) =>
      Array.from({ length: 20 }, (_, position) => Sampler.choose(logits, plain, { seed, row: 1, position }))
    assert.deepStrictEqual(draws(4), draws(4))
    assert.notDeepEqual(draws(4), draws(5))
  })
})
