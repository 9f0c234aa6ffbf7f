import { assert, describe, it } from "@effect/vitest"
import { AdamW, type Objective, TrainingProgram } from "@inkstone/graph"
import { type Entry, Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import * as Bert from "../src/Bert.ts"
import * as DistilBert from "../src/DistilBert.ts"
import * as Masking from "../src/Masking.ts"
import { classification } from "../src/objectives/Classification.ts"
import { maskedLanguage } from "../src/objectives/MaskedLanguage.ts"
import { pretraining } from "../src/objectives/NextSentence.ts"
import { questionAnswering } from "../src/objectives/QuestionAnswering.ts"
import * as Roberta from "../src/Roberta.ts"

const shape = {
  vocabSize: 64,
  contextLength: 16,
  layers: 2,
  heads: 2,
  channels: 16,
  innerChannels: 32,
  labels: 3
}
const bert = { ...shape, paddingId: 0, segments: 2, layerNormEpsilon: 1e-12 }
const roberta = { ...shape, paddingId: 1, segments: 1, layerNormEpsilon: 1e-5 }

const [B, T] = [4, 12]
const settings = { ...Masking.defaults, vocabSize: 64, maskId: 4, specialIds: [0, 1, 2, 3] }
const texts = Array.from({ length: B }, (_, row) =>
  Int32Array.from({ length: T }, (_, i) => (row === 3 && i > 8 ? 1 : 5 + ((i * i * 7 + row * 13 + i) % 59)))
)
const flat = (rows: ReadonlyArray<Int32Array | Float32Array>) => rows.flatMap((row) => [...row])
const int32 = (shape: ReadonlyArray<number>, values: ReadonlyArray<number>) => ({
  shape,
  values: Int32Array.from(values)
})
const float32 = (shape: ReadonlyArray<number>, values: ReadonlyArray<number>) => ({
  shape,
  values: Float32Array.from(values)
})
const mask = { shape: [B, T], values: Uint8Array.from(flat(texts), (id) => (id === 1 ? 0 : 1)) }

/** The texts as masked language modelling takes them. */
const hidden = (epoch: number) => {
  const rows = texts.map((text, row) => Masking.hide(text, settings, { seed: 1, row, epoch }))
  const shape = [B, Masking.placesOf(T)]
  return {
    tokens: int32([B, T], flat(rows.map(({ tokens }) => tokens))),
    mask,
    places: int32(shape, flat(rows.map(({ places }) => places))),
    targets: int32(shape, flat(rows.map(({ targets }) => targets))),
    weights: float32(shape, flat(rows.map(({ weights }) => weights)))
  }
}
const segments = int32([B, T], flat(texts.map((text) => text.map((_, i) => (i > 5 ? 1 : 0)))))
const plain = { tokens: int32([B, T], flat(texts)), mask, segments, weights: float32([B], [1, 1, 1, 1]) }

interface Trial {
  readonly objective: Objective
  readonly batch: Readonly<Record<string, Entry.Given>>
}
const trials: Readonly<Record<string, Trial>> = {
  "bert, masked language": {
    objective: maskedLanguage(Bert.build({ ...bert, head: "masked-language" })),
    batch: hidden(0)
  },
  "roberta, masked language": {
    objective: maskedLanguage(Roberta.build({ ...roberta, head: "masked-language" })),
    batch: hidden(1)
  },
  "distilbert, masked language": {
    objective: maskedLanguage(DistilBert.build({ ...shape, paddingId: 0, head: "masked-language" })),
    batch: hidden(2)
  },
  "bert, next sentences too": {
    objective: pretraining(Bert.build({ ...bert, head: "pretraining" })),
    batch: { ...hidden(3), segments, follows: int32([B], [0, 1, 1, 0]), pairs: float32([B], [1, 1, 1, 1]) }
  },
  "bert, classes": {
    objective: classification(Bert.build({ ...bert, head: "classification" })),
    batch: { ...plain, labels: int32([B], [0, 1, 2, 0]) }
  },
  "roberta, answers": {
    objective: questionAnswering(Roberta.build({ ...roberta, head: "question-answering" })),
    batch: { ...plain, begins: int32([B], [1, 0, 7, 2]), ends: int32([B], [3, 0, 11, 4]) }
  }
}

const started = Effect.fnUntraced(function* (
  { batch, objective }: Trial,
  options: Partial<TrainingProgram.Options> = {}
) {
  const program = TrainingProgram.build(objective, {
    optimizer: { ...AdamW.defaults, weightDecay: 0 },
    precision: "float32",
    clusters: false,
    ...options
  })
  const session = yield* Session.open(program.graphDef)
  const again = () => session.call(program.entries.init, { key: { values: Int32Array.of(3, 4) } })
  again()
  return {
    again,
    step: (n: number, learningRate: number, other = batch) =>
      session.call(program.entries.train, {
        ...other,
        key: { values: Int32Array.of(0, n) },
        learningRate: { values: Float32Array.of(learningRate) },
        step: { values: Float32Array.of(n) },
        maxGradientNorm: { values: Float32Array.of(1) }
      }).loss.values[0] ?? Number.NaN,
    values: (name: string) => {
      const variable = program.variables.find((variable) => variable.name === name)
      return variable && session.call(variable.read, {}).value.values
    }
  }
})

describe("training of encoders", () => {
  for (const [name, trial] of Object.entries(trials))
    it.effect(`learns one batch by heart: ${name}`, () =>
      Effect.gen(function* () {
        const { step } = yield* started(trial)
        let last = step(1, 5e-3)
        for (let n = 2; n <= 100; n++) last = step(n, 5e-3)
        assert.isBelow(last, 0.05)
      })
    )

  for (const options of [
    { precision: "float32", clusters: false },
    { precision: "bfloat16", clusters: true }
  ] as const)
    it.effect(
      `gives the same bits twice, ${options.precision}, clusters ${options.clusters}, with dropout`,
      () =>
        Effect.gen(function* () {
          const network = Roberta.build({ ...roberta, layers: 1, head: "masked-language" })
          const trial = { objective: maskedLanguage(network), batch: hidden(0) }
          const { again, step, values } = yield* started(trial, { ...options, dropout: 0.1 })
          const run = () => ({
            losses: [1, 2, 3].map((n) => step(n, 1e-3, hidden(n))),
            words: values("roberta.embeddings.word_embeddings.weight")
          })
          const first = run()
          assert.strictEqual(first.words?.length, 64 * 16)
          assert.strictEqual(new Set(first.losses).size, 3)
          again()
          assert.deepStrictEqual(run(), first)
        })
    )
})
