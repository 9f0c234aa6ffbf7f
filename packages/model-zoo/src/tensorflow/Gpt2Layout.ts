// GPT-2 as OpenAI published it: github.com/openai/gpt-2, src/model.py and `hparams.json`. `transformers` keeps its order `[in, out]`.
import type { Layout } from "./Layout.ts"

const parts: Readonly<Record<string, string>> = { g: "weight", b: "bias", w: "weight" }

export const layout: Layout = {
  title: "OpenAI's GPT-2",
  sign: "model/wte",
  place: (name) => {
    const table = /^model\/(wte|wpe)$/.exec(name)
    if (table !== null) return { name: `transformer.${table[1]}.weight` }
    const norm = /^model\/ln_f\/([gb])$/.exec(name)
    if (norm !== null) return { name: `transformer.ln_f.${parts[norm[1] ?? ""]}` }
    const block = /^model\/h(\d+)\/(ln_[12]|attn\/c_attn|attn\/c_proj|mlp\/c_fc|mlp\/c_proj)\/([gbw])$/.exec(
      name
    )
    if (block === null) return undefined
    const [, layer, module = "", part = ""] = block
    const placed = `transformer.h.${layer}.${module.replace("/", ".")}.${parts[part]}`
    // a matrix is a convolution of width 1 there: [1, C, N]
    return part === "w"
      ? { name: placed, shape: (stored) => (stored[0] === 1 ? stored.slice(1) : stored) }
      : { name: placed }
  },
  settings: { file: "hparams.json", needed: () => true },
  config: ({ count, size }, { n_head }) => {
    const vocabulary = size("transformer.wte.weight", 0)
    return {
      model_type: "gpt2",
      architectures: ["GPT2LMHeadModel"],
      vocab_size: vocabulary,
      n_positions: size("transformer.wpe.weight", 0),
      n_embd: size("transformer.wte.weight", 1),
      n_layer: count(/^transformer\.h\.(\d+)\./),
      n_head,
      // fixed in model.py
      layer_norm_epsilon: 1e-5,
      activation_function: "gelu_new",
      // <|endoftext|> is the last token
      bos_token_id: vocabulary - 1,
      eos_token_id: vocabulary - 1,
      tie_word_embeddings: true
    }
  }
}
