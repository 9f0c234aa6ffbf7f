// What fairseq calls the parts of its RoBERTa, and what transformers calls them.
// fairseq/models/roberta/model.py and fairseq/modules/multihead_attention.py of facebookresearch/fairseq, old (`decoder.`, one
// matrix for query, key and value) and new (`encoder.`, three).
import type { NamedArray } from "../NamedArray.ts"

const outside = new Map([
  ["sentence_encoder.embed_tokens", "roberta.embeddings.word_embeddings"],
  ["sentence_encoder.embed_positions", "roberta.embeddings.position_embeddings"],
  ["sentence_encoder.emb_layer_norm", "roberta.embeddings.LayerNorm"],
  ["sentence_encoder.layernorm_embedding", "roberta.embeddings.LayerNorm"],
  ["lm_head.dense", "lm_head.dense"],
  ["lm_head.layer_norm", "lm_head.layer_norm"],
  ["lm_head", "lm_head"]
])
const inside = new Map([
  ["self_attn.q_proj", "attention.self.query"],
  ["self_attn.k_proj", "attention.self.key"],
  ["self_attn.v_proj", "attention.self.value"],
  ["self_attn.out_proj", "attention.output.dense"],
  ["self_attn_layer_norm", "attention.output.LayerNorm"],
  ["fc1", "intermediate.dense"],
  ["fc2", "output.dense"],
  ["final_layer_norm", "output.LayerNorm"]
])
/** Heads for other tasks, and what fairseq stores beside its weights. */
export const unneeded = /^classification_heads\.|\.(version|_float_tensor)$/

/** The name in `transformers`, or undefined if RoBERTa has no such part. */
export const renamed = (name: string): string | undefined => {
  const [, path = "", layer, part = "", what = ""] =
    /^(?:encoder|decoder)\.((?:sentence_encoder\.layers\.(\d+)\.)?(.*))\.(weight|bias)$/.exec(name) ?? []
  const known = layer === undefined ? outside.get(path) : inside.get(part)
  if (known === undefined || name.endsWith("lm_head.weight")) return undefined
  return layer === undefined ? `${known}.${what}` : `roberta.encoder.layer.${layer}.${known}.${what}`
}

/** Query, key and value lie one below the other in one matrix [3C, C] or bias [3C]. */
export const split = (array: NamedArray): ReadonlyArray<NamedArray> => {
  if (!/\.self_attn\.in_proj_(weight|bias)$/.test(array.name)) return [array]
  const [rows = 0, ...rest] = array.shape
  const third = array.bytes.length / 3
  return ["q", "k", "v"].map((letter, at) => ({
    name: array.name.replace("in_proj_", `${letter}_proj.`),
    dtype: array.dtype,
    shape: [rows / 3, ...rest], // [C, C]
    bytes: array.bytes.subarray(at * third, (at + 1) * third)
  }))
}

type Shape = readonly [name: string, shape: ReadonlyArray<number>]
const norm = (name: string, C: number): ReadonlyArray<Shape> => [
  [`${name}.weight`, [C]],
  [`${name}.bias`, [C]]
]
const linear = (name: string, from: number, to: number): ReadonlyArray<Shape> => [
  [`${name}.weight`, [to, from]],
  [`${name}.bias`, [to]]
]

/** Every array of the model with its shape. */
export const expected = ({
  V,
  P,
  C,
  F,
  layers
}: { readonly [Letter in "V" | "P" | "C" | "F" | "layers"]: number }): ReadonlyMap<
  string,
  ReadonlyArray<number>
> =>
  new Map<string, ReadonlyArray<number>>([
    ["roberta.embeddings.word_embeddings.weight", [V, C]],
    ["roberta.embeddings.position_embeddings.weight", [P, C]],
    ["roberta.embeddings.token_type_embeddings.weight", [1, C]],
    ...norm("roberta.embeddings.LayerNorm", C),
    ...Array.from({ length: layers }, (_, at) => `roberta.encoder.layer.${at}`).flatMap((layer) => [
      ...["query", "key", "value"].flatMap((part) => linear(`${layer}.attention.self.${part}`, C, C)),
      ...linear(`${layer}.attention.output.dense`, C, C),
      ...norm(`${layer}.attention.output.LayerNorm`, C),
      ...linear(`${layer}.intermediate.dense`, C, F),
      ...linear(`${layer}.output.dense`, F, C),
      ...norm(`${layer}.output.LayerNorm`, C)
    ]),
    ...linear("lm_head.dense", C, C),
    ...norm("lm_head.layer_norm", C),
    ["lm_head.bias", [V]]
  ])
