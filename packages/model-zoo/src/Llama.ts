// A decoder as Llama has it (Touvron et al. 2023): root mean square norms before each part, rotary positions (Su et al. 2021), a
// gated feed-forward part (Shazeer 2020), no bias; keys and values may have fewer heads than queries (Ainslie et al. 2023).
import { add, gather, mul, type Parameter, range, rotate, rotation, silu, type Tensor } from "@inkstone/graph"
import { Schema } from "effect"
import * as Attention from "./blocks/Attention.ts"
import * as Domain from "./blocks/Domain.ts"
import { drop } from "./blocks/Drop.ts"
import * as Embedding from "./blocks/Embedding.ts"
import * as Linear from "./blocks/Linear.ts"
import * as RmsNorm from "./blocks/RmsNorm.ts"
import { stack } from "./blocks/Stack.ts"
import * as Family from "./Family.ts"
import type { CausalNetwork } from "./Network.ts"

export const Config = Schema.Struct({
  vocabSize: Family.Count.annotate({ description: "V: tokens the model knows" }),
  contextLength: Family.Count.annotate({ description: "most positions of one sequence" }),
  layers: Family.Count.annotate({ description: "blocks" }),
  heads: Family.Count.annotate({ description: "H: heads of queries; divides channels" }),
  keyHeads: Family.Count.annotate({ description: "K: heads of keys and values; divides heads" }),
  channels: Family.Count.annotate({ description: "C: width of the residual stream" }),
  innerChannels: Family.Count.annotate({ description: "width inside of the gated part" }),
  rotaryBase: Family.Positive.annotate({ description: "the larger, the slower positions turn" }),
  normEpsilon: Family.Positive.annotate({ description: "added to the mean square in norms" }),
  tied: Schema.Boolean.annotate({ description: "whether the head is the embedding of tokens" }),
  ...Domain.field
}).check(
  Family.headsDivideChannels,
  Schema.makeFilter(
    ({ heads, keyHeads }) =>
      heads % keyHeads === 0 || `heads ${heads} are no multiple of keyHeads ${keyHeads}`
  )
)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

type Sizes = readonly [
  layers: number,
  heads: number,
  keyHeads: number,
  channels: number,
  innerChannels: number
]

const shaped = (
  [layers, heads, keyHeads, channels, innerChannels]: Sizes,
  rest: Pick<Config, "contextLength" | "rotaryBase" | "tied">
): Preset => ({ layers, heads, keyHeads, channels, innerChannels, ...rest, normEpsilon: 1e-5 })

const small = { contextLength: 256, rotaryBase: 10_000, tied: true }

/** Parameters of small ones are for a vocabulary of 4,096. */
export const presets = {
  nano: shaped([3, 4, 2, 96, 256], { ...small, contextLength: 128 }), // 0.7 M: seconds a hundred steps
  mini: shaped([6, 6, 2, 192, 512], small), // 3.1 M
  "smollm2-135m": shaped([30, 9, 3, 576, 1536], { contextLength: 8192, rotaryBase: 1e5, tied: true }),
  "tinyllama-1.1b": shaped([22, 32, 4, 2048, 5632], { ...small, contextLength: 2048, tied: false }),
  "llama-2-7b": shaped([32, 32, 32, 4096, 11_008], { ...small, contextLength: 4096, tied: false })
} as const satisfies Record<string, Preset>

/** Where positions turn as they do here: in newer files under `rope_parameters`, and not stretched to a longer context. */
const Rope = Schema.Struct({
  rope_type: Schema.optionalKey(Schema.Literal("default")),
  rope_theta: Schema.optionalKey(Family.Positive)
})

/** `config.json` of a Hugging Face checkpoint; only what this family needs of it. */
export const HuggingFaceConfig = Schema.Struct({
  model_type: Schema.Literal("llama"),
  vocab_size: Family.Count,
  max_position_embeddings: Family.Count,
  num_hidden_layers: Family.Count,
  num_attention_heads: Family.Count,
  num_key_value_heads: Schema.optionalKey(Schema.NullOr(Family.Count)),
  head_dim: Schema.optionalKey(Schema.NullOr(Family.Count)),
  hidden_size: Family.Count,
  intermediate_size: Family.Count,
  rms_norm_eps: Family.Positive,
  rope_theta: Schema.optionalKey(Family.Positive),
  rope_parameters: Schema.optionalKey(Schema.NullOr(Rope)),
  rope_scaling: Schema.optionalKey(Schema.Null),
  hidden_act: Schema.Literal("silu"),
  attention_bias: Schema.optionalKey(Schema.Literal(false)),
  mlp_bias: Schema.optionalKey(Schema.Literal(false)),
  tie_word_embeddings: Schema.optionalKey(Schema.Boolean)
}).check(
  Schema.makeFilter(
    ({ head_dim, hidden_size, num_attention_heads }) =>
      (head_dim ?? hidden_size / num_attention_heads) === hidden_size / num_attention_heads ||
      `head_dim ${head_dim} is not hidden_size / num_attention_heads`
  )
)

const fromHuggingFace = (json: typeof HuggingFaceConfig.Type): Config => ({
  vocabSize: json.vocab_size,
  contextLength: json.max_position_embeddings,
  layers: json.num_hidden_layers,
  heads: json.num_attention_heads,
  keyHeads: json.num_key_value_heads ?? json.num_attention_heads,
  channels: json.hidden_size,
  innerChannels: json.intermediate_size,
  rotaryBase: json.rope_parameters?.rope_theta ?? json.rope_theta ?? 10_000,
  normEpsilon: json.rms_norm_eps,
  tied: json.tie_word_embeddings ?? false
})

const toHuggingFace = (config: Config) => ({
  model_type: "llama",
  vocab_size: config.vocabSize,
  max_position_embeddings: config.contextLength,
  num_hidden_layers: config.layers,
  num_attention_heads: config.heads,
  num_key_value_heads: config.keyHeads,
  hidden_size: config.channels,
  intermediate_size: config.innerChannels,
  rms_norm_eps: config.normEpsilon,
  rope_theta: config.rotaryBase,
  rope_parameters: { rope_type: "default", rope_theta: config.rotaryBase },
  hidden_act: "silu",
  tie_word_embeddings: config.tied
})

interface Block {
  readonly name: string
  readonly attentionNorm: RmsNorm.RmsNorm
  readonly queries: Linear.Linear
  readonly keys: Linear.Linear
  readonly values: Linear.Linear
  readonly out: Linear.Linear
  readonly innerNorm: RmsNorm.RmsNorm
  readonly gate: Linear.Linear
  readonly up: Linear.Linear
  readonly down: Linear.Linear
}

const blockOf = (i: number, config: Config): Block => {
  const { channels: C, heads, innerChannels: F, keyHeads, normEpsilon } = config
  const name = `model.layers.${i}`
  const linear = (part: string, from: number, to: number) =>
    Linear.linear(`${name}.${part}`, { in: from, out: to, bias: false })
  const shared = (C / heads) * keyHeads // channels of all keys
  return {
    name,
    attentionNorm: RmsNorm.norm(`${name}.input_layernorm`, C, normEpsilon),
    queries: linear("self_attn.q_proj", C, C),
    keys: linear("self_attn.k_proj", C, shared),
    values: linear("self_attn.v_proj", C, shared),
    out: linear("self_attn.o_proj", C, C),
    innerNorm: RmsNorm.norm(`${name}.post_attention_layernorm`, C, normEpsilon),
    gate: linear("mlp.gate_proj", C, F),
    up: linear("mlp.up_proj", C, F),
    down: linear("mlp.down_proj", F, C)
  }
}

const parametersOf = (block: Block): ReadonlyArray<Parameter> => [
  ...[block.queries, block.keys, block.values, block.out].flatMap(Linear.parametersOf),
  ...[block.gate, block.up, block.down].flatMap(Linear.parametersOf),
  block.attentionNorm.weight,
  block.innerNorm.weight
]

/** The model of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config): CausalNetwork => {
  const { channels: C, contextLength, heads: H, keyHeads: K, layers, tied, vocabSize } = config
  const tokensTable = Embedding.table("model.embed_tokens", vocabSize, C)
  const blocks = Array.from({ length: layers }, (_, i) => blockOf(i, config))
  const domain = Domain.domain(config)
  const norm = RmsNorm.norm("model.norm", C, config.normEpsilon)
  const head = tied ? undefined : Linear.linear("lm_head", { in: C, out: vocabSize, bias: false })
  return {
    kind: "causal",
    vocabSize,
    contextLength,
    parameters: [
      tokensTable,
      ...blocks.flatMap(parametersOf),
      norm.weight,
      ...(head === undefined ? [] : [head.weight]),
      ...Domain.parametersOf(domain)
    ],
    cache: { layers, heads: K, headChannels: C / H },

    hidden: (tokens, { attend, ...reading }) => {
      const [, T = 1] = tokens.shape
      const turn = rotation(reading.positions ?? range(T), { headChannels: C / H, base: config.rotaryBase })
      const placed = Domain.apply(gather(tokensTable, tokens), domain, reading) // [B, T, C]
      const embedded = drop(placed, "model.embed_tokens", reading)
      const x = stack(embedded, blocks, reading, (x, block, layer, run) => {
        const look = attend ?? Attention.selfAttend(run, { causal: true, name: "model.layers" })
        const apply = (x: Tensor, weights: Linear.Linear) => Linear.apply(x, weights, run.precision)
        const normed = RmsNorm.apply(x, block.attentionNorm)
        const seen = look(layer, {
          queries: rotate(Attention.splitHeads(apply(normed, block.queries), H), turn), // [B, H, T, D]
          keys: rotate(Attention.splitHeads(apply(normed, block.keys), K), turn), // [B, K, T, D]
          values: Attention.splitHeads(apply(normed, block.values), K) // [B, K, T, D]
        })
        const mixed = apply(Attention.mergeHeads(seen), block.out) // [B, T, C]
        const y = add(x, drop(mixed, `${block.name}.self_attn`, run))
        const inner = RmsNorm.apply(y, block.innerNorm)
        const gated = mul(silu(apply(inner, block.gate)), apply(inner, block.up)) // [B, T, inner channels]
        return add(y, drop(apply(gated, block.down), `${block.name}.mlp`, run)) // [B, T, C]
      })
      return RmsNorm.apply(x, norm)
    },

    logits: (hidden, precision) =>
      Linear.product(hidden, head?.weight ?? tokensTable, { precision, stored: "out-in" })
  }
}

export const family = Family.causal({
  name: "llama",
  description: "decoder with rotary positions, gates and shared keys (Touvron et al. 2023)",
  card: {
    title: "Llama",
    paper: "Touvron et al. 2023, LLaMA: Open and Efficient Foundation Language Models",
    objective: "causal language modelling",
    goodAt: "writing on from a beginning, with longer contexts than GPT-2; small public models to start from",
    weakAt: "tasks that need the text to the right, such as classification of short texts",
    licence: "SmolLM2 and TinyLlama Apache 2.0; Llama 2 under Meta's own licence"
  },
  Config,
  presets,
  published: {
    vocabSize: 32_000,
    vocabSizes: { "smollm2-135m": 49_152 },
    parameters: {
      "smollm2-135m": 134_515_008,
      "tinyllama-1.1b": 1_100_048_384,
      "llama-2-7b": 6_738_415_616
    }
  },
  build,
  huggingFace: {
    modelType: "llama",
    architecture: () => "LlamaForCausalLM",
    Config: HuggingFaceConfig,
    from: fromHuggingFace,
    to: toHuggingFace,
    // old files carry the speeds at which positions turn
    rename: (name) => (name.endsWith(".rotary_emb.inv_freq") ? undefined : name),
    tied: { "lm_head.weight": "model.embed_tokens.weight" }
  }
})
