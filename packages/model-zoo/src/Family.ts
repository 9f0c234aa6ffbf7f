// What every family of models offers, whether it is a network or a table of counts.
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect, Schema, type Scope } from "effect"
import {
  type Classifier,
  type LanguageModel,
  type ModelFailed,
  ModelUnusable,
  type Opening
} from "./Model.ts"
import type { AnyNetwork, CausalNetwork, EncoderDecoderNetwork, EncoderNetwork } from "./Network.ts"

export const Count = Schema.Int.check(Schema.isGreaterThan(0))
export const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
/** A check of configs. */
export const headsDivideChannels = Schema.makeFilter(
  ({ channels, heads }: { readonly channels: number; readonly heads: number }) =>
    channels % heads === 0 || `channels ${channels} are no multiple of heads ${heads}`
)

/** What a person wants to know before choosing it. */
export interface Card {
  readonly title: string
  readonly paper: string
  /** what it is trained to foretell */
  readonly objective: string
  readonly goodAt: string
  readonly weakAt: string
  /** of the public weights */
  readonly licence: string
}

/** A network of the family by name. */
export interface Preset {
  readonly name: string
  /** the family's own configuration, with the published vocabulary */
  readonly architecture: Architecture
  /** trainable numbers as published; undefined for sizes of our own */
  readonly published: number | undefined
  /** what the published number counts: the architecture, for some families without its head */
  readonly counted: Architecture
}

/** A family's own configuration, or a `config.json`. */
export type Architecture = Readonly<Record<string, Schema.Json>>

/** How `transformers` knows the family. */
export interface HuggingFaceMapping {
  /** `model_type` of config.json */
  readonly modelType: string
  /** Our architecture from a `config.json`, and from the names of the arrays beside it where that leaves something open. */
  readonly read: (config: unknown, stored?: ReadonlySet<string>) => Effect.Effect<Architecture, ModelUnusable>
  /** `config.json` from our architecture, with the class that loads it */
  readonly write: (architecture: unknown) => Effect.Effect<Architecture, ModelUnusable>
  /** Our name of a stored array; undefined for one that is not needed. */
  readonly rename: (name: string) => string | undefined
  /** Stored arrays that repeat a parameter, and must equal it where they are there. */
  readonly tied: Readonly<Record<string, string>>
  /** Our names of arrays that belong to other heads of the family; a network without them leaves them out. */
  readonly others: RegExp
}

/** A family of networks. It plugs in as one line of the record in `Zoo.ts`. */
export interface NetworkFamily<N extends AnyNetwork = AnyNetwork> {
  readonly kind: N["kind"]
  readonly name: string
  readonly description: string
  readonly card: Card
  readonly presets: ReadonlyArray<Preset>
  /** Checks an architecture and builds the network, without any numbers. */
  readonly network: (architecture: unknown) => Effect.Effect<N, ModelUnusable>
  readonly huggingFace: HuggingFaceMapping
}
export type CausalFamily = NetworkFamily<CausalNetwork>
export type EncoderFamily = NetworkFamily<EncoderNetwork>
export type EncoderDecoderFamily = NetworkFamily<EncoderDecoderNetwork>

/** A family of tables of counts: no network, and nothing native. */
export interface CountFamily {
  readonly kind: "counts"
  readonly name: string
  readonly description: string
  readonly card: Card
  /** Checks the architecture and every array, then makes the model. */
  readonly open: (
    opening: Opening
  ) => Effect.Effect<LanguageModel, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope>
  /** Where it sorts texts into classes instead of writing them. */
  readonly classify?: (opening: Opening) => Effect.Effect<Classifier, ModelUnusable>
}

export type Family = CausalFamily | EncoderFamily | EncoderDecoderFamily | CountFamily

interface Definition<C extends Architecture & { readonly vocabSize: number }, J, P extends string> {
  readonly name: string
  readonly description: string
  readonly card: Card
  readonly Config: Schema.Decoder<C>
  readonly presets: Readonly<Record<P, Omit<C, "vocabSize">>>
  readonly published: {
    readonly vocabSize: number
    /** where a preset has another one */
    readonly vocabSizes?: { readonly [Name in P]?: number }
    readonly parameters: { readonly [Name in P]?: number }
    /** how the networks that were counted differ from the presets */
    readonly counted?: Partial<C>
  }
  readonly huggingFace: {
    readonly modelType: string
    /** class that loads it, for a config */
    readonly architecture: (config: C) => string
    readonly Config: Schema.Decoder<J>
    readonly from: (config: J, stored?: ReadonlySet<string>) => C
    readonly to: (config: C) => Architecture
    readonly rename?: (name: string) => string | undefined
    readonly tied?: Readonly<Record<string, string>>
    readonly others?: RegExp
    /** what `transformers` cannot do of a config, if there is something */
    readonly refuses?: (config: C) => string | undefined
  }
}
/** matches no name */
const nothing = /(?!)/

type Built<C, N> = { readonly build: (config: C) => N }

const of = (numbers: { readonly [name: string]: number | undefined }, name: string): number | undefined =>
  Object.hasOwn(numbers, name) ? numbers[name] : undefined

const define =
  <N extends AnyNetwork>(kind: N["kind"]) =>
  <C extends Architecture & { readonly vocabSize: number }, J, P extends string>(
    definition: Definition<C, J, P> & Built<C, N>
  ): NetworkFamily<N> => {
    const { build, card, description, huggingFace, name, presets, published } = definition
    const unusable = (what: string) =>
      Effect.mapError(
        ({ message }: Schema.SchemaError) =>
          new ModelUnusable({ family: name, problem: `${what}: ${message}` })
      )
    // a field that is none is a typing error, not a wish to be passed over
    const decode = Schema.decodeUnknownEffect(definition.Config, { onExcessProperty: "error" })
    const decodeJson = Schema.decodeUnknownEffect(huggingFace.Config)
    const configOf = (architecture: unknown) => decode(architecture).pipe(unusable("architecture"))
    return {
      kind,
      name,
      description,
      card,
      presets: Object.entries<Omit<C, "vocabSize">>(presets).map(([preset, shape]) => {
        const vocabSize = of(published.vocabSizes ?? {}, preset) ?? published.vocabSize
        const architecture = { ...shape, vocabSize }
        return {
          name: preset,
          architecture,
          published: of(published.parameters, preset),
          counted: { ...architecture, ...published.counted }
        }
      }),
      network: (architecture) => Effect.map(configOf(architecture), build),
      huggingFace: {
        modelType: huggingFace.modelType,
        read: (config, stored) =>
          decodeJson(config).pipe(
            unusable("config.json"),
            Effect.map((json) => ({ ...huggingFace.from(json, stored) }))
          ),
        write: (architecture) =>
          Effect.flatMap(configOf(architecture), (config) => {
            const problem = huggingFace.refuses?.(config)
            return problem === undefined
              ? Effect.succeed({
                  architectures: [huggingFace.architecture(config)],
                  ...huggingFace.to(config)
                })
              : Effect.fail(new ModelUnusable({ family: name, problem }))
          }),
        rename: huggingFace.rename ?? ((stored) => stored),
        tied: huggingFace.tied ?? {},
        others: huggingFace.others ?? nothing
      }
    }
  }

/** A family that writes from left to right. */
export const causal = define<CausalNetwork>("causal")
/** A family that reads texts as a whole. */
export const encoder = define<EncoderNetwork>("encoder")
/** A family that reads one text and writes another. */
export const encoderDecoder = define<EncoderDecoderNetwork>("encoder-decoder")
