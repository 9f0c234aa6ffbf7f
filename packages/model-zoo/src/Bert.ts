// BERT (Devlin et al. 2018): an encoder of post-norm blocks over tokens, places and segments, trained to name masked tokens and
// to say whether one text follows another.
import { add, type Parameter, type Run, tanh, type Tensor } from "@inkstone/graph"
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
    ["masked-language", "BertForMaskedLM"],
    ["pretraining", "BertForPreTraining"], // and next sentence
    ["classification", "BertForSequenceClassification"],
    ["regression", "BertForSequenceClassification"], // of one label
    ["token-classification", "BertForTokenClassification"],
    ["question-answering", "BertForQuestionAnswering"],
    ["none", "BertModel"]
  ]
})

export const Config = Schema.Struct({
  ...task.fields,
  segments: Family.Count.annotate({ description: "texts of one sequence; 2 for pairs" }),
  layerNormEpsilon: Family.Positive.annotate({ description: "added to the variance in layer norms" }),
  ...Domain.field
}).check(Family.headsDivideChannels)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

const shaped = (...shape: Parameters<typeof task.shaped>): Preset => ({
  ...task.shaped(...shape),
  segments: 2,
  layerNormEpsilon: 1e-12
})
const [base, large] = [shaped(12, 12, 768, 512), shaped(24, 16, 1024, 512)]

/** Parameters of small ones are for a vocabulary of 4,096. */
export const presets = {
  nano: shaped(3, 4, 96, 128), // 0.8 M: seconds a hundred steps on two cores
  micro: shaped(4, 4, 128, 128), // 1.4 M
  mini: shaped(6, 6, 192, 256), // 3.5 M
  small: shaped(6, 5, 320, 256), // 8.9 M
  "bert-base-uncased": base,
  "bert-base-cased": base,
  "bert-large-uncased": large,
  "bert-large-cased": large
} as const satisfies Record<string, Preset>

/** Vocabularies of the published models. */
const [uncased, cased] = [30_522, 28_996]

/** `config.json` of a Hugging Face checkpoint; only what this family needs of it. */
export const HuggingFaceConfig = Schema.Struct({
  model_type: Schema.Literal("bert"),
  ...task.jsonFields,
  ...EncoderConfig.sizesJson
})

/** What checkpoints call the parts of a block. */
export const names: Encoder.Names = {
  queries: "attention.self.query",
  keys: "attention.self.key",
  values: "attention.self.value",
  mixed: "attention.output.dense",
  mixedNorm: "attention.output.LayerNorm",
  up: "intermediate.dense",
  down: "output.dense",
  norm: "output.LayerNorm"
}

/** The head that a config asks for, over the embedding of tokens `[V, C]`. */
const headOf = (config: Config, words: Parameter): EncoderHead.EncoderHead => {
  const { channels: C, head, labels, layerNormEpsilon: epsilon } = config
  const pooler = Linear.linear("bert.pooler.dense", { in: C, out: C })
  const pooled = (hidden: Tensor, { precision }: Run) =>
    tanh(Linear.apply(EncoderHead.first(hidden), pooler, precision)) // [B, C]
  const vocabulary = EncoderHead.vocabulary(words, {
    bias: "cls.predictions.bias",
    dense: Linear.linear("cls.predictions.transform.dense", { in: C, out: C }),
    norm: Norm.norm("cls.predictions.transform.LayerNorm", C, epsilon)
  })
  const scores = (out: number) => {
    const classifier = Linear.linear("classifier", { in: C, out })
    return {
      parameters: [pooler, classifier].flatMap(Linear.parametersOf),
      says: (hidden: Tensor, run: Run) =>
        Linear.apply(drop(pooled(hidden, run), "classifier", run), classifier, run.precision) // [B, out]
    }
  }
  switch (head) {
    case "masked-language":
      return vocabulary
    case "pretraining": {
      const next = Linear.linear("cls.seq_relationship", { in: C, out: 2 })
      return {
        parameters: [...Linear.parametersOf(pooler), ...vocabulary.parameters, ...Linear.parametersOf(next)],
        heads: {
          ...vocabulary.heads,
          nextSentence: (hidden, run) => Linear.apply(pooled(hidden, run), next, run.precision) // [B, 2]
        }
      }
    }
    case "classification":
      return EncoderHead.labels(scores(labels))
    case "regression":
      return EncoderHead.value(scores(1))
    case "token-classification":
      return EncoderHead.tags("classifier", { channels: C, labels })
    case "question-answering":
      return EncoderHead.span("qa_outputs", C)
    case "none":
      return { parameters: Linear.parametersOf(pooler), heads: {} }
  }
}

/** The model of a config: parameters named as in Hugging Face's checkpoints, and the forward passes over them. */
export const build = (config: Config): EncoderNetwork => {
  const {
    channels: C,
    contextLength,
    heads: H,
    layerNormEpsilon,
    layers,
    paddingId,
    segments,
    vocabSize
  } = config
  const words = Embedding.table("bert.embeddings.word_embeddings", vocabSize, C)
  const places = Embedding.table("bert.embeddings.position_embeddings", contextLength, C)
  const texts = Embedding.table("bert.embeddings.token_type_embeddings", segments, C)
  const norm = Norm.norm("bert.embeddings.LayerNorm", C, layerNormEpsilon)
  const blocks = Array.from({ length: layers }, (_, i) =>
    Encoder.encoder(`bert.encoder.layer.${i}`, names, config)
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
      texts,
      ...Norm.parametersOf(norm),
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
      const placed = add(named, Embedding.places(places, tokens, reading.positions))
      const embedded = drop(
        Norm.apply(Domain.apply(placed, domain, reading), norm),
        "bert.embeddings",
        reading
      )
      return stack(embedded, blocks, reading, (x, block, layer, reading) =>
        Encoder.apply(x, block, { heads: H, layer, reading })
      )
    }
  }
}

export const family = Family.encoder({
  name: "bert",
  description: "encoder of post-norm blocks over tokens, places and segments (Devlin et al. 2018)",
  card: {
    title: "BERT",
    paper:
      "Devlin et al. 2018, BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    objective: "masked language modelling and next sentence prediction",
    goodAt: "understanding texts as a whole: classes, answers in a given text, filling in words",
    weakAt: "writing: it does not go from left to right; texts of more than 512 tokens",
    licence: "Apache 2.0, weights public"
  },
  Config,
  presets,
  published: {
    vocabSize: uncased,
    vocabSizes: { "bert-base-cased": cased, "bert-large-cased": cased },
    // of `BertModel`, with its pooler and without what it is trained by
    counted: { head: "none" },
    parameters: {
      "bert-base-uncased": 109_482_240,
      "bert-base-cased": 108_310_272,
      "bert-large-uncased": 335_141_888,
      "bert-large-cased": 333_579_264
    }
  },
  build,
  huggingFace: {
    modelType: "bert",
    architecture: ({ head }) => task.className(head),
    Config: HuggingFaceConfig,
    from: (config) => ({ ...EncoderConfig.sizesFromJson(config), ...task.fromJson(config) }),
    to: (config) => ({ model_type: "bert", ...EncoderConfig.sizesToJson(config), ...task.toJson(config) }),
    tied: {
      "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
      "cls.predictions.decoder.bias": "cls.predictions.bias"
    },
    others: /^(bert\.pooler|cls|classifier|qa_outputs)\./,
    rename: EncoderConfig.rename({
      prefix: "bert",
      modules: ["embeddings", "encoder", "pooler"],
      // tied, or counted out anew
      unused: [
        "cls.predictions.decoder.weight",
        "cls.predictions.decoder.bias",
        "bert.embeddings.position_ids"
      ]
    })
  }
})
