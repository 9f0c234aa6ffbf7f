// A causal network behind the face of every family: a session with its weights, closed with the scope.
import { type Parameter, parameterCount } from "@inkstone/graph"
import { type NativeUnavailable, Session, type Tensor } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import { CacheSlots } from "./CacheSlots.ts"
import { type Decoder, type LanguageModel, ModelFailed, ModelUnusable, type Opening } from "./Model.ts"
import type { CausalNetwork } from "./Network.ts"
import * as InferenceProgram from "./InferenceProgram.ts"
import * as NamedArray from "./NamedArray.ts"

/** Float32 numbers of a parameter, or what is wrong with the stored array. */
const parameterOf = (arrays: NamedArray.NamedArrays, { name, shape }: Parameter): Float32Array | string => {
  const array = arrays.get(name)
  if (array === undefined) return `has no array ${name}`
  if (array.shape.join() !== shape.join())
    return `${name} is [${array.shape.join(", ")}], the architecture asks for [${shape.join(", ")}]`
  const values = NamedArray.float32(array)
  if (values === undefined) return `${name} is ${array.dtype}, not a float type`
  return values.length === NamedArray.sizeOf(shape) ? values : `${name} has ${values.length} numbers`
}

/** Native calls are synchronous and throw. */
const native = <A>(family: string, run: () => A): Effect.Effect<A, ModelFailed> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new ModelFailed({ family, problem: cause instanceof Error ? cause.message : String(cause) })
  })

const float32Of = (tensor: Tensor): Float32Array =>
  tensor.dtype === "float32" ? tensor.values : Float32Array.from(tensor.values)

/**
 * Opens a session with the weights in it; its memory is freed with the scope. Needs each parameter by name and shape; arrays of
 * other names are not looked at. The caches are part of the session: of several decoders the one that read a prompt last
 * may go on.
 */
export const open = Effect.fn("NeuralModel.open")(function* (
  family: string,
  model: CausalNetwork,
  { arrays, endOfTextId }: Pick<Opening, "arrays" | "endOfTextId">
): Effect.fn.Return<LanguageModel, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const { entries, graphDef, variables } = InferenceProgram.lower(model)
  const session = yield* Session.open(graphDef).pipe(
    Effect.catchTag("ProgramRejected", ({ problem }) => Effect.fail(new ModelFailed({ family, problem })))
  )
  for (const parameter of model.parameters) {
    const values = parameterOf(arrays, parameter)
    if (typeof values === "string") return yield* new ModelUnusable({ family, problem: values })
    const variable = variables.find(({ name }) => name === parameter.name)
    if (variable !== undefined)
      yield* native(family, () => session.call(variable.write, { value: { shape: parameter.shape, values } }))
  }

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
          return float32Of(session.call(entries.decode, given).logits)
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
