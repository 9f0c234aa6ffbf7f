// Total negative log-likelihood of each document under a model.
import type { LanguageModel, ModelFailed } from "@inkstone/model-zoo"
import { Effect, Schema } from "effect"
import * as Windows from "./Windows.ts"

/** The model gave a number that is none: its weights are broken, most often because the training diverged. */
export class NotFinite extends Schema.TaggedError<NotFinite>()("NotFinite", {
  /** index of the document */
  document: Schema.Int,
  position: Schema.Int
}) {
  override get message() {
    return `the model gives no finite probability to token ${this.position} of document ${this.document}`
  }
}

export interface Text {
  readonly ids: ArrayLike<number>
  readonly documents: ReadonlyArray<Windows.Span>
}

/** Adds the scored places of a batch to the sums; gives the first place that is not finite. */
const accumulate = (sums: Float64Array, { T, windows }: Windows.Batch, nats: Float32Array) => {
  for (const [row, { document, begin, length, skip }] of windows.entries()) {
    let sum = 0
    for (let t = skip; t < length; t++) sum += nats[row * T + t] ?? NaN
    if (!Number.isFinite(sum)) return new NotFinite({ document, position: begin + skip })
    sums[document]! += sum
  }
  return undefined
}

/** Nats of every document, its closing end-of-text included; `scored` hears how many tokens each call scored. */
export const documents = Effect.fnUntraced(function* (
  model: LanguageModel.LanguageModel,
  text: Text,
  options: Windows.Cutting & {
    readonly batchSize: number
    readonly scored: (tokens: number) => Effect.Effect<void>
  }
): Effect.fn.Return<Float64Array, ModelFailed | NotFinite> {
  const sums = new Float64Array(text.documents.length)
  const { documents } = text
  for (const batch of Windows.batches(documents, options)) {
    const tokens = Windows.tokensOf(batch, text.ids, { documents, endOfTextId: model.endOfTextId }) // [B, T + 1]
    const nats = yield* model.nats(tokens, batch) // [B, T]
    const broken = accumulate(sums, batch, nats)
    if (broken !== undefined) return yield* broken
    yield* options.scored(batch.windows.reduce((sum, { length, skip }) => sum + length - skip, 0))
    yield* Effect.yieldNow // native calls hold the thread; between two of them an interruption can get through
  }
  return sums
})

/** Scores nothing in every shape that `documents` will use, so that what is timed later is scoring and not compiling. */
export const warm = (
  model: LanguageModel.LanguageModel,
  { documents }: Text,
  options: Windows.Cutting & { readonly batchSize: number }
): Effect.Effect<void, ModelFailed> => {
  const shapes = new Map(Windows.batches(documents, options).map((batch) => [batch.T, batch]))
  return Effect.forEach(
    shapes.values(),
    ({ B, T }) => model.nats(new Int32Array(B * (T + 1)).fill(model.endOfTextId), { B, T }),
    { discard: true }
  )
}
