// Training a part of a network: layers that stay, rates that fall towards the embeddings, layers that join in from the top.
import type { TrainingProgram } from "@inkstone/graph"
import { field } from "@inkstone/stage"
import { type AnyNetwork, Layers } from "@inkstone/model-zoo"
import { Schema } from "effect"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true }))

const Lora = Schema.Struct({
  rank: field(Count, 8, "r: rows of the thin matrices"),
  alpha: field(Positive, 16, "what is learned counts alpha / rank times"),
  targets: Schema.optionalKey(
    Schema.NonEmptyArray(Schema.String).annotate({
      description: "modules by the end of their name; left out: queries and values"
    })
  ),
  head: field(Schema.Boolean, true, "train what stands on the blocks as well, which a fresh head needs")
})

/** Fields of the config of every training stage. */
export const tuningFields = {
  freeze: Schema.optionalKey(
    Schema.Union([Count, Schema.Literal("body")]).annotate({
      description:
        "layers from the bottom that stay as they are: 1 = the embeddings, 2 = and the first block, ...; body = all but the head"
    })
  ),
  layerDecay: Schema.optionalKey(
    Share.annotate({ description: "share of a layer's learning rate that the layer below it has" })
  ),
  lora: Schema.optionalKey(
    Lora.annotate({
      description:
        "learn thin matrices beside those of the weights it starts from (LoRA); they are merged at the end"
    })
  ),
  unfreezeEvery: Schema.optionalKey(
    Count.annotate({
      description: "the head alone at first, and one more layer from the top after so many steps"
    })
  )
}

export interface TuningConfig {
  readonly lora?: typeof Lora.Type
  readonly freeze?: number | "body"
  readonly layerDecay?: number
  readonly unfreezeEvery?: number
}

type Parts = Pick<TrainingProgram.Options, "trained" | "groupOf" | "phases">

interface Tuned {
  readonly network: AnyNetwork
  /** of a network with thin matrices: those, and its head */
  readonly trained?: TrainingProgram.Trained
}

/** What a config says of a network's parts, as options of its program. */
export const partsOf = (
  { freeze, layerDecay, unfreezeEvery }: TuningConfig,
  { network, trained: thin }: Tuned
): Parts => {
  const { of, top } = Layers.layers(network)
  const lowest = freeze === undefined ? 0 : freeze === "body" ? top : freeze
  const trained: TrainingProgram.Trained = (parameter) =>
    of(parameter) >= lowest && (thin === undefined || thin(parameter))
  return {
    ...(lowest === 0 && thin === undefined ? {} : { trained }),
    ...(layerDecay === undefined ? {} : { groupOf: Layers.decayed(network, { decay: layerDecay }) }),
    ...(unfreezeEvery === undefined
      ? {}
      : { phases: Layers.unfreezing(network, { every: unfreezeEvery, trained }) })
  }
}

/** What is wrong with a config's parts of a network; undefined if nothing is. */
export const wrong = ({ freeze }: TuningConfig, { network }: Tuned): string | undefined => {
  const { top } = Layers.layers(network)
  return typeof freeze === "number" && freeze > top
    ? `freeze ${freeze} leaves nothing to train: the network has ${top + 1} layers, its embeddings and its head counted`
    : undefined
}
