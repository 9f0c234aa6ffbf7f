// T5 (Raffel et al. 2020): an encoder and a decoder of pre-norm blocks without any bias, with relative positions and attention
// that is not scaled. Version 1.1 gates the feed-forward layers (Shazeer 2020) and has a head of its own.
import {
  gather,
  Initializer,
  mul,
  type Parameter,
  parameter,
  range,
  reshape,
  type Run,
  type Tensor
} from "@inkstone/graph"
import { Schema } from "effect"
import * as Attention from "./blocks/Attention.ts"
import * as Domain from "./blocks/Domain.ts"
import { drop } from "./blocks/Drop.ts"
import * as Linear from "./blocks/Linear.ts"
import * as RelativePositions from "./blocks/RelativePositions.ts"
import * as RmsNorm from "./blocks/RmsNorm.ts"
import { stack } from "./blocks/Stack.ts"
import * as T5Layer from "./blocks/T5Layer.ts"
import * as Family from "./Family.ts"
import type { Attend, AttendOptions, EncoderDecoderNetwork, Reading } from "./Network.ts"

export const Config = Schema.Struct({
  vocabSize: Family.Count.annotate({ description: "V: tokens the model knows" }),
  contextLength: Family.Count.annotate({
    description: "tokens of a text it is trained with; the network has no limit"
  }),
  layers: Family.Count.annotate({ description: "blocks of the encoder" }),
  decoderLayers: Family.Count.annotate({ description: "blocks of the decoder" }),
  heads: Family.Count.annotate({ description: "H: attention heads" }),
  headChannels: Family.Count.annotate({ description: "D: channels of a head; H x D need not be C" }),
  channels: Family.Count.annotate({ description: "C: width of the residual streams" }),
  innerChannels: Family.Count.annotate({ description: "inner width of the feed-forward layers" }),
  feedForward: Schema.Literals(["relu", "gated-gelu"]).annotate({
    description: "gated-gelu is that of version 1.1"
  }),
  head: Schema.Literals(["scaled", "tied", "own"]).annotate({
    description:
      "embedding on states times C^-0.5 (version 1.0), embedding, or a table of its own (version 1.1)"
  }),
  buckets: Schema.Int.check(Schema.isGreaterThanOrEqualTo(4)).annotate({
    description: "of relative positions"
  }),
  maxDistance: Family.Count.annotate({ description: "places this far apart or farther share a bucket" }),
  normEpsilon: Family.Positive.annotate({ description: "added to the mean square in norms" }),
  startId: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
    description: "token before the first one that is written; also what padding is filled with"
  }),
  ...Domain.field
}).check(
  Schema.makeFilter(
    ({ buckets, maxDistance }) =>
      maxDistance > buckets / 2 || `maxDistance ${maxDistance} is not above half of the buckets, ${buckets}`
  ),
  Schema.makeFilter(
    ({ startId, vocabSize }) =>
      startId < vocabSize || `startId ${startId} is not below vocabSize ${vocabSize}`
  )
)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

type Sizes = readonly [
  layers: number,
  heads: number,
  headChannels: number,
  channels: number,
  innerChannels: number
]
const shaped = (
  [layers, heads, headChannels, channels, innerChannels]: Sizes,
  { feedForward, head }: Pick<Config, "feedForward" | "head">
): Preset => ({
  contextLength: 512,
  layers,
  decoderLayers: layers,
  heads,
  headChannels,
  channels,
  innerChannels,
  feedForward,
  head,
  buckets: 32,
  maxDistance: 128,
  normEpsilon: 1e-6,
  startId: 0
})
const first = { feedForward: "relu", head: "scaled" } as const
const second = { feedForward: "gated-gelu", head: "own" } as const

export const presets = {
  nano: shaped([2, 4, 24, 96, 256], { feedForward: "gated-gelu", head: "scaled" }), // 0.9 M with 4,096 tokens
  mini: shaped([4, 4, 48, 192, 512], { feedForward: "gated-gelu", head: "scaled" }), // 4.9 M with 4,096 tokens
  "t5-small": shaped([6, 8, 64, 512, 2048], first),
  "t5-base": shaped([12, 12, 64, 768, 3072], first),
  "t5-large": shaped([24, 16, 64, 1024, 4096], first),
  "t5-3b": shaped([24, 32, 128, 1024, 16_384], first),
  "t5-11b": shaped([24, 128, 128, 1024, 65_536], first),
  "t5-v1_1-small": shaped([8, 6, 64, 512, 1024], second),
  "t5-v1_1-base": shaped([12, 12, 64, 768, 2048], second),
  "t5-v1_1-large": shaped([24, 16, 64, 1024, 2816], second),
  "t5-v1_1-xl": shaped([24, 32, 64, 2048, 5120], second),
  "t5-v1_1-xxl": shaped([24, 64, 64, 4096, 10_240], second)
} as const satisfies Record<string, Preset>

/** Vocabulary of the published models: 32,000 pieces, 100 sentinels, filled up to a multiple of 128. */
export const publishedVocabSize = 32_128

interface Block {
  readonly self: T5Layer.Look
  /** at what was read; the encoder has none */
  readonly cross: T5Layer.Look | undefined
  readonly feedForward: T5Layer.FeedForward
}

interface Side {
  readonly name: "encoder" | "decoder"
  readonly blocks: ReadonlyArray<Block>
  /** of relative positions, [buckets, H]; all blocks share it, and checkpoints keep it in the first one */
  readonly table: Parameter
  readonly norm: RmsNorm.RmsNorm
}

const sideOf = (name: Side["name"], layers: number, config: Config): Side => {
  const { buckets, channels: C, heads: H, normEpsilon } = config
  const shape = { ...config, gated: config.feedForward === "gated-gelu" }
  const writes = name === "decoder"
  return {
    name,
    blocks: Array.from({ length: layers }, (_, i) => {
      const layer = `${name}.block.${i}.layer`
      return {
        self: T5Layer.look(`${layer}.0`, "SelfAttention", shape),
        cross: writes ? T5Layer.look(`${layer}.1`, "EncDecAttention", shape) : undefined,
        feedForward: T5Layer.feedForward(`${layer}.${writes ? 2 : 1}`, shape)
      }
    }),
    table: parameter(
      `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`,
      [buckets, H],
      Initializer.normal(C ** -0.5)
    ),
    norm: RmsNorm.norm(`${name}.final_layer_norm`, C, normEpsilon)
  }
}

const parametersOf = ({ blocks, norm, table }: Side): ReadonlyArray<Parameter> => [
  ...blocks.flatMap(({ cross, feedForward, self }, layer) => [
    ...T5Layer.lookParameters(self),
    ...(layer === 0 ? [table] : []),
    self.norm.weight,
    ...(cross === undefined ? [] : [...T5Layer.lookParameters(cross), cross.norm.weight]),
    ...T5Layer.feedForwardParameters(feedForward)
  ]),
  norm.weight
]

type Bias = NonNullable<AttendOptions["bias"]>
/** One bias for all blocks: they look from the same places at the same places. */
const shared = (bias: Bias): Bias => {
  let made: Tensor | undefined
  return (queries, keys) => (made ??= bias(queries, keys))
}

/** The network of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config): EncoderDecoderNetwork => {
  const {
    channels: C,
    contextLength,
    decoderLayers,
    head,
    headChannels,
    heads,
    layers,
    startId,
    vocabSize
  } = config
  const rows = (name: string) => parameter(`${name}.weight`, [vocabSize, C], Initializer.normal(1))
  const embedding = rows("shared")
  const domain = Domain.domain(config)
  const own = head === "own" ? rows("lm_head") : undefined
  const encoder = sideOf("encoder", layers, config)
  const decoder = sideOf("decoder", decoderLayers, config)

  /** int32 `[B, T]` -> `[B, T, C]` */
  const through = (
    tokens: Tensor,
    { blocks, name, norm, table }: Side,
    options: {
      readonly reading: Reading
      /** left out: at the tokens themselves */
      readonly attend: Attend | undefined
      /** looks at what was read */
      readonly recall: (x: Tensor, layer: T5Layer.Look, block: number, run: Run) => Tensor
    }
  ): Tensor => {
    const { attend, reading, recall } = options
    const [causal, bidirectional] = [name === "decoder", name === "encoder"]
    const bias = shared(RelativePositions.bias(table, { ...config, bidirectional }))
    if (attend === undefined) {
      // made before the blocks, so that those which are computed again do not make it again
      const [, T = 1] = tokens.shape
      bias(range(T), range(T))
    }
    const placed = Domain.apply(gather(embedding, tokens), domain, reading) // [B, T, C]
    const embedded = drop(placed, `${name}.embed`, reading)
    const x = stack(embedded, blocks, reading, (x, { cross, feedForward, self }, block, run) => {
      const look = attend ?? Attention.selfAttend(run, { causal, name: `${name}.block` })
      const y = T5Layer.applyLook(x, self, {
        run,
        attend: (heads) => look(block, heads, { scale: 1, bias })
      })
      return T5Layer.applyFeedForward(
        cross === undefined ? y : recall(y, cross, block, run),
        feedForward,
        run
      )
    })
    return drop(RmsNorm.apply(x, norm), `${name}.final`, reading)
  }

  return {
    kind: "encoder-decoder",
    vocabSize,
    contextLength,
    parameters: [
      embedding,
      ...parametersOf(encoder),
      ...parametersOf(decoder),
      ...(own === undefined ? [] : [own]),
      ...Domain.parametersOf(domain)
    ],
    cache: { layers: decoderLayers, heads, headChannels },
    startId,

    encode: (tokens, reading) => through(tokens, encoder, { reading, attend: undefined, recall: (x) => x }),

    memory: (encoded, precision) =>
      decoder.blocks.flatMap(({ cross }) =>
        cross === undefined ? [] : [T5Layer.remember(encoded, cross, { precision })]
      ),

    decode: (tokens, { attend, memory, memoryMask, ...reading }) => {
      const [B = 1, S = 1] = memoryMask?.shape ?? []
      const mask = memoryMask === undefined ? {} : { mask: reshape(memoryMask, [B, 1, 1, S]) }
      return through(tokens, decoder, {
        reading,
        attend,
        recall: (x, layer, block, { dropout, precision }) => {
          // nothing else: the mask of the reading is of the text that is written, not of the one that was read
          const run: Run = { precision, ...(dropout === undefined ? {} : { dropout }) }
          return T5Layer.applyLook(x, layer, {
            run,
            memory: memory[block],
            attend: (heads) =>
              Attention.attention(heads, { ...run, ...mask, name: `${layer.name}.attention`, scale: 1 })
          })
        }
      })
    },

    logits: (hidden, precision) =>
      Linear.product(head === "scaled" ? mul(hidden, C ** -0.5) : hidden, own ?? embedding, {
        precision,
        stored: "out-in"
      })
  }
}

/** `config.json` of a Hugging Face checkpoint; only what this family needs of it. Old files leave much to the defaults. */
export const HuggingFaceConfig = Schema.Struct({
  model_type: Schema.Literal("t5"),
  vocab_size: Family.Count,
  d_model: Family.Count,
  d_kv: Family.Count,
  d_ff: Family.Count,
  num_layers: Family.Count,
  num_decoder_layers: Schema.optionalKey(Schema.NullOr(Family.Count)),
  num_heads: Family.Count,
  relative_attention_num_buckets: Schema.optionalKey(Family.Count),
  relative_attention_max_distance: Schema.optionalKey(Family.Count),
  layer_norm_epsilon: Schema.optionalKey(Family.Positive),
  feed_forward_proj: Schema.optionalKey(Schema.Literals(["relu", "gated-gelu"])),
  decoder_start_token_id: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  n_positions: Schema.optionalKey(Family.Count),
  tie_word_embeddings: Schema.optionalKey(Schema.Boolean),
  scale_decoder_outputs: Schema.optionalKey(Schema.Boolean)
})

const ownHead = "lm_head.weight"

/**
 * Version 1.1 was saved with `tie_word_embeddings: false`: a head of its own, and no factor. Of that `transformers` 5 keeps
 * `scale_decoder_outputs: false`; whether there is a head it sees from the arrays, and so do we where they are known.
 */
const headOf = (config: typeof HuggingFaceConfig.Type, stored?: ReadonlySet<string>): Config["head"] => {
  const untied = config.tie_word_embeddings === false
  if (config.scale_decoder_outputs ?? !untied) return "scaled"
  return (stored === undefined ? untied : stored.has(ownHead)) ? "own" : "tied"
}

export const fromHuggingFace = (
  config: typeof HuggingFaceConfig.Type,
  stored?: ReadonlySet<string>
): Config => ({
  vocabSize: config.vocab_size,
  contextLength: config.n_positions ?? 512,
  layers: config.num_layers,
  decoderLayers: config.num_decoder_layers ?? config.num_layers,
  heads: config.num_heads,
  headChannels: config.d_kv,
  channels: config.d_model,
  innerChannels: config.d_ff,
  feedForward: config.feed_forward_proj ?? "relu",
  head: headOf(config, stored),
  buckets: config.relative_attention_num_buckets ?? 32,
  maxDistance: config.relative_attention_max_distance ?? 128,
  normEpsilon: config.layer_norm_epsilon ?? 1e-6,
  startId: config.decoder_start_token_id ?? 0
})

export const toHuggingFace = (config: Config) =>
  ({
    model_type: "t5",
    is_encoder_decoder: true,
    vocab_size: config.vocabSize,
    n_positions: config.contextLength,
    d_model: config.channels,
    d_kv: config.headChannels,
    d_ff: config.innerChannels,
    num_layers: config.layers,
    num_decoder_layers: config.decoderLayers,
    num_heads: config.heads,
    relative_attention_num_buckets: config.buckets,
    relative_attention_max_distance: config.maxDistance,
    layer_norm_epsilon: config.normEpsilon,
    feed_forward_proj: config.feedForward,
    decoder_start_token_id: config.startId,
    pad_token_id: config.startId,
    tie_word_embeddings: config.head !== "own",
    scale_decoder_outputs: config.head === "scaled"
  }) satisfies typeof HuggingFaceConfig.Type & Family.Architecture

export const family = Family.encoderDecoder({
  name: "t5",
  description: "encoder and decoder with relative positions, from text to text (Raffel et al. 2020)",
  card: {
    title: "T5",
    paper:
      "Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
    objective: "span corruption: the missing pieces of a text, in their order",
    goodAt:
      "tasks that turn one text into another: translation, summaries, rewriting, answers from a passage",
    weakAt: "writing on from a beginning; version 1.1 does nothing useful before it is fine-tuned",
    licence: "Apache 2.0, weights public"
  },
  Config,
  presets,
  published: {
    vocabSize: publishedVocabSize,
    parameters: {
      "t5-small": 60_506_624,
      "t5-base": 222_903_552,
      "t5-large": 737_668_096,
      "t5-3b": 2_851_598_336,
      "t5-11b": 11_307_321_344,
      "t5-v1_1-small": 76_961_152,
      "t5-v1_1-base": 247_577_856,
      "t5-v1_1-large": 783_150_080,
      "t5-v1_1-xl": 2_849_757_184,
      "t5-v1_1-xxl": 11_135_332_352
    }
  },
  build,
  huggingFace: {
    modelType: "t5",
    architecture: () => "T5ForConditionalGeneration",
    Config: HuggingFaceConfig,
    from: fromHuggingFace,
    to: toHuggingFace,
    tied: {
      "encoder.embed_tokens.weight": "shared.weight",
      "decoder.embed_tokens.weight": "shared.weight",
      [ownHead]: "shared.weight"
    },
    // both sides' embeddings are the shared one, which older files repeat; cross-attention never had positions of its own
    rename: (name) =>
      /^(encoder|decoder)\.embed_tokens\.weight$/.test(name) ||
      /EncDecAttention\.relative_attention_bias/.test(name)
        ? undefined
        : name
  }
})
