// Opens sealed weights of any family that writes from left to right. What evaluators, generators and the command line hold
// in their hands.
import type { Artifact, ArtifactCorrupt, StorageFailed, Weights } from "@inkstone/artifact"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import type { Options } from "./InferenceProgram.ts"
import { type LanguageModel, type ModelFailed, ModelUnusable, type Opening } from "./Model.ts"
import * as NamedArray from "./NamedArray.ts"
import * as NeuralModel from "./NeuralModel.ts"
import * as Zoo from "./Zoo.ts"

export type { LanguageModel } from "./Model.ts"

/**
 * Opens a model that writes from left to right; it closes with the scope. Networks need the native library. Other formats of
 * weights than float32 are for generation: scores then are those of the rounded weights.
 */
export const open = Effect.fn("LanguageModel.open")(function* (
  name: string,
  opening: Opening,
  options: Options = {}
): Effect.fn.Return<LanguageModel, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const family = Zoo.find(name)
  if (family === undefined) {
    const problem = `not a known family; there are ${Object.keys(Zoo.zoo).join(", ")}`
    return yield* new ModelUnusable({ family: name, problem })
  }
  switch (family.kind) {
    case "counts":
      return yield* family.open(opening)
    case "causal":
      return yield* NeuralModel.open(name, yield* family.network(opening.architecture), opening, options)
    default:
      return yield* new ModelUnusable({
        family: name,
        problem: `${family.card.title} does not write from left to right (${family.card.objective})`
      })
  }
})

/** Opens the model that the weights hold; it closes with the scope. Networks need the native library. */
export const load = Effect.fn("LanguageModel.load")(function* (
  weights: Artifact<typeof Weights>,
  options: Options = {}
): Effect.fn.Return<
  LanguageModel,
  ModelUnusable | ModelFailed | NativeUnavailable | ArtifactCorrupt | StorageFailed,
  Scope.Scope
> {
  const { architecture, contextLength, endOfTextId, family, parameters, vocabSize } = weights.attributes
  const arrays = yield* NamedArray.read(weights)
  const opening = { architecture, vocabSize, contextLength, parameters, endOfTextId, arrays }
  return yield* open(family, opening, options)
})
