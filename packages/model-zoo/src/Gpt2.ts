// GPT-2 (Radford et al. 2019): a decoder of pre-norm blocks with learned positions, GELU and a head tied to the embedding.
// B sequences, T positions, V vocabulary, C channels, H heads, D = C/H.
import {
  add,
  cast,
  causalMask,
  type CausalModel,
  Dimension,
  equal,
  gather,
  gelu,
  Initializer,
  layerNorm,
  type LayerCache,
  lessEqual,
  logicalAnd,
  matmul,
  type Parameter,
  parameter,
  type Precision,
  range,
  reshape,
  slice,
  softmax,
  split,
  type Tensor,
  transpose,
  where
} from "@inkstone/graph"
import { Schema } from "effect"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

export const Config = Schema.Struct({
  vocabSize: Count.annotate({ description: "V: tokens the model knows" }),
  contextLength: Count.annotate({ description: "most positions of one sequence" }),
  layers: Count.annotate({ description: "blocks" }),
  heads: Count.annotate({ description: "H: attention heads; divides channels" }),
  channels: Count.annotate({ description: "C: width of the residual stream" }),
  layerNormEpsilon: Schema.Finite.check(Schema.isGreaterThan(0)).annotate({
    description: "added to the variance in layer norms"
  })
}).check(
  Schema.makeFilter(
    ({ channels, heads }) =>
      channels % heads === 0 || `channels ${channels} are no multiple of heads ${heads}`
  )
)
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
  vocab_size: Count,
  n_positions: Count,
  n_layer: Count,
  n_head: Count,
  n_embd: Count,
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

interface Affine {
  readonly weight: Parameter
  readonly bias: Parameter
}

interface Block {
  readonly ln1: Affine
  /** queries, keys and values at once, [C, 3C] */
  readonly qkv: Affine
  readonly out: Affine
  readonly ln2: Affine
  readonly up: Affine
  readonly down: Affine
}

interface Weights {
  readonly wte: Parameter
  readonly wpe: Parameter
  readonly blocks: ReadonlyArray<Block>
  readonly lnF: Affine
}

// 0.02 for all matrices; less for those that write into the residual stream, which adds up 2 x layers of them
const deviation = 0.02

const weightsOf = ({ channels: C, contextLength, layers, vocabSize: V }: Config): Weights => {
  const norm = (name: string): Affine => ({
    weight: parameter(`${name}.weight`, [C], Initializer.ones),
    bias: parameter(`${name}.bias`, [C], Initializer.zeros)
  })
  // Hugging Face keeps OpenAI's Conv1D layout: [in, out]
  const linear = (name: string, shape: readonly [number, number], std = deviation): Affine => ({
    weight: parameter(`${name}.weight`, shape, Initializer.normal(std)),
    bias: parameter(`${name}.bias`, [shape[1]], Initializer.zeros)
  })
  const residual = deviation / Math.sqrt(2 * layers)
  return {
    wte: parameter("transformer.wte.weight", [V, C], Initializer.normal(deviation)),
    wpe: parameter("transformer.wpe.weight", [contextLength, C], Initializer.normal(deviation)),
    blocks: Array.from({ length: layers }, (_, i) => ({
      ln1: norm(`transformer.h.${i}.ln_1`),
      qkv: linear(`transformer.h.${i}.attn.c_attn`, [C, 3 * C]),
      out: linear(`transformer.h.${i}.attn.c_proj`, [C, C], residual),
      ln2: norm(`transformer.h.${i}.ln_2`),
      up: linear(`transformer.h.${i}.mlp.c_fc`, [C, 4 * C]),
      down: linear(`transformer.h.${i}.mlp.c_proj`, [4 * C, C], residual)
    })),
    lnF: norm("transformer.ln_f")
  }
}

/** Rows `[N, in]` times a weight, float32 `[N, out]`; the operands are rounded to the precision. */
const product = (x: Tensor, weight: Tensor, precision: Precision, transposeB = false): Tensor =>
  cast(matmul(cast(x, precision), cast(weight, precision), { transposeB }), "float32")

/** The model of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config): CausalModel => {
  const { channels: C, contextLength, heads: H, layerNormEpsilon: epsilon, layers, vocabSize } = config
  const D = C / H
  const { blocks, lnF, wpe, wte } = weightsOf(config)
  const norm = (x: Tensor, { bias, weight: gain }: Affine) => layerNorm(x, { gain, bias, epsilon })

  /** Residual stream `[N, C]` through all blocks; `attend` mixes positions, all else is a row at a time. */
  const through = (
    x: Tensor,
    precision: Precision,
    attend: (q: Tensor, k: Tensor, v: Tensor, layer: number) => Tensor
  ): Tensor => {
    const linear = (x: Tensor, { bias, weight }: Affine) => add(product(x, weight, precision), bias)
    return norm(
      blocks.reduce((x, block, layer) => {
        const [q = x, k = x, v = x] = split(linear(norm(x, block.ln1), block.qkv), 3, 1) // [N, C] each
        const y = add(x, linear(attend(q, k, v, layer), block.out)) // [N, C]
        return add(y, linear(gelu(linear(norm(y, block.ln2), block.up)), block.down))
      }, x),
      lnF
    )
  }

  const headsOf = (x: Tensor, [B = 1, T = 1]: Tensor["shape"]): Tensor =>
    transpose(reshape(x, [B, T, H, D]), [0, 2, 1, 3]) // [B*T, C] -> [B, H, T, D]

  const merged = (x: Tensor): Tensor => {
    const [B = 1, , T = 1] = x.shape
    return reshape(transpose(x, [0, 2, 1, 3]), [Dimension.times(B, T), C]) // [B, H, T, D] -> [B*T, C]
  }

  /** `q [B, H, T, D]` over `k` and `v` `[B, H, S, D]` where `mask` (broadcast to `[B, H, T, S]`) lets it see. */
  const attention = (
    q: Tensor,
    { keys, values }: LayerCache,
    { mask, precision }: { readonly mask: Tensor; readonly precision: Precision }
  ): Tensor => {
    const scores = matmul(cast(q, precision), cast(keys, precision), { transposeB: true }) // [B, H, T, S]
    const weights = softmax(scores, { scale: 1 / Math.sqrt(D), mask, dtype: precision })
    return cast(matmul(weights, cast(values, precision)), "float32") // [B, H, T, D]
  }

  const embedded = (tokens: Tensor): Tensor => {
    const [B = 1, T = 1] = tokens.shape
    const x = add(gather(wte, tokens), slice(wpe, { axis: 0, from: 0, size: T })) // [B, T, C]
    return reshape(x, [Dimension.times(B, T), C])
  }

  const logits = (x: Tensor, precision: Precision): Tensor => product(x, wte, precision, true) // [N, V]

  /** The hidden states `[B*T, C]` of whole sequences, and each layer's keys and values. */
  const encode: (
    tokens: Tensor,
    options: Parameters<CausalModel["forward"]>[1]
  ) => { readonly hidden: Tensor; readonly cache: ReadonlyArray<LayerCache> } = (
    tokens,
    { keyMask, precision }
  ) => {
    const [B = 1, T = 1] = tokens.shape
    const causal = causalMask(T) // [T, T]
    const mask = keyMask === undefined ? causal : logicalAnd(reshape(keyMask, [B, 1, 1, T]), causal)
    const cache: Array<LayerCache> = []
    const hidden = through(embedded(tokens), precision, (q, k, v, layer) => {
      const own = { keys: headsOf(k, [B, T]), values: headsOf(v, [B, T]) }
      cache[layer] = own
      return merged(attention(headsOf(q, [B, T]), own, { mask, precision }))
    })
    return { hidden, cache }
  }

  return {
    vocabSize,
    contextLength,
    parameters: [
      wte,
      wpe,
      ...blocks.flatMap(({ down, ln1, ln2, out, qkv, up }) =>
        [ln1, qkv, out, ln2, up, down].flatMap(({ bias, weight }) => [weight, bias])
      ),
      lnF.weight,
      lnF.bias
    ],
    cache: { layers, heads: H, headChannels: D },

    forward: (tokens, options) =>
      reshape(logits(encode(tokens, options).hidden, options.precision), [...tokens.shape, vocabSize]),

    prefill: (tokens, options) => {
      const [B = 1, T = 1] = tokens.shape
      const { cache, hidden } = encode(tokens, options)
      const all = reshape(hidden, [B, T, C])
      const last = reshape(slice(all, { axis: 1, from: Dimension.minus(T, 1), size: 1 }), [B, C])
      return { logits: logits(last, options.precision), cache }
    },

    decode: (tokens, { cache: before, position, precision }) => {
      const [B = 1] = tokens.shape
      const x = add(gather(wte, tokens), gather(wpe, reshape(position, [1]))) // [B, C]
      const cache: Array<LayerCache> = []
      const hidden = through(x, precision, (q, k, v, layer) => {
        const { keys = k, values = v } = before[layer] ?? {}
        const S = keys.shape[2] ?? 1
        const here = reshape(equal(range(S), position), [S, 1])
        const after = {
          keys: where(here, headsOf(k, [B, 1]), keys),
          values: where(here, headsOf(v, [B, 1]), values)
        }
        cache[layer] = after
        return merged(
          attention(headsOf(q, [B, 1]), after, { mask: lessEqual(range(S), position), precision })
        )
      })
      return { logits: logits(hidden, precision), cache }
    }
  }
}
