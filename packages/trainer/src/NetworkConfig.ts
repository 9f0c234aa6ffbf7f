// What a pipeline file may say about the network: a family and a preset of the zoo, or nothing where the stage starts from weights.
import { type AnyNetwork, type Family, type ModelUnusable, zoo } from "@inkstone/model-zoo"
import { nearest } from "@inkstone/stage"
import { Effect, Result, Schema } from "effect"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

const Architecture = Schema.Struct({
  layers: optional(Count, "blocks"),
  decoderLayers: optional(Count, "t5: blocks of the decoder"),
  heads: optional(Count, "H: attention heads; divides channels"),
  channels: optional(Count, "C: width of the residual stream"),
  keyHeads: optional(Count, "llama: heads of keys and values; divides heads"),
  headChannels: optional(Count, "t5: D, width of a head"),
  innerChannels: optional(Count, "encoders, llama, t5: width inside of a block"),
  window: optional(Count, "gpt3: places that every second layer sees")
})

/** A family that is a network, of one kind or of any. */
export type NetworkFamily = Family.CausalFamily | Family.EncoderFamily | Family.EncoderDecoderFamily
export type NetworkKind = NetworkFamily["kind"]

const all: ReadonlyArray<NetworkFamily> = Object.values(zoo).flatMap((family) =>
  family.kind === "counts" ? [] : [family]
)
const usual = { causal: "gpt2", encoder: "bert", "encoder-decoder": "t5" } as const
const usualPreset = "nano"

/** Names of the families of a kind: a new one of the zoo is among them. */
const namesOf = (kind: NetworkKind) => all.filter((family) => family.kind === kind).map(({ name }) => name)

/** The fields of a stage that trains networks of a kind. */
export const networkFields = (kind: NetworkKind) => ({
  family: optional(
    Schema.Literals(namesOf(kind)),
    `kind of network; left out: that of the weights it starts from, or ${usual[kind]}`
  ),
  preset: optional(
    Schema.String,
    `size of the network, by name: inkstone models lists them; left out: that of the weights it starts from, or ${usualPreset}`
  ),
  architecture: optional(Architecture, "numbers that differ from the preset's"),
  contextLength: optional(Count, "T: tokens of a row; left out: as many as the network sees at once")
})

export interface NetworkConfig {
  readonly family?: string
  readonly preset?: string
  readonly architecture?: typeof Architecture.Type
  readonly contextLength?: number
}

/** The family that a config names, or the usual one of the kind. */
export const familyOf = ({ family }: NetworkConfig, kind: NetworkKind): NetworkFamily => {
  const name = family ?? usual[kind]
  const found = all.find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`no family ${name}`)
  return found
}

const presetOf = (config: NetworkConfig, kind: NetworkKind) =>
  familyOf(config, kind).presets.find(({ name }) => name === (config.preset ?? usualPreset))

/** Whether the network is a preset, but for the length of its context. */
export const presetName = ({ architecture, preset = usualPreset }: NetworkConfig): string =>
  architecture === undefined || Object.keys(architecture).length === 0 ? preset : "custom"

/** The network's own config: the preset with what was changed of it; `task` is what the stage adds, such as the head. */
export const architectureOf = (
  config: NetworkConfig,
  kind: NetworkKind,
  task: Family.Architecture & { readonly vocabSize: number }
): Family.Architecture => ({
  ...presetOf(config, kind)?.architecture,
  ...config.architecture,
  ...(config.contextLength === undefined ? {} : { contextLength: config.contextLength }),
  ...task
})

/** The network of an architecture, or what is wrong with it. */
export const networkOf = (
  family: NetworkFamily,
  architecture: Family.Architecture
): Result.Result<AnyNetwork, ModelUnusable> => {
  const made: Effect.Effect<AnyNetwork, ModelUnusable> = family.network(architecture)
  return Effect.runSync(Effect.result(made))
}

/** The vocabulary is only known once the tokens are; this is a large one for the presets that train on a laptop. */
export const vocabSizeGuess = 16_384

/** What is wrong with what a config says of its network. */
export const networkIssues = (
  config: NetworkConfig,
  kind: NetworkKind,
  task: Family.Architecture = {}
): ReadonlyArray<Schema.FilterIssue> => {
  const family = familyOf(config, kind)
  if (presetOf(config, kind) === undefined) {
    const names = family.presets.map(({ name }) => name)
    const close = nearest(config.preset ?? "", names)
    const advice = close === undefined ? "" : `did you mean ${close}? `
    const issue = `${family.name} has no preset ${config.preset}: ${advice}there are ${names.join(", ")}`
    return [{ path: ["preset"], issue }]
  }
  const network = networkOf(family, architectureOf(config, kind, { ...task, vocabSize: vocabSizeGuess }))
  return Result.isFailure(network) ? [{ path: ["architecture"], issue: network.failure.problem }] : []
}
