// Encoders with their numbers, asked which tokens stand where. What fills in masks, and what is scored on hidden tokens.
import type { Artifact, ArtifactCorrupt, StorageFailed, Weights } from "@inkstone/artifact"
import { crossEntropy, gatherRows, parameterCount, Program } from "@inkstone/graph"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import { type ModelFailed, ModelUnusable, type Opening } from "./Model.ts"
import * as ModelSession from "./ModelSession.ts"
import { float32Of, native } from "./ModelSession.ts"
import * as NamedArray from "./NamedArray.ts"
import type { EncoderNetwork } from "./Network.ts"
import { maskedInputs } from "./objectives/MaskedLanguage.ts"
import * as Zoo from "./Zoo.ts"

/** Rows of texts: `B` of them, `T` tokens each. */
export interface Texts {
  readonly B: number
  readonly T: number
  /** [B, T] */
  readonly tokens: Int32Array
  /** [B, T]: 0 where a token is padding; left out where none is */
  readonly mask?: Uint8Array
}

/** Of each text, `P` of its places. */
export interface Places {
  readonly P: number
  /** [B, P] */
  readonly places: Int32Array
}

export interface MaskedModel {
  readonly family: string
  readonly vocabSize: number
  /** most tokens of one text */
  readonly contextLength: number
  /** trainable numbers */
  readonly parameters: number
  /** How likely each token is at each place: logits [B, T, V], row by row. */
  readonly logits: (texts: Texts) => Effect.Effect<Float32Array, ModelFailed>
  /** The same at some places alone, [B, P, V]: a large vocabulary is much of the work. */
  readonly logitsAt: (texts: Texts & Places) => Effect.Effect<Float32Array, ModelFailed>
  /** What `targets` [B, P] cost at their places, in nats, [B, P]. */
  readonly nats: (
    texts: Texts & Places & { readonly targets: Int32Array }
  ) => Effect.Effect<Float32Array, ModelFailed>
}

/** Evaluation is always float32, whatever the training used. Texts have any length, and each would compile anew. */
const lower = (network: EncoderNetwork, head: NonNullable<EncoderNetwork["heads"]["tokens"]>) => {
  const run = { precision: "float32" } as const
  const { mask, places, targets, tokens } = maskedInputs()
  const hidden = network.hidden(tokens, { ...run, mask }) // [B, T, C]
  const chosen = head(gatherRows(hidden, places), run) // [B, P, V]
  return Program.lower(
    {
      all: { inputs: { tokens, mask }, outputs: { logits: head(hidden, run) } }, // [B, T, V]
      some: { inputs: { tokens, mask, places }, outputs: { logits: chosen } },
      score: { inputs: { tokens, mask, places, targets }, outputs: { nats: crossEntropy(chosen, targets) } }
    },
    { clusters: false }
  )
}

const at = ({ B, P, places }: Texts & Places) => ({ places: { shape: [B, P], values: places } })

/** Opens an encoder that has a head for tokens; it closes with the scope. Needs the native library. */
export const open = Effect.fn("MaskedModel.open")(function* (
  name: string,
  { architecture, arrays }: Pick<Opening, "architecture" | "arrays">
): Effect.fn.Return<MaskedModel, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const family = Zoo.find(name)
  if (family?.kind !== "encoder")
    return yield* new ModelUnusable({
      family: name,
      problem:
        family === undefined
          ? `not a known family; there are ${Object.keys(Zoo.zoo).join(", ")}`
          : `${family.card.title} does not read texts as a whole (${family.card.objective})`
    })
  const network = yield* family.network(architecture)
  const head = network.heads.tokens
  if (head === undefined)
    return yield* new ModelUnusable({ family: name, problem: "has no head for tokens, so it names none" })
  const program = lower(network, head)
  const session = yield* ModelSession.open(name, program, { arrays, parameters: network.parameters })

  const { contextLength } = network
  const given = ({ B, T, mask, tokens }: Texts) => {
    if (T > contextLength)
      throw new RangeError(`a text has ${T} tokens, and the model reads ${contextLength} at most`)
    const shape = [B, T]
    return {
      tokens: { shape, values: tokens },
      mask: { shape, values: mask ?? new Uint8Array(B * T).fill(1) }
    }
  }
  return {
    family: name,
    vocabSize: network.vocabSize,
    contextLength,
    parameters: parameterCount(network),
    logits: (texts) => native(name, () => float32Of(session.call(program.entries.all, given(texts)).logits)),
    logitsAt: (texts) =>
      native(name, () =>
        float32Of(session.call(program.entries.some, { ...given(texts), ...at(texts) }).logits)
      ),
    nats: (texts) =>
      native(name, () => {
        const targets = { shape: [texts.B, texts.P], values: texts.targets }
        return float32Of(session.call(program.entries.score, { ...given(texts), ...at(texts), targets }).nats)
      })
  }
})

/** Opens the encoder that the weights hold; it closes with the scope. Needs the native library. */
export const load = Effect.fn("MaskedModel.load")(function* (
  weights: Artifact<typeof Weights>
): Effect.fn.Return<
  MaskedModel,
  ModelUnusable | ModelFailed | NativeUnavailable | ArtifactCorrupt | StorageFailed,
  Scope.Scope
> {
  const { architecture, family } = weights.attributes
  return yield* open(family, { architecture, arrays: yield* NamedArray.read(weights) })
})
