// Encoder-decoders behind one face: texts are read once, and answered by `Generate` and `Beam` as any model writes on.
import type { Artifact, ArtifactCorrupt, StorageFailed, Weights } from "@inkstone/artifact"
import { parameterCount } from "@inkstone/graph"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, type Scope, Stream } from "effect"
import { CacheSlots } from "./CacheSlots.ts"
import * as Generate from "./Generate.ts"
import { type Decoder, type ModelFailed, ModelUnusable, type Opening } from "./Model.ts"
import * as ModelSession from "./ModelSession.ts"
import { float32Of, native } from "./ModelSession.ts"
import * as NamedArray from "./NamedArray.ts"
import * as TextToTextProgram from "./TextToTextProgram.ts"
import * as Zoo from "./Zoo.ts"

type Texts = ReadonlyArray<ReadonlyArray<number>>

export interface TextToText {
  readonly family: string
  readonly vocabSize: number
  /** trainable numbers */
  readonly parameters: number
  readonly endOfTextId: number
  /** what every written text starts with, before its first token */
  readonly startId: number
  /** Nats of each token of `targets`, row by row, after the source of the same row and the target before it. */
  readonly nats: (sources: Texts, targets: Texts) => Effect.Effect<ReadonlyArray<Float32Array>, ModelFailed>
  /**
   * Room to answer sources in. Its prompts are how each answer begins: `[startId]`, or that and the first tokens of it. With
   * more rows than sources, neighbours share one: of 2 sources and 6 rows the first three answer the first.
   */
  readonly answers: (sources: Texts) => Generate.Writer
}

/** Rows of any lengths as one array, padded on the right. */
const padded = (rows: Texts, filler: number) => {
  const length = rows.reduce((most, row) => Math.max(most, row.length), 1)
  const values = new Int32Array(rows.length * length).fill(filler)
  const mask = new Uint8Array(rows.length * length)
  for (const [row, ids] of rows.entries()) {
    values.set(ids, row * length)
    mask.fill(1, row * length, row * length + ids.length)
  }
  const shape = [rows.length, length]
  return { length, ids: { shape, values }, mask: { shape, values: mask } }
}

/** Opens an encoder-decoder of the zoo; it closes with the scope. Needs the native library. */
export const open = Effect.fn("TextToText.open")(function* (
  name: string,
  { architecture, arrays, endOfTextId }: Pick<Opening, "architecture" | "arrays" | "endOfTextId">
): Effect.fn.Return<TextToText, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const family = Zoo.find(name)
  if (family?.kind !== "encoder-decoder") {
    const problem =
      family === undefined ? "not a known family" : `${family.card.title} does not turn texts into texts`
    return yield* new ModelUnusable({ family: name, problem })
  }
  const network = yield* family.network(architecture)
  const program = TextToTextProgram.lower(network)
  const { entries } = program
  const session = yield* ModelSession.open(name, program, { arrays, parameters: network.parameters })
  const { startId, vocabSize } = network
  // a text without tokens is read as its end alone
  const sourcesOf = (sources: Texts) =>
    padded(
      sources.map((source) => (source.length === 0 ? [endOfTextId] : source)),
      startId
    )

  let reader: object | undefined // the decoder whose rows are in the session
  const decoder = (sources: Texts, B: number): Decoder => {
    const own = {}
    const source = sourcesOf(sources)
    /** the source of each row as it was begun */
    const first = Int32Array.from({ length: B }, (_, row) => Math.floor((row * sources.length) / B))
    let sourceOf = first
    let slots: CacheSlots | undefined
    const masks = () => {
      const S = source.length
      const values = new Uint8Array(sourceOf.length * S)
      for (const [row, at] of sourceOf.entries())
        values.set(source.mask.values.subarray(at * S, (at + 1) * S), row * S)
      return { memoryMask: { shape: [sourceOf.length, S], values } }
    }
    const read = () => {
      session.call(entries.read, { source: source.ids, sourceMask: source.mask })
      if (B !== sources.length) session.call(entries.share, { rows: { values: first } })
      sourceOf = first
    }
    const begun = () => {
      if (slots === undefined || reader !== own)
        throw new RangeError("another text was begun with this model")
      return slots
    }
    return {
      prefill: (prompts) =>
        native(name, () => {
          if (prompts.length !== B || B % sources.length !== 0)
            throw new RangeError(`${prompts.length} prompts for ${B} rows of ${sources.length} sources`)
          if (reader !== own || sourceOf !== first) read()
          const begin = CacheSlots.after(prompts, Infinity)
          reader = own
          slots = begin.slots
          return float32Of(session.call(entries.prefill, { ...begin.given, ...masks() }).logits)
        }),
      decode: (tokens) =>
        native(name, () => {
          const slots = begun()
          const moved = slots.moved()
          if (moved !== undefined) session.call(entries.move, moved)
          const given = { tokens: { shape: [tokens.length], values: tokens }, ...slots.next(), ...masks() }
          return float32Of(session.call(entries.decode, given).logits)
        }),
      reorder: (rows) =>
        native(name, () => {
          const slots = begun()
          session.call(entries.reorder, { rows: { values: rows } })
          slots.reorder(rows)
          const after = rows.map((row) => sourceOf[row] ?? 0)
          // beams of one source change places among themselves: then the memory stays
          if (after.length === sourceOf.length && after.every((at, row) => at === sourceOf[row])) return
          session.call(entries.share, { rows: { values: rows } })
          sourceOf = after
        })
    }
  }

  return {
    family: name,
    vocabSize,
    parameters: parameterCount(network),
    endOfTextId,
    startId,
    nats: (sources, targets) =>
      native(name, () => {
        if (sources.length !== targets.length)
          throw new RangeError(`${sources.length} sources for ${targets.length} targets`)
        const source = sourcesOf(sources)
        const target = padded(targets, startId)
        const given = { source: source.ids, sourceMask: source.mask, targets: target.ids }
        const all = float32Of(session.call(entries.score, given).nats) // [B, T]
        return targets.map(({ length }, row) => all.slice(row * target.length, row * target.length + length))
      }),
    answers: (sources) => ({
      vocabSize,
      contextLength: Infinity,
      endOfTextId,
      decoder: (B) => Effect.sync(() => decoder(sources, B))
    })
  }
})

/** Opens the model that the weights hold; it closes with the scope. Needs the native library. */
export const load = Effect.fn("TextToText.load")(function* (
  weights: Artifact<typeof Weights>
): Effect.fn.Return<
  TextToText,
  ModelUnusable | ModelFailed | NativeUnavailable | ArtifactCorrupt | StorageFailed,
  Scope.Scope
> {
  const { architecture, endOfTextId, family } = weights.attributes
  return yield* open(family, { architecture, endOfTextId, arrays: yield* NamedArray.read(weights) })
})

/** The answers to sources as they are written, like `Generate.stream`. The model's scope must outlive the stream. */
export const stream = (
  model: TextToText,
  sources: Texts,
  options: Generate.Options
): Stream.Stream<Generate.Written, ModelFailed> =>
  Generate.stream(
    model.answers(sources),
    sources.map(() => [model.startId]),
    options
  )

/** The answer to each source, without the end-of-text. */
export const generate = (
  model: TextToText,
  sources: Texts,
  options: Generate.Options
): Effect.Effect<Texts, ModelFailed> =>
  Generate.generate(
    model.answers(sources),
    sources.map(() => [model.startId]),
    options
  )
