// GPT-2 (Radford et al. 2019): a decoder of pre-norm blocks with learned positions, GELU and a head tied to the embedding.
import { add, gather, gelu, type Parameter, split, type Tensor } from "@inkstone/graph"
import { Schema } from "effect"
import * as Attention from "./blocks/Attention.ts"
import * as Domain from "./blocks/Domain.ts"
import { drop } from "./blocks/Drop.ts"
import * as Embedding from "./blocks/Embedding.ts"
import * as Linear from "./blocks/Linear.ts"
import * as Norm from "./blocks/Norm.ts"
import { stack } from "./blocks/Stack.ts"
import * as Family from "./Family.ts"
import type { CausalNetwork } from "./Network.ts"

export const Config = Schema.Struct({
  vocabSize: Family.Count.annotate({ description: "V: tokens the model knows" }),
  contextLength: Family.Count.annotate({ description: "most positions of one sequence" }),
  layers: Family.Count.annotate({ description: "blocks" }),
  heads: Family.Count.annotate({ description: "H: attention heads; divides channels" }),
  channels: Family.Count.annotate({ description: "C: width of the residual stream" }),
  layerNormEpsilon: Family.Positive.annotate({ description: "added to the variance in layer norms" }),
  ...Domain.field
}).check(Family.headsDivideChannels)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

const shaped = (layers: number, heads: number, channels: number, contextLength: number): Preset => ({
  layers,
  heads,
  channels,
  contextLength,
  layerNormEpsilon: 1e-5
})

/** Parameters are for the published vocabulary of 50,257, for small ones with 4,096. */
export const presets = {
  nano: shaped(3, 4, 96, 128), // 0.7 M: seconds a hundred steps on two cores
  micro: shaped(4, 4, 128, 128), // 1.3 M
  mini: shaped(6, 6, 192, 256), // 3.5 M
  small: shaped(6, 5, 320, 256), // 8.8 M
  gpt2: shaped(12, 12, 768, 1024), // 124 M, the smallest one of the paper
  "gpt2-medium": shaped(24, 16, 1024, 1024), // 355 M
  "gpt2-large": shaped(36, 20, 1280, 1024), // 774 M
  "gpt2-xl": shaped(48, 25, 1600, 1024) // 1,558 M
} as const satisfies Record<string, Preset>

/** Vocabulary of the published models. */
export const publishedVocabSize = 50_257

/** `config.json` of a Hugging Face checkpoint; only what this family needs of it. */
export const HuggingFaceConfig = Schema.Struct({
  model_type: Schema.Literal("gpt2"),
  vocab_size: Family.Count,
  n_positions: Family.Count,
  n_layer: Family.Count,
  n_head: Family.Count,
  n_embd: Family.Count,
  layer_norm_epsilon: Schema.Finite,
  activation_function: Schema.Literals(["gelu_new", "gelu_pytorch_tanh"])
})

export const fromHuggingFace = (config: typeof HuggingFaceConfig.Type): Config => ({
  vocabSize: config.vocab_size,
  contextLength: config.n_positions,
  layers: config.n_layer,
  heads: config.n_head,
  channels: config.n_embd,
  layerNormEpsilon: config.layer_norm_epsilon
})

export const toHuggingFace = (config: Config): typeof HuggingFaceConfig.Type => ({
  model_type: "gpt2",
  vocab_size: config.vocabSize,
  n_positions: config.contextLength,
  n_layer: config.layers,
  n_head: config.heads,
  n_embd: config.channels,
  layer_norm_epsilon: config.layerNormEpsilon,
  activation_function: "gelu_new"
})

interface Block {
  readonly ln1: Norm.Norm
  /** queries, keys and values at once, [C, 3C] */
  readonly qkv: Linear.Linear
  readonly out: Linear.Linear
  readonly ln2: Norm.Norm
  readonly up: Linear.Linear
  readonly down: Linear.Linear
}

const blockOf = (i: number, { channels: C, layerNormEpsilon: epsilon, layers }: Config): Block => {
  const name = `transformer.h.${i}`
  // less for those that write into the residual stream, which adds up 2 x layers of them
  const deviation = Linear.deviation / Math.sqrt(2 * layers)
  const stored = "in-out"
  return {
    ln1: Norm.norm(`${name}.ln_1`, C, epsilon),
    qkv: Linear.linear(`${name}.attn.c_attn`, { in: C, out: 3 * C, stored }),
    out: Linear.linear(`${name}.attn.c_proj`, { in: C, out: C, stored, deviation }),
    ln2: Norm.norm(`${name}.ln_2`, C, epsilon),
    up: Linear.linear(`${name}.mlp.c_fc`, { in: C, out: 4 * C, stored }),
    down: Linear.linear(`${name}.mlp.c_proj`, { in: 4 * C, out: C, stored, deviation })
  }
}

const parametersOf = ({ down, ln1, ln2, out, qkv, up }: Block): ReadonlyArray<Parameter> => [
  ...Norm.parametersOf(ln1),
  ...Linear.parametersOf(qkv),
  ...Linear.parametersOf(out),
  ...Norm.parametersOf(ln2),
  ...Linear.parametersOf(up),
  ...Linear.parametersOf(down)
]

/** What networks of these blocks may do otherwise. */
export interface Variation {
  /** most places a token sees in a layer, itself counted; undefined for all before it */
  readonly window?: (layer: number) => number | undefined
}

/** The model of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config, { window: windowOf }: Variation = {}): CausalNetwork => {
  const { channels: C, contextLength, heads: H, layers, vocabSize } = config
  const wte = Embedding.table("transformer.wte", vocabSize, C)
  const wpe = Embedding.table("transformer.wpe", contextLength, C)
  const blocks = Array.from({ length: layers }, (_, i) => blockOf(i, config))
  const domain = Domain.domain(config)
  const lnF = Norm.norm("transformer.ln_f", C, config.layerNormEpsilon)
  return {
    kind: "causal",
    vocabSize,
    contextLength,
    parameters: [
      wte,
      wpe,
      ...blocks.flatMap(parametersOf),
      ...Norm.parametersOf(lnF),
      ...Domain.parametersOf(domain)
    ],
    cache: { layers, heads: H, headChannels: C / H },

    hidden: (tokens, { attend, ...reading }) => {
      const { precision } = reading
      const look =
        attend ??
        Attention.selfAttend(reading, {
          causal: true,
          kept: Attention.worthKeeping(contextLength),
          name: "transformer.h"
        })
      const placed = add(gather(wte, tokens), Embedding.places(wpe, tokens, reading.positions)) // [B, T, C]
      const embedded = Domain.apply(placed, domain, reading)
      const x = stack(drop(embedded, "transformer.drop", reading), blocks, reading, (x, block, layer) => {
        const dropped = (x: Tensor, part: string) => drop(x, `transformer.h.${layer}.${part}`, reading)
        const mixed = Linear.apply(Norm.apply(x, block.ln1), block.qkv, precision) // [B, T, 3C]
        const [queries = x, keys = x, values = x] = split(mixed, 3, 2).map(
          (part) => Attention.splitHeads(part, H) // [B, T, C] -> [B, H, T, D]
        )
        const window = windowOf?.(layer)
        const near = window === undefined ? {} : { window }
        const seen = Attention.mergeHeads(look(layer, { queries, keys, values }, near)) // [B, T, C]
        const y = add(x, dropped(Linear.apply(seen, block.out, precision), "attn"))
        const inner = gelu(Linear.apply(Norm.apply(y, block.ln2), block.up, precision)) // [B, T, 4C]
        return add(y, dropped(Linear.apply(inner, block.down, precision), "mlp"))
      })
      return Norm.apply(x, lnF)
    },

    logits: (hidden, precision) => Linear.product(hidden, wte, { precision, stored: "out-in" })
  }
}

/** How checkpoints store it. */
export const stored = {
  // checkpoints of the bare `GPT2Model`, OpenAI's own too, leave the prefix out; old ones carry the causal mask
  rename: (name: string) =>
    /(^|\.)attn\.(bias|masked_bias)$/.test(name)
      ? undefined
      : /^(wte|wpe|h|ln_f)\./.test(name)
        ? `transformer.${name}`
        : name,
  tied: { "lm_head.weight": "transformer.wte.weight" },
  others: /^(score|multiple_choice_head)\./
}

export const family = Family.causal({
  name: "gpt2",
  description: "decoder of pre-norm blocks with learned positions (Radford et al. 2019)",
  card: {
    title: "GPT-2",
    paper: "Radford et al. 2019, Language Models are Unsupervised Multitask Learners",
    objective: "causal language modelling",
    goodAt: "writing on from a beginning: stories, articles, dialogue; easy to start with",
    weakAt: "tasks that need the text to the right, such as classification of short texts; facts",
    licence: "MIT (modified), weights public"
  },
  Config,
  presets,
  published: {
    vocabSize: publishedVocabSize,
    parameters: {
      gpt2: 124_439_808,
      "gpt2-medium": 354_823_168,
      "gpt2-large": 774_030_080,
      "gpt2-xl": 1_557_611_200
    }
  },
  build,
  huggingFace: {
    modelType: "gpt2",
    architecture: () => "GPT2LMHeadModel",
    Config: HuggingFaceConfig,
    from: fromHuggingFace,
    to: toHuggingFace,
    ...stored
  }
})
