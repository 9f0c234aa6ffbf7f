// RoBERTa (Liu et al. 2019): BERT trained for longer on more, without next sentences, with other masks each time a text is read.
// Places are counted from the id of padding on, which has a place of its own; there are no segments to speak of.
import {
  add,
  cast,
  cumulativeSum,
  mul,
  notEqual,
  type Parameter,
  type Run,
  tanh,
  type Tensor
} from "@inkstone/graph"
import { Schema } from "effect"
import * as Bert from "./Bert.ts"
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
  paddingId: 1,
  classes: [
    ["masked-language", "RobertaForMaskedLM"],
    ["classification", "RobertaForSequenceClassification"],
    ["regression", "RobertaForSequenceClassification"], // of one label
    ["token-classification", "RobertaForTokenClassification"],
    ["question-answering", "RobertaForQuestionAnswering"],
    ["none", "RobertaModel"]
  ]
})

export const Config = Schema.Struct({
  ...task.fields,
  segments: Family.Count.annotate({ description: "texts of one sequence; 1 in published models" }),
  layerNormEpsilon: Family.Positive.annotate({ description: "added to the variance in layer norms" }),
  ...Domain.field
}).check(Family.headsDivideChannels)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

const shaped = (...shape: Parameters<typeof task.shaped>): Preset => ({
  ...task.shaped(...shape),
  segments: 1,
  layerNormEpsilon: 1e-5
})

/** Parameters of small ones are for a vocabulary of 4,096. */
export const presets = {
  nano: shaped(3, 4, 96, 128), // 0.8 M: seconds a hundred steps on two cores
  micro: shaped(4, 4, 128, 128), // 1.4 M
  mini: shaped(6, 6, 192, 256), // 3.5 M
  small: shaped(6, 5, 320, 256), // 8.9 M
  "roberta-base": shaped(12, 12, 768, 512),
  "roberta-large": shaped(24, 16, 1024, 512)
} as const satisfies Record<string, Preset>

/** `config.json` of a Hugging Face checkpoint; only what this family needs of it. */
export const HuggingFaceConfig = Schema.Struct({
  model_type: Schema.Literal("roberta"),
  ...task.jsonFields,
  ...EncoderConfig.sizesJson
})

/** Rows of the table of places that stand for none: those up to the padding's. */
const unplaced = (paddingId: number) => paddingId + 1

/** The head that a config asks for, over the embedding of tokens `[V, C]`. */
const headOf = (config: Config, words: Parameter): EncoderHead.EncoderHead => {
  const { channels: C, head, labels, layerNormEpsilon: epsilon } = config
  const square = { in: C, out: C }
  const scores = (size: number) => {
    const dense = Linear.linear("classifier.dense", square)
    const out = Linear.linear("classifier.out_proj", { in: C, out: size })
    return {
      parameters: [dense, out].flatMap(Linear.parametersOf),
      says: (hidden: Tensor, run: Run) => {
        const first = drop(EncoderHead.first(hidden), "classifier.dense", run) // [B, C]
        const inner = tanh(Linear.apply(first, dense, run.precision))
        return Linear.apply(drop(inner, "classifier.out_proj", run), out, run.precision) // [B, size]
      }
    }
  }
  switch (head) {
    case "masked-language":
      return EncoderHead.vocabulary(words, {
        bias: "lm_head.bias",
        dense: Linear.linear("lm_head.dense", square),
        norm: Norm.norm("lm_head.layer_norm", C, epsilon)
      })
    case "classification":
      return EncoderHead.labels(scores(labels))
    case "regression":
      return EncoderHead.value(scores(1))
    case "token-classification":
      return EncoderHead.tags("classifier", { channels: C, labels })
    case "question-answering":
      return EncoderHead.span("qa_outputs", C)
    case "none":
      // published with it, trained by nothing
      return { parameters: Linear.parametersOf(Linear.linear("roberta.pooler.dense", square)), heads: {} }
  }
}

/** The model of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config): EncoderNetwork => {
  const { channels: C, contextLength, heads: H, layerNormEpsilon, layers, paddingId, vocabSize } = config
  const words = Embedding.table("roberta.embeddings.word_embeddings", vocabSize, C)
  const texts = Embedding.table("roberta.embeddings.token_type_embeddings", config.segments, C)
  const norm = Norm.norm("roberta.embeddings.LayerNorm", C, layerNormEpsilon)
  const places = Embedding.table(
    "roberta.embeddings.position_embeddings",
    contextLength + unplaced(paddingId),
    C
  )
  const blocks = Array.from({ length: layers }, (_, i) =>
    Encoder.encoder(`roberta.encoder.layer.${i}`, Bert.names, config)
  )
  const domain = Domain.domain(config)
  const head = headOf(config, words)

  /** Tokens that are no padding are counted from the row after the padding's, `[B, T]`. */
  const placeOf = (tokens: Tensor, positions: Tensor | undefined): Tensor => {
    if (positions !== undefined) return add(positions, unplaced(paddingId))
    const real = cast(notEqual(tokens, paddingId), "int32")
    return add(mul(cumulativeSum(real, { axis: 1 }), real), paddingId)
  }

  return {
    kind: "encoder",
    vocabSize,
    contextLength,
    channels: C,
    parameters: [
      words,
      texts,
      ...Norm.parametersOf(norm),
      places,
      ...blocks.flatMap(Encoder.parametersOf),
      ...head.parameters,
      ...Domain.parametersOf(domain)
    ],
    heads: head.heads,

    hidden: (tokens, reading) => {
      const named = add(
        EncoderEmbedding.rows(words, tokens, paddingId),
        EncoderEmbedding.segments(texts, reading.segments)
      ) // [B, T, C]
      const placed = add(named, EncoderEmbedding.rows(places, placeOf(tokens, reading.positions), paddingId))
      const embedded = drop(
        Norm.apply(Domain.apply(placed, domain, reading), norm),
        "roberta.embeddings",
        reading
      )
      return stack(embedded, blocks, reading, (x, block, layer, reading) =>
        Encoder.apply(x, block, { heads: H, layer, reading })
      )
    }
  }
}

export const family = Family.encoder({
  name: "roberta",
  description: "BERT trained for longer, with other masks each time (Liu et al. 2019)",
  card: {
    title: "RoBERTa",
    paper: "Liu et al. 2019, RoBERTa: A Robustly Optimized BERT Pretraining Approach",
    objective: "masked language modelling, masked anew each time a text is read",
    goodAt: "understanding texts as a whole, better than BERT of the same size: classes, answers, filling in",
    weakAt: "writing: it does not go from left to right; texts of more than 512 tokens",
    licence: "MIT, weights public"
  },
  Config,
  presets,
  published: {
    vocabSize: 50_265,
    // of `RobertaModel`, with its pooler and without what it is trained by
    counted: { head: "none" },
    parameters: { "roberta-base": 124_645_632, "roberta-large": 355_359_744 }
  },
  build,
  huggingFace: {
    modelType: "roberta",
    architecture: ({ head }) => task.className(head),
    Config: HuggingFaceConfig,
    from: (config) => {
      const { paddingId, ...rest } = { ...EncoderConfig.sizesFromJson(config), ...task.fromJson(config) }
      return { ...rest, paddingId, contextLength: rest.contextLength - unplaced(paddingId) }
    },
    to: (config) => ({
      model_type: "roberta",
      ...EncoderConfig.sizesToJson(config),
      ...task.toJson(config),
      max_position_embeddings: config.contextLength + unplaced(config.paddingId)
    }),
    tied: {
      "lm_head.decoder.weight": "roberta.embeddings.word_embeddings.weight",
      "lm_head.decoder.bias": "lm_head.bias"
    },
    others: /^(roberta\.pooler|lm_head|classifier|qa_outputs)\./,
    rename: EncoderConfig.rename({
      prefix: "roberta",
      modules: ["embeddings", "encoder", "pooler"],
      // tied, or counted out anew
      unused: ["lm_head.decoder.weight", "lm_head.decoder.bias", "roberta.embeddings.position_ids"]
    })
  }
})
