// What a training starts from: a network of the zoo with fresh weights, or weights that were trained before.
import type { Artifact, ArtifactCorrupt, StorageFailed, Weights } from "@inkstone/artifact"
import { GraphInvalid, parameterCount } from "@inkstone/graph"
import { type AnyNetwork, type Family, Lora, NamedArray, WarmStart, Zoo } from "@inkstone/model-zoo"
import { StageFailure } from "@inkstone/stage"
import { Effect, Result } from "effect"
import {
  architectureOf,
  familyOf,
  type NetworkConfig,
  type NetworkFamily,
  type NetworkKind,
  networkOf,
  presetName
} from "./NetworkConfig.ts"
import type { TuningConfig } from "./Tuning.ts"

export type NetworkOf<K extends NetworkKind> = Extract<AnyNetwork, { readonly kind: K }>

export interface Start<N extends AnyNetwork = AnyNetwork> {
  readonly family: string
  readonly preset: string
  readonly architecture: Family.Architecture
  readonly network: N
  /** T: tokens of a row */
  readonly contextLength: number
  /** where thin matrices are trained beside those of the weights: `network` has both, and what is handed over is merged */
  readonly adapted?: Lora.Adapted
  /** numbers of the network that is handed over */
  readonly parameters: number
  /** of the weights it starts from; none for fresh ones */
  readonly arrays: NamedArray.NamedArrays
  /** logical digest of the weights it starts from; "" for fresh ones */
  readonly from: string
}

interface Wanted<K extends NetworkKind = NetworkKind> {
  readonly kind: K
  /** of the data */
  readonly vocabSize: number
  /** logical digest of the data's tokenizer */
  readonly tokenizer: string
  /** what the stage needs of the architecture, such as a head */
  readonly task?: Family.Architecture
}

const wrong = (problem: string, advice: string) =>
  new StageFailure({ category: "config", fact: "ModelUnusable", problem, advice })

/** The network that a config names, with weights of its own or with those that it is given. */
export const start = Effect.fn("Start.start")(function* <K extends NetworkKind>(
  config: NetworkConfig & Pick<TuningConfig, "lora">,
  given: ReadonlyArray<{ readonly artifact: Artifact<typeof Weights> }>,
  wanted: Wanted<K>
): Effect.fn.Return<Start<NetworkOf<K>>, StageFailure | ArtifactCorrupt | StorageFailed> {
  const [first, second] = given
  if (second !== undefined)
    return yield* wrong(`${given.length} models are wired to the port model`, "Wire one")
  const found: Omit<Start, "parameters"> =
    first === undefined ? yield* fresh(config, wanted) : yield* trained(config, first.artifact, wanted)
  const { network } = found
  const parameters = parameterCount(network)
  if (!isOf(network, wanted.kind))
    return yield* wrong(
      `${found.family} is no network that this stage trains: it takes ${wanted.kind} families`,
      "Wire weights of another family"
    )
  if (config.lora === undefined) return { ...found, network, parameters }
  if (first === undefined)
    return yield* wrong(
      "lora changes weights that were trained before, and none are wired to the port model",
      "Wire weights to model, or remove lora"
    )
  const adapted = yield* adapt(network, config.lora)
  return { ...found, network: adapted.network, adapted, parameters }
})

const adapt = <N extends AnyNetwork>(network: N, settings: Lora.LoraSettings) =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(Lora.adapt(network, settings))
    } catch (cause) {
      if (cause instanceof GraphInvalid) return Effect.fail(wrong(cause.message, "Change lora.targets"))
      return Effect.die(cause)
    }
  })

const isOf = <K extends NetworkKind>(network: AnyNetwork, kind: K): network is NetworkOf<K> =>
  network.kind === kind

const built = (family: NetworkFamily, architecture: Family.Architecture) =>
  Result.match(networkOf(family, architecture), {
    onSuccess: (network) => Effect.succeed(network),
    onFailure: ({ message }) => Effect.fail(wrong(message, "Change preset or architecture"))
  })

const rowOf = (network: AnyNetwork, architecture: Family.Architecture): number => {
  const { contextLength } = architecture
  return Number.isFinite(network.contextLength) ? network.contextLength : Number(contextLength)
}

const fresh = Effect.fnUntraced(function* (config: NetworkConfig, { kind, task, vocabSize }: Wanted) {
  const family = familyOf(config, kind)
  const architecture = architectureOf(config, kind, { ...task, vocabSize })
  const network = yield* built(family, architecture)
  const contextLength = rowOf(network, architecture)
  const preset = presetName(config)
  return { family: family.name, preset, architecture, network, contextLength, arrays: new Map(), from: "" }
})

const trained = Effect.fnUntraced(function* (
  config: NetworkConfig,
  weights: Artifact<typeof Weights>,
  { kind, task, tokenizer, vocabSize }: Wanted
) {
  const { attributes } = weights
  const said = (["family", "preset", "architecture"] as const).find((name) => config[name] !== undefined)
  if (said !== undefined)
    return yield* wrong(
      `the network is that of the weights on the port model (${attributes.family} ${attributes.preset}), but the config has ${said} too`,
      `Remove ${said}, or the wire to model`
    )
  const family = Zoo.find(attributes.family)
  if (family === undefined || family.kind === "counts")
    return yield* wrong(
      `${attributes.family} is no network: this stage takes ${kind} families`,
      "Wire weights of another family"
    )
  // "" is of weights from elsewhere, whose tokenizer nobody knows
  if (attributes.tokenizer !== "" && attributes.tokenizer !== tokenizer)
    return yield* wrong(
      "the weights on the port model and the data come from different tokenizers",
      "Encode the data with the tokenizer that the model was trained with"
    )
  if (attributes.vocabSize < vocabSize)
    return yield* wrong(
      `the model knows ${attributes.vocabSize} tokens, the data's tokenizer has ${vocabSize}`,
      "Encode the data with the model's tokenizer"
    )
  const architecture = { ...attributes.architecture, ...task }
  const network = yield* built(family, architecture)
  const most = rowOf(network, architecture)
  const contextLength = config.contextLength ?? most
  if (contextLength > most && Number.isFinite(network.contextLength))
    return yield* wrong(`contextLength ${contextLength} is more than the model sees, ${most}`, "Lower it")
  const given = yield* NamedArray.read(weights)
  const { arrays, fresh } = yield* WarmStart.from(network, { family, arrays: given }).pipe(
    Effect.mapError(({ advice, message }) =>
      wrong(`the weights on the port model cannot be taken: ${message}`, advice)
    )
  )
  if (fresh.length > 0) yield* Effect.logInfo(`these start fresh: ${fresh.join(", ")}`)
  const { preset } = attributes
  return {
    family: family.name,
    preset,
    architecture,
    network,
    contextLength,
    arrays,
    from: weights.digest
  }
})
