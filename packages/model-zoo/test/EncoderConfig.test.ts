import { assert, describe, it } from "@effect/vitest"
import { parameterCount } from "@inkstone/graph"
import { Effect } from "effect"
import * as Bert from "../src/Bert.ts"
import * as DistilBert from "../src/DistilBert.ts"
import type { Architecture, EncoderFamily } from "../src/Family.ts"
import * as Roberta from "../src/Roberta.ts"

const { bert, distilbert, roberta } = {
  bert: Bert.family,
  roberta: Roberta.family,
  distilbert: DistilBert.family
}
const presetOf = (family: EncoderFamily, name: string): Architecture =>
  family.presets.find((preset) => preset.name === name)?.architecture ?? {}

/** `config.json` as the published checkpoints have it, without most of what says nothing of the network. */
const published = {
  "bert-base-uncased": {
    architectures: ["BertForMaskedLM"],
    attention_probs_dropout_prob: 0.1,
    gradient_checkpointing: false,
    hidden_act: "gelu",
    hidden_dropout_prob: 0.1,
    hidden_size: 768,
    initializer_range: 0.02,
    intermediate_size: 3072,
    layer_norm_eps: 1e-12,
    max_position_embeddings: 512,
    model_type: "bert",
    num_attention_heads: 12,
    num_hidden_layers: 12,
    pad_token_id: 0,
    position_embedding_type: "absolute",
    type_vocab_size: 2,
    use_cache: true,
    vocab_size: 30522
  },
  "roberta-large": {
    architectures: ["RobertaForMaskedLM"],
    bos_token_id: 0,
    eos_token_id: 2,
    hidden_act: "gelu",
    hidden_size: 1024,
    intermediate_size: 4096,
    layer_norm_eps: 1e-5,
    max_position_embeddings: 514,
    model_type: "roberta",
    num_attention_heads: 16,
    num_hidden_layers: 24,
    pad_token_id: 1,
    type_vocab_size: 1,
    vocab_size: 50265
  },
  "distilbert-base-cased": {
    activation: "gelu",
    attention_dropout: 0.1,
    dim: 768,
    dropout: 0.1,
    hidden_dim: 3072,
    max_position_embeddings: 512,
    model_type: "distilbert",
    n_heads: 12,
    n_layers: 6,
    pad_token_id: 0,
    sinusoidal_pos_embds: false,
    tie_weights_: true,
    vocab_size: 28996
  }
}

describe("config.json of encoders", () => {
  for (const [family, name] of [
    [bert, "bert-base-uncased"],
    [roberta, "roberta-large"],
    [distilbert, "distilbert-base-cased"]
  ] as const)
    it.effect(`of ${name} gives the preset of that name`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* family.huggingFace.read(published[name]), presetOf(family, name))
      })
    )

  for (const family of [bert, roberta, distilbert])
    it.effect(`${family.name}: is read as what was written, whatever head and classes it has`, () =>
      Effect.gen(function* () {
        const nano = presetOf(family, "nano")
        const heads = [
          "masked-language",
          "classification",
          "regression",
          "token-classification",
          "question-answering",
          "none"
        ]
        for (const head of family === bert ? [...heads, "pretraining"] : heads) {
          const labels = head === "classification" || head === "token-classification" ? 5 : 2
          const architecture = { ...nano, head, labels, paddingId: 3 }
          const json = yield* family.huggingFace.write(architecture)
          assert.deepStrictEqual(yield* family.huggingFace.read(json), architecture)
        }
      })
    )

  it.effect("that asks for what the families do not do is refused by field", () =>
    Effect.gen(function* () {
      const json = published["bert-base-uncased"]
      for (const [change, what] of [
        [{ architectures: ["BertForMultipleChoice"] }, /architectures/],
        [{ hidden_act: "relu" }, /hidden_act/],
        [{ is_decoder: true }, /is_decoder/],
        [{ position_embedding_type: "relative_key" }, /position_embedding_type/],
        [{ tie_word_embeddings: false }, /tie_word_embeddings/]
      ] as const) {
        const error = yield* Effect.flip(bert.huggingFace.read({ ...json, ...change }))
        assert.match(error.message, what)
      }
      const error = yield* Effect.flip(roberta.network({ ...presetOf(roberta, "nano"), head: "pretraining" }))
      assert.match(error.message, /head/)
    })
  )
})

describe("names in checkpoints of encoders", () => {
  it("are found without the prefix, as bare classes store them, and with TensorFlow's names of norms", () => {
    const { rename } = bert.huggingFace
    assert.strictEqual(rename("embeddings.LayerNorm.gamma"), "bert.embeddings.LayerNorm.weight")
    assert.strictEqual(
      rename("bert.encoder.layer.0.output.LayerNorm.beta"),
      "bert.encoder.layer.0.output.LayerNorm.bias"
    )
    assert.strictEqual(rename("cls.predictions.bias"), "cls.predictions.bias")
    assert.strictEqual(
      distilbert.huggingFace.rename("transformer.layer.2.attention.q_lin.weight"),
      "distilbert.transformer.layer.2.attention.q_lin.weight"
    )
    assert.strictEqual(roberta.huggingFace.rename("pooler.dense.bias"), "roberta.pooler.dense.bias")
  })

  it("that are tied or counted out anew are not needed", () => {
    for (const [family, name] of [
      [bert, "cls.predictions.decoder.weight"],
      [bert, "cls.predictions.decoder.bias"],
      [bert, "embeddings.position_ids"],
      [roberta, "lm_head.decoder.weight"],
      [roberta, "lm_head.decoder.bias"],
      [roberta, "roberta.embeddings.position_ids"],
      [distilbert, "vocab_projector.weight"]
    ] as const)
      assert.isUndefined(family.huggingFace.rename(name), name)
  })
})

describe("parameters of encoders", () => {
  // of transformers 5.23, which counts tied numbers once
  for (const [family, preset, head, count] of [
    [bert, "bert-base-uncased", "masked-language", 109_514_298],
    [bert, "bert-base-cased", "pretraining", 108_932_934],
    [bert, "bert-large-uncased", "masked-language", 335_174_458],
    [bert, "bert-large-cased", "pretraining", 334_661_958],
    [roberta, "roberta-base", "masked-language", 124_697_433],
    [roberta, "roberta-base", "classification", 124_647_170],
    [roberta, "roberta-large", "masked-language", 355_412_057],
    [distilbert, "distilbert-base-uncased", "masked-language", 66_985_530],
    [distilbert, "distilbert-base-cased", "classification", 65_783_042]
  ] as const)
    it.effect(`${preset} with head ${head}: ${count}`, () =>
      Effect.gen(function* () {
        const network = yield* family.network({ ...presetOf(family, preset), head })
        assert.strictEqual(parameterCount(network), count)
      })
    )
})
