import { assert, describe, it } from "@effect/vitest"
import { Metrics } from "@inkstone/artifact"
import { sample, stageContract, trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { bordersOf, bucketOf } from "../../src/bucket/Borders.ts"
import { bucket } from "../../src/index.ts"
import { corpus } from "../deduplicate/corpus.ts"

const documents = corpus(Array.from({ length: 9 }, (_, i) => ({ id: `d${i}`, text: `text number ${i}` })))

/** Nats so that document `i` has `i + 1` bits in each byte. */
const metricsOf = (count: number) =>
  sample(Metrics, {
    attributes: {
      task: "language-modelling",
      primary: "bits_per_byte",
      resampling: "",
      model: "m".repeat(64),
      data: "",
      split: "all",
      documents: count,
      tokens: 0,
      bytes: 0
    },
    tables: {
      metrics: {
        metric: [],
        value: new Float64Array(),
        low: new Float64Array(),
        high: new Float64Array(),
        confidence: new Float64Array(),
        n: new Uint32Array(),
        unit: [],
        better: [],
        signature: []
      },
      speed: { name: [], value: new Float64Array() },
      items: {
        id: Array.from({ length: count }, (_, i) => `d${i}`),
        source: Array.from({ length: count }, () => ""),
        nats: Float64Array.from({ length: count }, (_, i) => (i + 1) * Math.LN2 * 10),
        tokens: new Uint32Array(count).fill(3),
        bytes: new Uint32Array(count).fill(10)
      },
      replicates: { metric: [], value: new Float64Array() },
      outcomes: { id: [], metric: [], value: new Float64Array() },
      outputs: { id: [], input: [], output: [], reference: [] },
      classes: {
        label: [],
        precision: new Float64Array(),
        recall: new Float64Array(),
        f1: new Float64Array(),
        support: new Uint32Array()
      },
      confusion: { reference: [], output: [], n: new Uint32Array() },
      samples: { prompt: [], text: [], settings: [] }
    }
  })

const tried = Effect.fnUntraced(
  function* (config: (typeof bucket)["config"]["Encoded"], count = 9) {
    const made = yield* trial(bucket, {
      name: "",
      config,
      inputs: { documents, metrics: [metricsOf(count)] }
    })
    const [left, ledger, found] = [
      yield* made.open("documents"),
      yield* made.open("ledger"),
      yield* made.open("buckets")
    ]
    return {
      kept: (yield* left.read("documents")).id,
      dropped: ledger.attributes.dropped,
      counts: found.attributes.counts,
      borders: yield* found.read("borders")
    }
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

stageContract(bucket, [
  { name: "nine documents", config: {}, inputs: { documents, metrics: [metricsOf(9)] } }
])

describe("buckets", () => {
  it("have borders at the thirds, by nearest rank", () => {
    const borders = bordersOf([5, 1, 4, 2, 3, 6], { head: 1 / 3, tail: 1 / 3 })
    assert.deepStrictEqual(borders, { head: 2, tail: 4 })
    assert.deepStrictEqual(
      [2, 2.1, 4, 4.1].map((value) => bucketOf(value, borders)),
      ["head", "middle", "middle", "tail"]
    )
  })
  it.effect("keep head and middle, and say what the tail was measured at", () =>
    Effect.gen(function* () {
      const { borders, counts, dropped, kept } = yield* tried({})
      assert.deepStrictEqual(kept, ["d0", "d1", "d2", "d3", "d4", "d5"])
      assert.deepStrictEqual(counts, { head: 3, middle: 3, tail: 3 })
      assert.deepStrictEqual(dropped, { "bucket-tail": 3 })
      assert.approximately(borders.head[0] ?? 0, 3, 1e-12)
      assert.approximately(borders.tail[0] ?? 0, 6, 1e-12)
    })
  )
  it.effect("drop what is above an absolute border, in any bucket", () =>
    Effect.gen(function* () {
      const { kept } = yield* tried({ keep: ["head", "middle", "tail"], maxBitsPerByte: 7.5 })
      assert.strictEqual(kept.length, 7)
    })
  )
  it.effect("refuse documents that the model was not asked about", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(tried({}, 8))
      assert.include(JSON.stringify(failure), "UnscoredDocument")
      assert.include(JSON.stringify(failure), "d8.txt")
    })
  )
})
