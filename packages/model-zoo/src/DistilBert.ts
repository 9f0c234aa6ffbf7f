// DistilBERT (Sanh et al. 2019): BERT with half the layers, no segments and no pooler, trained to say what BERT says.
import { add, type Parameter, relu, type Run, type Tensor } from "@inkstone/graph"
import { Schema } from "effect"
import * as Domain from "./blocks/Domain.ts"
import { drop } from "./blocks/Drop.ts"
import * as Embedding from "./blocks/Embedding.ts"
import * as Encoder from "./blocks/Encoder.ts"
import * as EncoderConfig from "./blocks/EncoderConfig.ts"
import * as EncoderEmbedding from "./blocks/EncoderEmbedding.ts"
import * as EncoderHead from "./blocks/EncoderHead.ts"
import * as Linear from "./blocks/Linear.ts"
import * as Norm from "./blocks/Norm.ts"
import { stack } from "./blocks/Stack.ts"
import * as Family from "./Family.ts"
import type { EncoderNetwork } from "./Network.ts"

const task = EncoderConfig.define({
  paddingId: 0,
  classes: [
    ["masked-language", "DistilBertForMaskedLM"],
    ["classification", "DistilBertForSequenceClassification"],
    ["regression", "DistilBertForSequenceClassification"], // of one label
    ["token-classification", "DistilBertForTokenClassification"],
    ["question-answering", "DistilBertForQuestionAnswering"],
    ["none", "DistilBertModel"]
  ]
})

export const Config = Schema.Struct({ ...task.fields, ...Domain.field }).check(Family.headsDivideChannels)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

/** Parameters of small ones are for a vocabulary of 4,096: fewer layers than BERT's of that name. */
export const presets = {
  nano: task.shaped(2, 4, 96, 128), // 0.6 M: seconds a hundred steps on two cores
  micro: task.shaped(2, 4, 128, 128), // 1.0 M
  mini: task.shaped(3, 6, 192, 256), // 2.2 M
  small: task.shaped(3, 5, 320, 256), // 5.2 M
  "distilbert-base-uncased": task.shaped(6, 12, 768, 512),
  "distilbert-base-cased": task.shaped(6, 12, 768, 512)
} as const satisfies Record<string, Preset>

/** `config.json` of a Hugging Face checkpoint; only what this family needs of it. */
export const HuggingFaceConfig = Schema.Struct({
  model_type: Schema.Literal("distilbert"),
  ...task.jsonFields,
  vocab_size: Family.Count,
  max_position_embeddings: Family.Count,
  n_layers: Family.Count,
  n_heads: Family.Count,
  dim: Family.Count,
  hidden_dim: Family.Count,
  activation: Schema.Literal("gelu"),
  tie_word_embeddings: Schema.optionalKey(Schema.Literal(true))
})

const fromHuggingFace = (config: typeof HuggingFaceConfig.Type): Config => ({
  ...task.fromJson(config),
  vocabSize: config.vocab_size,
  contextLength: config.max_position_embeddings,
  layers: config.n_layers,
  heads: config.n_heads,
  channels: config.dim,
  innerChannels: config.hidden_dim
})

const toHuggingFace = (config: Config) => ({
  model_type: "distilbert",
  vocab_size: config.vocabSize,
  max_position_embeddings: config.contextLength,
  n_layers: config.layers,
  n_heads: config.heads,
  dim: config.channels,
  hidden_dim: config.innerChannels,
  activation: "gelu",
  ...task.toJson(config)
})

/** What checkpoints call the parts of a block. */
const names: Encoder.Names = {
  queries: "attention.q_lin",
  keys: "attention.k_lin",
  values: "attention.v_lin",
  mixed: "attention.out_lin",
  mixedNorm: "sa_layer_norm",
  up: "ffn.lin1",
  down: "ffn.lin2",
  norm: "output_layer_norm"
}

/** In all layer norms; no `config.json` says another one. */
const epsilon = 1e-12

/** The head that a config asks for, over the embedding of tokens `[V, C]`. */
const headOf = ({ channels: C, head, labels }: Config, words: Parameter): EncoderHead.EncoderHead => {
  const scores = (out: number) => {
    const inner = Linear.linear("pre_classifier", { in: C, out: C })
    const classifier = Linear.linear("classifier", { in: C, out })
    return {
      parameters: [inner, classifier].flatMap(Linear.parametersOf),
      says: (hidden: Tensor, run: Run) => {
        const pooled = relu(Linear.apply(EncoderHead.first(hidden), inner, run.precision)) // [B, C]
        return Linear.apply(drop(pooled, "classifier", run), classifier, run.precision) // [B, out]
      }
    }
  }
  switch (head) {
    case "masked-language":
      return EncoderHead.vocabulary(words, {
        bias: "vocab_projector.bias",
        dense: Linear.linear("vocab_transform", { in: C, out: C }),
        norm: Norm.norm("vocab_layer_norm", C, epsilon)
      })
    case "classification":
      return EncoderHead.labels(scores(labels))
    case "regression":
      return EncoderHead.value(scores(1))
    case "token-classification":
      return EncoderHead.tags("classifier", { channels: C, labels })
    case "question-answering":
      return EncoderHead.span("qa_outputs", C, (hidden, run) => drop(hidden, "qa_outputs", run))
    case "none":
      return { parameters: [], heads: {} }
  }
}

/** The model of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config): EncoderNetwork => {
  const { channels: C, contextLength, heads: H, layers, paddingId, vocabSize } = config
  const words = Embedding.table("distilbert.embeddings.word_embeddings", vocabSize, C)
  const places = Embedding.table("distilbert.embeddings.position_embeddings", contextLength, C)
  const norm = Norm.norm("distilbert.embeddings.LayerNorm", C, epsilon)
  const blocks = Array.from({ length: layers }, (_, i) =>
    Encoder.encoder(`distilbert.transformer.layer.${i}`, names, { ...config, layerNormEpsilon: epsilon })
  )
  const domain = Domain.domain(config)
  const head = headOf(config, words)
  return {
    kind: "encoder",
    vocabSize,
    contextLength,
    channels: C,
    parameters: [
      words,
      places,
      ...Norm.parametersOf(norm),
      ...blocks.flatMap(Encoder.parametersOf),
      ...head.parameters,
      ...Domain.parametersOf(domain)
    ],
    heads: head.heads,

    hidden: (tokens, reading) => {
      const placed = add(
        EncoderEmbedding.rows(words, tokens, paddingId),
        Embedding.places(places, tokens, reading.positions)
      ) // [B, T, C]
      const embedded = drop(
        Norm.apply(Domain.apply(placed, domain, reading), norm),
        "distilbert.embeddings",
        reading
      )
      return stack(embedded, blocks, reading, (x, block, layer, reading) =>
        Encoder.apply(x, block, { heads: H, layer, reading })
      )
    }
  }
}

export const family = Family.encoder({
  name: "distilbert",
  description: "BERT with half the layers, trained to say what BERT says (Sanh et al. 2019)",
  card: {
    title: "DistilBERT",
    paper: "Sanh et al. 2019, DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter",
    objective: "masked language modelling and the distribution of a larger teacher",
    goodAt: "what BERT is good at, at half the cost and nearly as well",
    weakAt: "writing: it does not go from left to right; pairs of texts, as it knows no segments",
    licence: "Apache 2.0, weights public"
  },
  Config,
  presets,
  published: {
    vocabSize: 30_522,
    vocabSizes: { "distilbert-base-cased": 28_996 },
    // of `DistilBertModel`, without what it is trained by
    counted: { head: "none" },
    parameters: { "distilbert-base-uncased": 66_362_880, "distilbert-base-cased": 65_190_912 }
  },
  build,
  huggingFace: {
    modelType: "distilbert",
    architecture: ({ head }) => task.className(head),
    Config: HuggingFaceConfig,
    from: fromHuggingFace,
    to: toHuggingFace,
    tied: { "vocab_projector.weight": "distilbert.embeddings.word_embeddings.weight" },
    others: /^(vocab_transform|vocab_layer_norm|vocab_projector|pre_classifier|classifier|qa_outputs)\./,
    rename: EncoderConfig.rename({
      prefix: "distilbert",
      modules: ["embeddings", "transformer"],
      unused: ["vocab_projector.weight", "distilbert.embeddings.position_ids"] // tied, or counted out anew
    })
  }
})
