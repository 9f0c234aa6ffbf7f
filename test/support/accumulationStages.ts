// The same training with the rows of a step computed at once and in parts, stage by stage.
import { Packed, Store, StoreLocal, Tokens, Trace, Weights } from "@inkstone/artifact"
import { NamedArray } from "@inkstone/model-zoo"
import { type Stage, StageRunner } from "@inkstone/stage"
import { type Sample, sample } from "@inkstone/stage/testkit"
import { finetune, pretrain } from "@inkstone/trainer"
import { Effect, References } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

/** Rows of a step, none of whose parts below divide it but one: the last part is filled up. */
export const batchSize = 10
export const parts = [10, 4, 3, 1]

const [vocabSize, contextLength] = [40, 16]
const coded = { vocabSize, endOfTextId: vocabSize - 1, tokenizer: "7".repeat(64) }

const drawn = (count: number, salt: number): Uint16Array => {
  let state = salt
  return Uint16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * (vocabSize - 1))
  })
}

const tokens = (split: string, count: number): Sample => {
  const id = drawn(count, split.length)
  return sample(Tokens, {
    attributes: { ...coded, split, documents: 1, tokens: count, bytes: 2 * count },
    tables: {
      ids: { id, offset: new Uint32Array(count) },
      documents: {
        id: [split],
        source: ["drawn"],
        start: Uint32Array.of(0),
        tokens: Uint32Array.of(count),
        bytes: Uint32Array.of(2 * count)
      }
    }
  })
}

/** Between one and fifteen tokens of a row are learned, its last ones. */
const packed = (split: string, rows: number): Sample => {
  const count = rows * contextLength
  const learned = (row: number) => 1 + ((row * 7) % (contextLength - 1))
  const place = (i: number) => i % contextLength
  return sample(Packed, {
    attributes: {
      ...coded,
      policy: "one",
      split,
      contextLength,
      rows,
      documents: rows,
      bytes: 2 * count,
      tokens: count,
      contextTokens: 0,
      padding: 0,
      lossTokens: Array.from({ length: rows }, (_, row) => learned(row)).reduce((sum, n) => sum + n, 0),
      cutDocuments: 0,
      cutTokens: 0,
      padId: 0
    },
    tables: {
      tokens: {
        id: drawn(count, split.length),
        segment: new Uint16Array(count).fill(1),
        position: Uint16Array.from({ length: count }, (_, i) => place(i)),
        loss: Uint8Array.from({ length: count }, (_, i) =>
          place(i) >= contextLength - learned(Math.floor(i / contextLength)) ? 1 : 0
        )
      }
    }
  })
}

interface Case {
  readonly stage: Stage.AnyStage
  readonly inputs: Readonly<Record<string, ReadonlyArray<Sample>>>
}

export const cases: Readonly<Record<string, Case>> = {
  pretrain: {
    stage: pretrain,
    inputs: {
      train: [tokens("train", 3000)],
      validation: [tokens("validation", 300)],
      model: [],
      tokenizer: []
    }
  },
  finetune: {
    stage: finetune,
    inputs: { train: [packed("train", 60)], validation: [packed("validation", 10)], model: [] }
  }
}

const config = {
  architecture: { layers: 1, heads: 2, channels: 16 },
  contextLength,
  batchSize,
  steps: 20,
  patience: 0,
  restoreBest: false,
  precision: "float32",
  compile: false,
  histograms: false
} as const

const optimizers = {
  sgd: { optimizer: { name: "sgd", momentum: 0.9 }, learningRate: 0.1 },
  adamw: { learningRate: 1e-3 }
} as const
export type OptimizerName = keyof typeof optimizers

export interface Trained {
  /** of each step */
  readonly losses: ReadonlyArray<number>
  readonly weights: ReadonlyMap<string, Float32Array>
}

/** Trains 20 steps, so many rows at once. */
export const train = ({ inputs, stage }: Case, microBatchSize: number, optimizer: OptimizerName) => {
  const folder = mkdtempSync(path.join(tmpdir(), "inkstone-accumulation-"))
  return Effect.gen(function* () {
    const ports = yield* Effect.forEach(Object.entries(inputs), ([port, samples]) =>
      Effect.map(
        Effect.forEach(samples, ({ label, make }) => Effect.map(make, (ref) => ({ label, ref }))),
        (sources) => [port, sources] as const
      )
    )
    const { model, trace } = yield* StageRunner.run({
      stage,
      config: { ...config, ...optimizers[optimizer], microBatchSize },
      inputs: Object.fromEntries(ports),
      seed: 7,
      files: [],
      workspace: path.join(folder, "workspace"),
      report: () => Effect.void
    })
    const store = yield* Store
    const steps = yield* (yield* store.open(Trace, trace?.digest ?? "")).read("steps")
    const arrays = yield* NamedArray.read(yield* store.open(Weights, model?.digest ?? ""))
    const weights = new Map<string, Float32Array>()
    for (const [name, array] of arrays) {
      const values = NamedArray.view(array, "float32")
      if (values !== undefined) weights.set(name, values)
    }
    const trained: Trained = { losses: [...steps.loss_nats], weights }
    return trained
  }).pipe(
    Effect.provide(StoreLocal.layer(path.join(folder, "store"))),
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
  )
}

/** Largest relative distance of a step's losses; and of all weights as one vector. */
export const apart = (found: Trained, expected: Trained) => {
  const losses = expected.losses.map((loss, i) => Math.abs((found.losses[i] ?? Number.NaN) - loss) / loss)
  let [difference, norm] = [0, 0]
  for (const [name, values] of expected.weights)
    for (const [i, value] of values.entries()) {
      difference += ((found.weights.get(name)?.[i] ?? Number.NaN) - value) ** 2
      norm += value ** 2
    }
  return { losses: Math.max(...losses), weights: Math.sqrt(difference / norm) }
}
