// Encoders with a head of a task, and linear models, with their numbers: asked for classes, a number, labels of tokens or an answer.
import type { Artifact, ArtifactCorrupt, StorageFailed, Weights } from "@inkstone/artifact"
import { input, parameterCount, Program } from "@inkstone/graph"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import {
  type Classifier,
  type ClassifierHead,
  type ModelFailed,
  ModelUnusable,
  type Opening
} from "./Model.ts"
import * as ModelSession from "./ModelSession.ts"
import { float32Of, native } from "./ModelSession.ts"
import * as NamedArray from "./NamedArray.ts"
import type { EncoderNetwork } from "./Network.ts"
import * as Zoo from "./Zoo.ts"

const heads: ReadonlyArray<ClassifierHead> = ["labels", "value", "tags", "span"]

/** Evaluation is always float32, whatever the training used. Texts have any length, and each would compile anew. */
const lower = (network: EncoderNetwork, head: NonNullable<EncoderNetwork["heads"][ClassifierHead]>) => {
  const run = { precision: "float32" } as const
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    segments: input("segments", "int32", ["B", "T"])
  }
  const { mask, segments, tokens } = inputs
  const answer = head(network.hidden(tokens, { ...run, mask, segments }), run)
  return Program.lower({ all: { inputs, outputs: { answer } } }, { clusters: false })
}

/** Opens an encoder with a head of a task, or a linear model; it closes with the scope. Encoders need the native library. */
export const open = Effect.fn("ClassifierModel.open")(function* (
  name: string,
  opening: Opening
): Effect.fn.Return<Classifier, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const family = Zoo.find(name)
  const unusable = (problem: string) => new ModelUnusable({ family: name, problem })
  if (family === undefined)
    return yield* unusable(`not a known family; there are ${Object.keys(Zoo.zoo).join(", ")}`)
  if (family.kind === "counts" && family.classify !== undefined) return yield* family.classify(opening)
  if (family.kind !== "encoder")
    return yield* unusable(`${family.card.title} does not read texts as a whole (${family.card.objective})`)
  const network = yield* family.network(opening.architecture)
  const head = heads.find((each) => network.heads[each] !== undefined)
  const apply = head && network.heads[head]
  if (head === undefined || apply === undefined)
    return yield* unusable("has no head of a task: it was trained for its tokens alone")
  const program = lower(network, apply)
  const { arrays } = opening
  const session = yield* ModelSession.open(name, program, { arrays, parameters: network.parameters })
  return {
    family: name,
    vocabSize: network.vocabSize,
    contextLength: network.contextLength,
    parameters: parameterCount(network),
    head,
    answer: ({ B, T, mask, segments, tokens }) =>
      native(name, () => {
        if (T > network.contextLength)
          throw new RangeError(`a text has ${T} tokens, and the model reads ${network.contextLength} at most`)
        const shape = [B, T]
        const given = {
          tokens: { shape, values: tokens },
          mask: { shape, values: mask ?? new Uint8Array(B * T).fill(1) },
          segments: { shape, values: segments ?? new Int32Array(B * T) }
        }
        return float32Of(session.call(program.entries.all, given).answer)
      })
  }
})

/** Opens the classifier that the weights hold; it closes with the scope. Encoders need the native library. */
export const load = Effect.fn("ClassifierModel.load")(function* (
  weights: Artifact<typeof Weights>
): Effect.fn.Return<
  Classifier,
  ModelUnusable | ModelFailed | NativeUnavailable | ArtifactCorrupt | StorageFailed,
  Scope.Scope
> {
  const { architecture, contextLength, endOfTextId, family, parameters, vocabSize } = weights.attributes
  const arrays = yield* NamedArray.read(weights)
  return yield* open(family, { architecture, vocabSize, contextLength, parameters, endOfTextId, arrays })
})
