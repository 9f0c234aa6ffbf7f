// Writes on from prompts, token by token, with any family of models.
//
// Rows of unequal length share a batch: all read the shortest prompt at once, then the longer ones are fed the rest of
// theirs while the others already write. When the rows fill the context, the model forgets all but the last half of it and
// goes on from there, so that no length is impossible; what is written then depends on that half alone.
import { Effect, Option, Stream } from "effect"
import type { Decoder, LanguageModel, ModelFailed } from "./Model.ts"
import * as Sampler from "./Sampler.ts"

export interface Options {
  /** most new tokens a row */
  readonly maxTokens: number
  /** With the same seed, prompts and settings the same text; a row's draws depend on its number, not on its neighbours. */
  readonly seed: number
  readonly sampler: Sampler.Settings
}

/** A token as it is written. */
export interface Written {
  /** index of the prompt */
  readonly row: number
  readonly id: number
}

type Row = {
  readonly ids: Array<number>
  readonly prompt: number // tokens of the prompt
  done: boolean
}

/** A prompt without tokens starts as a document does. */
const rowsOf = (prompts: ReadonlyArray<ReadonlyArray<number>>, model: LanguageModel): ReadonlyArray<Row> =>
  prompts.map((prompt) => {
    const ids = prompt.length === 0 ? [model.endOfTextId] : [...prompt]
    return { ids, prompt: ids.length, done: false }
  })

/** Settles the token at `at` of every row: what the prompt says, else what is drawn. Gives those that were drawn. */
const settle = (
  rows: ReadonlyArray<Row>,
  { at, logits, model, options }: { at: number; logits: Float32Array; model: LanguageModel; options: Options }
): ReadonlyArray<Written> => {
  const written: Array<Written> = []
  for (const [row, { ids, prompt, done }] of rows.entries()) {
    if (at < prompt) continue
    const scores = logits.subarray(row * model.vocabSize, (row + 1) * model.vocabSize) // [V]
    const id = done
      ? model.endOfTextId
      : Sampler.choose(scores, options.sampler, { seed: options.seed, row, position: at })
    ids.push(id)
    const ended = done || id === model.endOfTextId
    if (!ended) written.push({ row, id })
    rows[row]!.done = ended || ids.length === prompt + options.maxTokens
  }
  return written
}

/** The tokens `from..to` of every row, [B, to - from]. */
const window = (rows: ReadonlyArray<Row>, [from, to]: readonly [number, number]): Int32Array =>
  Int32Array.from(rows.flatMap(({ ids }) => ids.slice(from, to)))

/**
 * Logits [B, V] after the first `at` tokens of every row. `seen` is how many of them the decoder's cache begins with and
 * holds; gives the same for the next call.
 */
const advance = Effect.fnUntraced(function* (
  decoder: Decoder,
  rows: ReadonlyArray<Row>,
  { at, from, contextLength }: { at: number; from: number; contextLength: number }
) {
  if (from >= 0 && at - from <= contextLength)
    return { from, logits: yield* decoder.decode(window(rows, [at - 1, at])) }
  // The start, or a full context: read anew, what fits at the start, the last half of a context later.
  const kept = from < 0 ? Math.min(at, contextLength) : Math.max(1, Math.floor(contextLength / 2))
  return { from: at - kept, logits: yield* decoder.prefill(window(rows, [at - kept, at]), kept) }
})

/**
 * The tokens as they are written, row by row within each step; the end-of-text that stops a row is not among them. The
 * model's scope must outlive the stream.
 */
export const stream = (
  model: LanguageModel,
  prompts: ReadonlyArray<ReadonlyArray<number>>,
  options: Options
): Stream.Stream<Written, ModelFailed> => {
  const begin = Effect.gen(function* () {
    const rows = rowsOf(prompts, model)
    const decoder = yield* model.decoder(rows.length)
    const shortest = rows.reduce((least, { prompt }) => Math.min(least, prompt), Infinity)
    return Stream.paginate(
      { at: shortest, from: -1 },
      Effect.fnUntraced(function* ({ at, from }) {
        yield* Effect.yieldNow // native calls hold the thread; between two of them an interruption can get through
        const next = yield* advance(decoder, rows, { at, from, contextLength: model.contextLength })
        const written = settle(rows, { at, logits: next.logits, model, options })
        const rest = rows.every(({ done }) => done)
          ? Option.none<{ at: number; from: number }>()
          : Option.some({ at: at + 1, from: next.from })
        return [written, rest] as const
      })
    )
  })
  return prompts.length === 0 || options.maxTokens < 1 ? Stream.empty : Stream.unwrap(begin)
}

/** What each prompt was continued with, without prompt and end-of-text. */
export const generate = (
  model: LanguageModel,
  prompts: ReadonlyArray<ReadonlyArray<number>>,
  options: Options
): Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, ModelFailed> =>
  Effect.map(Stream.runCollect(stream(model, prompts, options)), (written) => {
    const texts: Array<Array<number>> = prompts.map(() => [])
    for (const { row, id } of written) texts[row]?.push(id)
    return texts
  })
