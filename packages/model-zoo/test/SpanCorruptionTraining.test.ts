import { assert, describe, it } from "@effect/vitest"
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { textToText } from "../src/objectives/TextToText.ts"
import * as SpanCorruption from "../src/SpanCorruption.ts"
import * as T5 from "../src/T5.ts"

const [end, B, S] = [1, 4, 24]
const noise = { ...SpanCorruption.defaults, firstSentinel: 63, sentinels: 8, endOfTextId: end }
const lengths = SpanCorruption.lengthsFor(S, noise)
const network = T5.build({
  ...T5.presets.nano,
  vocabSize: 64,
  channels: 32,
  innerChannels: 64,
  heads: 2,
  headChannels: 16
})

/** Texts that count up from somewhere, so that what was cut out can be told from what stays. */
const batch = (step: number) => {
  const examples = Array.from({ length: B }, (_, row) => {
    const from = 2 + ((step * 7 + row * 13) % 20)
    const text = Array.from({ length: lengths.text }, (_, at) => from + at)
    return SpanCorruption.corrupt(text, noise, { seed: 3, row: step * B + row })
  })
  const rows = (part: keyof SpanCorruption.Example, width: number) => ({
    shape: [B, width],
    values: Int32Array.from(examples.flatMap((example) => example[part]))
  })
  return {
    source: rows("source", lengths.source),
    sourceMask: { shape: [B, lengths.source], values: new Uint8Array(B * lengths.source).fill(1) },
    targets: rows("target", lengths.target),
    weights: { shape: [B, lengths.target], values: new Float32Array(B * lengths.target).fill(1) }
  }
}

const scalar = (value: number) => ({ values: Float32Array.of(value) })
const train = Effect.fnUntraced(function* (steps: number, dropout: number) {
  const program = TrainingProgram.build(textToText(network), {
    optimizer: { ...AdamW.defaults, weightDecay: 0 },
    precision: "float32",
    clusters: false,
    dropout
  })
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.init, { key: { values: Int32Array.of(1, 2) } })
  return Array.from({ length: steps }, (_, step) =>
    Number(
      session.call(program.entries.train, {
        ...batch(step),
        key: { values: Int32Array.of(1, step) },
        learningRate: scalar(3e-3),
        step: scalar(step + 1),
        maxGradientNorm: scalar(1)
      }).loss.values[0]
    )
  )
}, Effect.scoped)

const mean = (part: ReadonlyArray<number>) => part.reduce((sum, loss) => sum + loss, 0) / part.length

describe("a T5 that is trained on corrupted spans", () => {
  it.effect(
    "learns to say what was cut out, and takes the same steps again with the same keys, dropout and all",
    () =>
      Effect.gen(function* () {
        const losses = yield* train(150, 0.05)
        assert.isAbove(mean(losses.slice(0, 5)), 2.5)
        assert.isBelow(mean(losses.slice(-10)), 1)
        assert.deepStrictEqual(yield* train(3, 0.05), losses.slice(0, 3))
      })
  )
})
