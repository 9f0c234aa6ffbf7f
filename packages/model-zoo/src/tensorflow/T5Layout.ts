// T5 as Mesh TensorFlow stored it (google-research/text-to-text-transfer-transformer). What becomes what is that of
// load_tf_weights_in_t5, which transformers had until version 4: everything but the embedding is transposed.
import type { Layout, Placed } from "./Layout.ts"

const blockOf = (name: string): Placed | undefined => {
  const block = /^(encoder|decoder)\/block_(\d+)\/layer_(\d+)\/(.+)$/.exec(name)
  if (block === null) return undefined
  const [, side, number, layer, rest = ""] = block
  const prefix = `${side}.block.${Number(number)}.layer.${Number(layer)}`
  const attention = /^(SelfAttention|EncDecAttention)\/(q|k|v|o|relative_attention_bias)$/.exec(rest)
  if (attention !== null) {
    const [, kind, part] = attention
    // the first models have a bias of the attention across that is never used
    if (kind === "EncDecAttention" && part === "relative_attention_bias") return undefined
    return { name: `${prefix}.${kind}.${part}.weight`, inAxes: 1 }
  }
  const dense = /^DenseReluDense\/(wi|wi_0|wi_1|wo)\/kernel$/.exec(rest)
  if (dense !== null) return { name: `${prefix}.DenseReluDense.${dense[1]}.weight`, inAxes: 1 }
  return /^(layer_norm|rms_norm)\/scale$/.test(rest) ? { name: `${prefix}.layer_norm.weight` } : undefined
}

const first = "encoder.block.0.layer.0.SelfAttention"

export const layout: Layout = {
  title: "T5 of Mesh TensorFlow",
  sign: "shared/embedding",
  place: (name) => {
    if (name === "shared/embedding") return { name: "shared.weight" }
    if (name === "decoder/logits/kernel") return { name: "lm_head.weight", inAxes: 1 }
    const norm = /^(encoder|decoder)\/(final_layer_norm|rms_norm)\/scale$/.exec(name)
    return norm === null ? blockOf(name) : { name: `${norm[1]}.final_layer_norm.weight` }
  },
  config: ({ count, has, size }) => {
    const gated = has("encoder.block.0.layer.1.DenseReluDense.wi_0.weight")
    const tied = !has("lm_head.weight")
    const heads = size(`${first}.relative_attention_bias.weight`, 1)
    return {
      model_type: "t5",
      architectures: ["T5ForConditionalGeneration"],
      vocab_size: size("shared.weight", 0),
      d_model: size("shared.weight", 1),
      d_kv: size(`${first}.q.weight`, 0) / heads,
      d_ff: size(`encoder.block.0.layer.1.DenseReluDense.${gated ? "wi_0" : "wi"}.weight`, 0),
      num_layers: count(/^encoder\.block\.(\d+)\./),
      num_decoder_layers: count(/^decoder\.block\.(\d+)\./),
      num_heads: heads,
      relative_attention_num_buckets: size(`${first}.relative_attention_bias.weight`, 0),
      relative_attention_max_distance: 128,
      feed_forward_proj: gated ? "gated-gelu" : "relu",
      dense_act_fn: gated ? "gelu_new" : "relu",
      is_gated_act: gated,
      is_encoder_decoder: true,
      layer_norm_epsilon: 1e-6,
      tie_word_embeddings: tied,
      scale_decoder_outputs: tied,
      pad_token_id: 0,
      eos_token_id: 1,
      decoder_start_token_id: 0
    }
  }
}
