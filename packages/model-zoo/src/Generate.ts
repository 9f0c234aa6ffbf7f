// Writes on from prompts, token by token, with any family of models.
//
// Prompts of any lengths share a batch. When a row fills the context, the model forgets all but the last half of it and goes on
// from there, so that no length is impossible; what is written then depends on that half alone.
import { Effect, Option, Stream } from "effect"
import type { Decoder, LanguageModel, ModelFailed } from "./Model.ts"
import * as Beam from "./Beam.ts"
import * as Sampler from "./Sampler.ts"
import type { Stop } from "./StopSequences.ts"

/** What generation needs of a model; an encoder-decoder gives this for the texts it has read. */
export type Writer = Pick<LanguageModel, "vocabSize" | "contextLength" | "endOfTextId" | "decoder">

export interface Options {
  /** most new tokens a row */
  readonly maxTokens: number
  /** With the same seed, prompts and settings the same text; a row's draws depend on its number, not on its neighbours. */
  readonly seed: number
  readonly sampler: Sampler.Settings
  /** where a row ends beside its end-of-text; the tokens it ends with are written */
  readonly stop?: Stop
  /** Looks for the likeliest text instead of drawing; of the sampler's settings only the repetition penalty counts then. */
  readonly search?: Beam.Settings
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
  /** the first token that the decoder has read or is to read */
  from: number
  readonly stops: (id: number) => boolean
  done: boolean
}

/** A prompt without tokens starts as a document does. */
const rowsOf = (
  prompts: ReadonlyArray<ReadonlyArray<number>>,
  model: Writer,
  stop: Stop | undefined
): ReadonlyArray<Row> =>
  prompts.map((prompt) => {
    const ids = prompt.length === 0 ? [model.endOfTextId] : [...prompt]
    const from = Math.max(0, ids.length - model.contextLength)
    return { ids, prompt: ids.length, from, stops: stop?.begin() ?? (() => false), done: false }
  })

/** Draws the next token of every row that is not done; gives those that were written. */
const draw = (
  rows: ReadonlyArray<Row>,
  { logits, model, options }: { logits: Float32Array; model: Writer; options: Options }
): ReadonlyArray<Written> => {
  const written: Array<Written> = []
  for (const [row, state] of rows.entries()) {
    const { ids, prompt } = state
    if (state.done) continue
    const scores = logits.subarray(row * model.vocabSize, (row + 1) * model.vocabSize) // [V]
    const id = Sampler.choose(scores, options.sampler, {
      seed: options.seed,
      row,
      position: ids.length,
      ids
    })
    ids.push(id)
    const ended = id === model.endOfTextId
    if (!ended) written.push({ row, id })
    state.done = ended || state.stops(id) || ids.length === prompt + options.maxTokens
  }
  return written
}

/** Logits [B, V] after the last token of every row. */
const advance = (decoder: Decoder, rows: ReadonlyArray<Row>, model: Writer) => {
  const full = rows.filter(({ done, from, ids }) => !done && ids.length - from > model.contextLength)
  for (const row of full) row.from = row.ids.length - Math.max(1, Math.floor(model.contextLength / 2))
  // what a row that is done reads does not matter: as little as can be
  if (full.length > 0)
    return decoder.prefill(rows.map(({ done, from, ids }) => (done ? ids.slice(-1) : ids.slice(from))))
  return decoder.decode(Int32Array.from(rows, ({ ids }) => ids.at(-1) ?? model.endOfTextId))
}

/**
 * The tokens as they are written, row by row within each step; the end-of-text that stops a row is not among them. The
 * model's scope must outlive the stream. A search knows its texts only at its end: they come then, one after another.
 */
export const stream = (
  model: Writer,
  prompts: ReadonlyArray<ReadonlyArray<number>>,
  options: Options
): Stream.Stream<Written, ModelFailed> => {
  const begin = Effect.gen(function* () {
    const rows = rowsOf(prompts, model, options.stop)
    const decoder = yield* model.decoder(rows.length)
    return Stream.paginate(
      true,
      Effect.fnUntraced(function* (first) {
        yield* Effect.yieldNow // native calls hold the thread; between two of them an interruption can get through
        const logits = yield* first
          ? decoder.prefill(rows.map(({ from, ids }) => ids.slice(from)))
          : advance(decoder, rows, model)
        const written = draw(rows, { logits, model, options })
        return [
          written,
          rows.every(({ done }) => done) ? Option.none<boolean>() : Option.some(false)
        ] as const
      })
    )
  })
  if (prompts.length === 0 || options.maxTokens < 1) return Stream.empty
  if (options.search === undefined) return Stream.unwrap(begin)
  const found = Beam.search(model, prompts, { ...options, ...options.search })
  return Stream.fromIterableEffect(
    Effect.map(found, (texts) => texts.flatMap((ids, row) => ids.map((id) => ({ row, id }))))
  )
}

/** What each prompt was continued with, without prompt and end-of-text. */
export const generate = (
  model: Writer,
  prompts: ReadonlyArray<ReadonlyArray<number>>,
  options: Options
): Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, ModelFailed> =>
  Effect.map(Stream.runCollect(stream(model, prompts, options)), (written) => {
    const texts: Array<Array<number>> = prompts.map(() => [])
    for (const { row, id } of written) texts[row]?.push(id)
    return texts
  })
