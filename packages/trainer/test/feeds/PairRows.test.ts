// Examples of two sides as batches: what stands in them, and what grouping by length saves.
import { assert, describe, it } from "@effect/vitest"
import * as PairData from "../../src/feeds/PairData.ts"
import * as PairRows from "../../src/feeds/PairRows.ts"
import { pairs } from "./sources.ts"

/** Two texts. */
const one = (task: PairData.PairData["task"], tags: ReadonlyArray<number> = []) =>
  PairData.of({
    task,
    inputs: { id: Uint16Array.of(2, 7, 3, 2, 8, 9, 3), segment: Uint8Array.of(0, 0, 0, 0, 0, 1, 1) },
    tags: Int32Array.from(tags),
    targets: Uint16Array.of(5, 3, 6, 7, 3),
    rows: {
      input: Uint32Array.of(0, 3),
      inputTokens: Uint32Array.of(3, 4),
      target: Uint32Array.of(0, 2),
      targetTokens: Uint32Array.of(2, 3),
      label: Int32Array.of(1, 0),
      answerStart: Int32Array.of(-1, 1),
      answerEnd: Int32Array.of(-1, 2),
      value: Float64Array.of(0.5, -2)
    },
    labels: ["no", "yes"],
    padId: 0
  })

/** The second one first, and a row that fills up. */
const batchOf = (data: PairData.PairData) => {
  const layout = PairRows.layoutOf([data], { grouping: "length", limit: 8 })
  return PairRows.evaluate(data, layout, Infinity).assemble(
    { places: Uint32Array.of(1, 0), epochs: new Uint32Array(2) },
    3
  )
}

/** By name. */
const inputsOf = (data: PairData.PairData) =>
  Object.fromEntries(
    Object.entries(batchOf(data).inputs).map(([name, { values }]) => [name, Array.from(values)])
  )

const read = {
  tokens: [2, 8, 9, 3, 0, 0, 0, 0, 2, 7, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  mask: [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1],
  segments: [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/** The share of 300 steps of 32 texts that is padding, and how many shapes they have. */
const padding = (grouping: "length" | "none") => {
  const data = pairs("classification", 4000, 256)
  const layout = PairRows.layoutOf([data], { grouping, limit: 256 })
  const source = PairRows.train(data, layout, { batchSize: 32, seed: 1 })
  const shapes = new Set<string>()
  let [places, tokens] = [0, 0]
  for (let step = 1; step <= 300; step += 1) {
    const batch = source.assemble(source.draw(step), 32)
    const { shape } = batch.inputs["tokens"]!
    shapes.add(shape.join("x"))
    places += shape.reduce((a, b) => a * b, 1)
    tokens += batch.tokens
  }
  return { padding: 1 - tokens / places, shapes: shapes.size }
}

describe("pairs", () => {
  it("have the class, the number or the answer of each row", () => {
    const weights = [1, 1, 0]
    assert.deepStrictEqual(inputsOf(one("classification")), { ...read, labels: [0, 1, 0], weights })
    assert.deepStrictEqual(inputsOf(one("regression")), { ...read, targets: [-2, 0.5, 0], weights })
    // no answer in the first row: at the first place
    assert.deepStrictEqual(inputsOf(one("question-answering")), {
      ...read,
      begins: [1, 0, 0],
      ends: [2, 0, 0],
      weights
    })
  })

  it("have the labels of tokens, and leave out rows without any", () => {
    const data = one("token-classification", [-1, -1, -1, -1, 1, 0, -1])
    assert.deepStrictEqual([...data.learnable], [1])
    const { labels, weights } = inputsOf(data)
    assert.deepStrictEqual(labels!.slice(0, 8), [0, 1, 0, 0, 0, 0, 0, 0])
    assert.deepStrictEqual(weights!.slice(0, 8), [0, 1, 1, 0, 0, 0, 0, 0])
    assert.isTrue(weights!.slice(8).every((weight) => weight === 0))
  })

  it("have texts and their targets", () => {
    const batch = batchOf(one("text-to-text"))
    assert.deepStrictEqual(inputsOf(one("text-to-text")), {
      source: read.tokens,
      sourceMask: read.mask,
      targets: [6, 7, 3, 0, 0, 0, 0, 0, 5, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      weights: [1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    })
    assert.strictEqual(batch.tokens, 12)
  })
})

describe("rows grouped by length", () => {
  it("waste a quarter of the places where rows of any length waste five sixths, in six shapes", () => {
    const [grouped, plain] = [padding("length"), padding("none")]
    assert.approximately(plain.padding, 0.84, 0.01)
    // the best that six lengths allow is 0.239
    assert.approximately(grouped.padding, 0.275, 0.01)
    assert.isAtMost(grouped.shapes, 6)
    assert.strictEqual(plain.shapes, 1)
  })
})
