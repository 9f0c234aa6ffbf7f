// Models made up for tests of rules and drawings: only the numbers that matter to the test are named.
import type { Summary } from "../src/Comparison.ts"
import { bitsPerByte } from "../src/Resample.ts"

export const summary = (given: {
  readonly label: string
  readonly nats: ReadonlyArray<number>
  readonly parameters?: number
  readonly weightBytes?: number
  readonly signature?: string
  readonly trained?: boolean
  readonly family?: string
}): Summary => {
  const items = {
    ids: given.nats.map((_, i) => `document-${i}`),
    nats: Float64Array.from(given.nats),
    bytes: Float64Array.from(given.nats, () => 1000)
  }
  const value = bitsPerByte(items)
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
    training: { learningRate: 3e-4 },
    curve:
      given.trained === true
        ? {
            step: Int32Array.of(1, 2, 3),
            tokensSeen: Float64Array.of(100, 200, 300),
            lossNats: Float64Array.of(6, 5, 4.5),
            evaluated: { step: Int32Array.of(3), lossNats: Float64Array.of(4.6) },
            stopReason: "finished",
            bestStep: 3,
            steps: 3
          }
        : undefined,
    cost: new Map([["train_ms", 1234]]),
    metrics: new Map([
      [
        "bits_per_byte",
        {
          value,
          low: value - 0.1,
          high: value + 0.1,
          confidence: 0.95,
          n: given.nats.length,
          unit: "bits per byte",
          signature: given.signature ?? "bits_per_byte|stride:64"
        }
      ]
    ]),
    speed: new Map([["tokens_per_second", 1000]]),
    items,
    samples: [{ prompt: "Call me", text: " Ishmael & <others>", settings: "temperature 0.8" }],
    data: { digest: "e".repeat(64), split: "test", documents: given.nats.length, tokens: 5000 }
  }
}
