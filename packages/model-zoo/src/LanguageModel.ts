// Opens sealed weights of any family. What evaluators, generators and the command line hold in their hands.
import type { Artifact, ArtifactCorrupt, StorageFailed, Weights } from "@inkstone/artifact"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import { type LanguageModel, type ModelFailed, ModelUnusable } from "./Family.ts"
import * as NamedArray from "./NamedArray.ts"
import { type FamilyName, zoo } from "./Zoo.ts"

export type { LanguageModel } from "./Family.ts"

const isFamily = (name: string): name is FamilyName => Object.hasOwn(zoo, name)

/** The family of that name, or the names there are. */
const familyOf = (name: string) =>
  isFamily(name)
    ? Effect.succeed(zoo[name])
    : Effect.fail(
        new ModelUnusable({
          family: name,
          problem: `not a known family; there are ${Object.keys(zoo).join(", ")}`
        })
      )

/** Opens the model that the weights hold; it closes with the scope. Neural families need the native library. */
export const load = Effect.fn("LanguageModel.load")(function* (
  weights: Artifact<typeof Weights>
): Effect.fn.Return<
  LanguageModel,
  ModelUnusable | ModelFailed | NativeUnavailable | ArtifactCorrupt | StorageFailed,
  Scope.Scope
> {
  const family = yield* familyOf(weights.attributes.family)
  const { architecture, vocabSize, contextLength, parameters, endOfTextId } = weights.attributes
  const arrays = yield* NamedArray.read(weights)
  return yield* family.open({ architecture, vocabSize, contextLength, parameters, endOfTextId, arrays })
})
