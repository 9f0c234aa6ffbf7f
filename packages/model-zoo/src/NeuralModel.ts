// A causal network behind the face of every family: a session with its weights, closed with the scope.
import { parameterCount } from "@inkstone/graph"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import { CacheSlots } from "./CacheSlots.ts"
import { fewRows } from "./CompactWeights.ts"
import * as InferenceProgram from "./InferenceProgram.ts"
import type { Decoder, LanguageModel, ModelFailed, ModelUnusable, Opening } from "./Model.ts"
import * as ModelSession from "./ModelSession.ts"
import { float32Of, native } from "./ModelSession.ts"
import type { CausalNetwork } from "./Network.ts"

/**
 * Opens a session with the weights in it; its memory is freed with the scope. Needs each parameter by name and shape; arrays of
 * other names are not looked at. The caches are part of the session: of several decoders the one that read a prompt last
 * may go on.
 */
export const open = Effect.fn("NeuralModel.open")(function* (
  family: string,
  model: CausalNetwork,
  { arrays, endOfTextId }: Pick<Opening, "arrays" | "endOfTextId">,
  options: InferenceProgram.Options = {}
): Effect.fn.Return<LanguageModel, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const program = InferenceProgram.lower(model, options)
  const { entries } = program
  const session = yield* ModelSession.open(family, program, { arrays, parameters: model.parameters })

  let reader: object | undefined // the decoder whose rows are in the caches
  const decoder = (B: number): Decoder => {
    const own = {}
    let slots: CacheSlots | undefined
    const begun = () => {
      if (slots === undefined || reader !== own)
        throw new RangeError("another text was begun with this model")
      return slots
    }
    return {
      prefill: (prompts) =>
        native(family, () => {
          if (prompts.length !== B) throw new RangeError(`${prompts.length} prompts for ${B} rows`)
          const begin = CacheSlots.after(prompts, model.contextLength)
          reader = own
          slots = begin.slots
          return float32Of(session.call(entries.prefill, begin.given).logits)
        }),
      decode: (tokens) =>
        native(family, () => {
          const slots = begun()
          const moved = slots.moved()
          if (moved !== undefined) session.call(entries.move, moved)
          const given = { tokens: { shape: [B], values: tokens }, ...slots.next() }
          const entry = B <= fewRows ? entries.decodeFew : entries.decode
          return float32Of(session.call(entry, given).logits)
        }),
      reorder: (rows) =>
        native(family, () => {
          const slots = begun()
          session.call(entries.reorder, { rows: { values: rows } })
          slots.reorder(rows)
        })
    }
  }
  return {
    family,
    vocabSize: model.vocabSize,
    contextLength: model.contextLength,
    parameters: parameterCount(model),
    endOfTextId,
    nats: (tokens, { B, T }) =>
      native(family, () =>
        float32Of(session.call(entries.score, { tokens: { shape: [B, T + 1], values: tokens } }).nats)
      ),
    decoder: (B) => Effect.sync(() => decoder(B))
  }
})
