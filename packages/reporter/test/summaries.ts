// Models made up for tests of rules and drawings: only the numbers that matter to the test are named.
import type { Metric, Summary } from "../src/Comparison.ts"

/** Resamples of documents by a linear congruential generator, the same for every model with as many documents. */
const resamples = (n: number): ReadonlyArray<ReadonlyArray<number>> => {
  let state = 7
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  return Array.from({ length: 1000 }, () => Array.from({ length: n }, draw))
}

const mean = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0) / values.length

/** A metric that is the mean of what single items have. */
export const meanOf = (each: ReadonlyArray<number>, about: Partial<Metric> = {}): Metric => {
  const value = mean(each)
  return {
    value,
    low: value - 0.1,
    high: value + 0.1,
    confidence: 0.95,
    n: each.length,
    unit: "bits per byte",
    better: "lower",
    signature: "bits_per_byte|stride:64",
    items: "documents",
    replicates: Float64Array.from(resamples(each.length), (drawn) => mean(drawn.map((at) => each[at]!))),
    resampling: "the same",
    ...about
  }
}

export const summary = (given: {
  readonly label: string
  readonly nats: ReadonlyArray<number>
  readonly parameters?: number
  readonly weightBytes?: number
  readonly signature?: string
  readonly trained?: boolean
  readonly family?: string
  readonly training?: Summary["training"]
  readonly unit?: string
  readonly primary?: string
  readonly classes?: Summary["classes"]
  readonly metrics?: ReadonlyArray<readonly [string, Metric]>
  readonly cost?: ReadonlyArray<readonly [string, number]>
}): Summary => {
  // documents of 1000 bytes each
  const bits = given.nats.map((nats) => nats / 1000 / Math.LN2)
  const parameters = given.parameters ?? 1000
  return {
    label: given.label,
    digest: given.label.padEnd(64, "0"),
    family: given.family ?? "gpt2",
    preset: "nano",
    parameters,
    weightBytes: given.weightBytes ?? 4 * parameters,
    contextLength: 128,
    vocabSize: 512,
    tokenizer: "t".repeat(64),
    trainedOn: "d".repeat(64),
    trainTokens: 100_000,
    trainBytes: 400_000,
    architecture: { layers: 2 },
    training: given.training ?? { learningRate: 3e-4 },
    curve:
      given.trained === true
        ? {
            step: Int32Array.of(1, 2, 3),
            tokensSeen: Float64Array.of(100, 200, 300),
            lossNats: Float64Array.of(6, 5, 4.5),
            unit: given.unit ?? "nats per token",
            evaluated: { step: Int32Array.of(3), lossNats: Float64Array.of(4.6) },
            stopReason: "finished",
            bestStep: 3,
            steps: 3
          }
        : undefined,
    cost: new Map([["train_ms", 1234], ...(given.cost ?? [])]),
    metrics: new Map([
      ["bits_per_byte", meanOf(bits, given.signature === undefined ? {} : { signature: given.signature })],
      ...(given.metrics ?? [])
    ]),
    primary: given.primary ?? "bits_per_byte",
    speed: new Map([["tokens_per_second", 1000]]),
    samples: [{ prompt: "Call me", text: " Ishmael & <others>", settings: "temperature 0.8" }],
    classes: given.classes ?? []
  }
}
