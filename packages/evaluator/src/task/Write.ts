// Texts to texts: a model writes an answer to each input, and is asked what the right one would have cost it.
import { Beam, Generate, type LanguageModel, type ModelFailed, TextToText } from "@inkstone/model-zoo"
import { Effect } from "effect"
import type { Example, TaskData } from "./Examples.ts"
import type { Outcome } from "./Outcome.ts"

export interface Writing {
  readonly maxTokens: number
  readonly beams: number
  readonly batchSize: number
  /** told of examples that are done */
  readonly done: (examples: number) => Effect.Effect<void>
}

type Ids = ReadonlyArray<number>

/** Something that answers, and scores answers. */
interface Writer {
  readonly write: (
    inputs: ReadonlyArray<Ids>,
    options: Generate.Options
  ) => Effect.Effect<ReadonlyArray<Ids>, ModelFailed>
  readonly nats: (
    inputs: ReadonlyArray<Ids>,
    targets: ReadonlyArray<Ids>
  ) => Effect.Effect<ReadonlyArray<number>, ModelFailed>
}

const sum = (values: Iterable<number>): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** T5 and its kind. */
export const ofTextToText = (model: TextToText.TextToText): Writer => ({
  write: (inputs, options) => TextToText.generate(model, inputs, options),
  nats: (inputs, targets) => Effect.map(model.nats(inputs, targets), (rows) => rows.map(sum))
})

/**
 * A model that writes from left to right goes on from the input, without the end-of-text that closes it for encoders: so it was trained
 * (`encode-examples`). Of a prompt that is too long the end is read.
 */
export const ofLanguageModel = (model: LanguageModel.LanguageModel): Writer => {
  const promptOf = (input: Ids, room: number) => {
    const open = input.at(-1) === model.endOfTextId ? input.slice(0, -1) : input
    const prompt = open.length === 0 ? [model.endOfTextId] : open
    return prompt.slice(-Math.max(1, Math.min(prompt.length, room)))
  }
  return {
    write: (inputs, options) =>
      Generate.generate(
        model,
        inputs.map((input) => promptOf(input, model.contextLength - options.maxTokens)),
        options
      ),
    nats: (inputs, targets) => {
      const rows = inputs.map((input, row) => {
        // one token more than the context: the last is only foretold
        const target = targets[row]!.slice(0, model.contextLength)
        const prompt = promptOf(input, model.contextLength + 1 - target.length)
        return { ids: [...prompt, ...target], from: prompt.length - 1, tokens: target.length }
      })
      const [B, T] = [rows.length, Math.max(1, ...rows.map(({ ids }) => ids.length - 1))]
      const tokens = new Int32Array(B * (T + 1)).fill(model.endOfTextId)
      for (const [row, { ids }] of rows.entries()) tokens.set(ids, row * (T + 1))
      return Effect.map(model.nats(tokens, { B, T }), (nats) =>
        rows.map(({ from, tokens }, row) => sum(nats.subarray(row * T + from, row * T + from + tokens)))
      )
    }
  }
}

/** Examples in batches, those of like length together. */
export const batchesOf = (
  examples: ReadonlyArray<Example>,
  batchSize: number
): ReadonlyArray<ReadonlyArray<number>> => {
  const tokens = (at: number) => sum(examples[at]!.rows.map(({ ids }) => ids.length))
  const order = examples.map((_, at) => at).toSorted((a, b) => tokens(a) - tokens(b))
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    order.slice(i * batchSize, (i + 1) * batchSize)
  )
}

export const write = Effect.fnUntraced(function* (
  model: Writer,
  { examples, textOf }: TaskData,
  { batchSize, beams, done, maxTokens }: Writing
): Effect.fn.Return<Outcome, ModelFailed> {
  const outputs = examples.map(() => "")
  const nats = new Float64Array(examples.length)
  let written = 0
  const options = {
    maxTokens,
    seed: 0,
    sampler: { temperature: 0, topK: 0, topP: 1 },
    ...(beams > 1 ? { search: { ...Beam.defaults, beams } } : {})
  }
  for (const batch of batchesOf(examples, batchSize)) {
    const rows = batch.map((at) => examples[at]!.rows[0]!)
    const inputs = rows.map(({ ids }) => [...ids])
    const costs = yield* model.nats(
      inputs,
      rows.map(({ target }) => target)
    )
    const texts = yield* model.write(inputs, options)
    for (const [i, at] of batch.entries()) {
      outputs[at] = textOf(texts[i]!)
      nats[at] = costs[i]!
      written += texts[i]!.length
    }
    yield* done(batch.length)
  }
  return {
    outputs,
    nats,
    units: Uint32Array.from(examples, ({ rows }) => rows[0]!.target.length),
    lossUnit: "nats per target token",
    written
  }
})
