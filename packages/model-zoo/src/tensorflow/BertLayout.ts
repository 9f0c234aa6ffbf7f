// BERT as Google published it: google-research/bert (2018), whose names `transformers` took over; the encoders of the TensorFlow
// model garden on TensorFlow Hub (tensorflow/bert_*, versions 1 and 2, 3 and 4), where heads are an axis of their own; and the
// garden's checkpoints, known by the numbers of Keras layers. Sources of the names: transformers' load_tf_weights_in_bert and
// convert_bert_original_tf2_checkpoint_to_pytorch.py, the garden's tf1 to tf2 converter, keras-nlp's checkpoint conversions,
// gluon-nlp's convert_tf_hub_model.py.
import type { Json, Layout, Placed, Shapes } from "./Layout.ts"

const flat = (stored: ReadonlyArray<number>) => [stored.reduce((a, b) => a * b, 1)]
const words = "bert.embeddings.word_embeddings.weight"
const query = "bert.encoder.layer.0.attention.self.query.weight"

/** A vector or a matrix of a dense layer or a norm. */
const part = (module: string, name: string, inAxes = 1): Placed | undefined => {
  if (name === "kernel") return { name: `${module}.weight`, inAxes }
  if (name === "gamma") return { name: `${module}.weight` }
  return name === "bias" || name === "beta" ? { name: `${module}.bias`, shape: flat } : undefined
}

const place2018 = (name: string): Placed | undefined => {
  const table = /^bert\/embeddings\/((?:word|position|token_type)_embeddings)$/.exec(name)
  if (table !== null) return { name: `bert.embeddings.${table[1]}.weight` }
  if (name === "cls/predictions/output_bias") return { name: "cls.predictions.bias" }
  const head = /^(cls\/seq_relationship|cls\/squad|)\/?output_(weights|bias)$/.exec(name)
  if (head !== null) {
    const modules = new Map([
      ["cls/seq_relationship", "cls.seq_relationship"],
      ["cls/squad", "qa_outputs"], // run_squad.py
      ["", "classifier"] // run_classifier.py
    ])
    return { name: `${modules.get(head[1] ?? "")}.${head[2] === "bias" ? "bias" : "weight"}` }
  }
  const module = /^((?:bert|cls\/predictions)\/.+)\/(kernel|bias|gamma|beta)$/.exec(name)
  if (module === null) return undefined
  const dotted = (module[1] ?? "").replaceAll("/", ".").replace(/\.layer_(\d+)\./, ".layer.$1.")
  return part(dotted, module[2] ?? "")
}

/** Modules of a layer, by name on the Hub and as fields of the garden's Keras layer. */
const modules = new Map<string, { readonly module: string; readonly inAxes?: number }>([
  ["self_attention/query", { module: "attention.self.query" }],
  ["self_attention/key", { module: "attention.self.key" }],
  ["self_attention/value", { module: "attention.self.value" }],
  ["self_attention/attention_output", { module: "attention.output.dense", inAxes: -1 }],
  ["self_attention_output", { module: "attention.output.dense", inAxes: -1 }],
  ["self_attention_layer_norm", { module: "attention.output.LayerNorm" }],
  ["intermediate", { module: "intermediate.dense" }],
  ["output", { module: "output.dense" }],
  ["output_layer_norm", { module: "output.LayerNorm" }],
  ["_attention_layer/_query_dense", { module: "attention.self.query" }],
  ["_attention_layer/_key_dense", { module: "attention.self.key" }],
  ["_attention_layer/_value_dense", { module: "attention.self.value" }],
  ["_attention_layer/_output_dense", { module: "attention.output.dense", inAxes: -1 }],
  ["_attention_output_dense", { module: "attention.output.dense", inAxes: -1 }],
  ["_attention_layer_norm", { module: "attention.output.LayerNorm" }],
  ["_intermediate_dense", { module: "intermediate.dense" }],
  ["_output_dense", { module: "output.dense" }],
  ["_output_layer_norm", { module: "output.LayerNorm" }]
])

const layerPart = (layer: number, rest: string): Placed | undefined => {
  const cut = rest.lastIndexOf("/")
  const known = modules.get(rest.slice(0, cut))
  return known && part(`bert.encoder.layer.${layer}.${known.module}`, rest.slice(cut + 1), known.inAxes)
}

/** The first versions had all under one name, and the embeddings but words in a layer. */
const hubTables = new Map([
  ["word_embeddings/embeddings", "word_embeddings"],
  ["position_embedding/embeddings", "position_embeddings"],
  ["type_embeddings/embeddings", "token_type_embeddings"],
  ["embedding_postprocessor/position_embeddings", "position_embeddings"],
  ["embedding_postprocessor/type_embeddings", "token_type_embeddings"]
])
const hubModules = new Map([
  ["embeddings/layer_norm", "bert.embeddings.LayerNorm"],
  ["embedding_postprocessor/layer_norm", "bert.embeddings.LayerNorm"],
  ["pooler_transform", "bert.pooler.dense"],
  ["cls/predictions/transform/dense", "cls.predictions.transform.dense"],
  ["cls/predictions/transform/LayerNorm", "cls.predictions.transform.LayerNorm"]
])

const placeHub = (full: string): Placed | undefined => {
  const name = full.replace(/^bert_model\//, "")
  const table = hubTables.get(name)
  if (table !== undefined) return { name: `bert.embeddings.${table}.weight` }
  if (name === "cls/predictions/output_bias/bias") return { name: "cls.predictions.bias" }
  const layer = /^(?:transformer|encoder)\/layer_(\d+)\/(.+)$/.exec(name)
  if (layer !== null) return layerPart(Number(layer[1]), layer[2] ?? "")
  const cut = name.lastIndexOf("/")
  const module = hubModules.get(name.slice(0, cut))
  return module === undefined ? undefined : part(module, name.slice(cut + 1))
}

/** Tables are the first three Keras layers with weights, then come the norm, the layers and, headless, the pooler. */
const kerasTables = ["word_embeddings", "position_embeddings", "token_type_embeddings"]
const kerasKey = /^(?:model\/|encoder\/|)layer_with_weights-(\d+)\/(.+)$/

const placeKeras = (name: string): Placed | undefined => {
  const pooler = /^next_sentence\.\.pooler_dense\/(kernel|bias)$/.exec(name)
  if (pooler !== null) return part("bert.pooler.dense", pooler[1] ?? "")
  const [, number = "", rest = ""] = kerasKey.exec(name) ?? []
  const at = Number(number)
  if (rest === "embeddings") {
    const table = kerasTables[at]
    return table === undefined ? undefined : { name: `bert.embeddings.${table}.weight` }
  }
  if (/^(gamma|beta)$/.test(rest)) return at === 3 ? part("bert.embeddings.LayerNorm", rest) : undefined
  // only the pooler has a matrix of its own among the layers that follow the embeddings
  if (/^(kernel|bias)$/.test(rest)) return at > 4 ? part("bert.pooler.dense", rest) : undefined
  return at > 3 ? layerPart(at - 4, rest) : undefined
}

const architectureOf = ({ has }: Shapes): string => {
  if (has("cls.seq_relationship.weight")) return "BertForPreTraining"
  if (has("cls.predictions.transform.dense.weight")) return "BertForMaskedLM"
  if (has("classifier.weight")) return "BertForSequenceClassification"
  return has("qa_outputs.weight") ? "BertForQuestionAnswering" : "BertModel"
}

const config = (shapes: Shapes, settings: Json): Json & { readonly model_type: string } => {
  const { count, has, size, stored } = shapes
  const labels = has("classifier.weight") ? size("classifier.weight", 0) : 2
  const names = Array.from({ length: labels }, (_, label) => [`LABEL_${label}`, label] as const)
  return {
    model_type: "bert",
    architectures: [architectureOf(shapes)],
    vocab_size: size(words, 0),
    hidden_size: size(words, 1),
    max_position_embeddings: size("bert.embeddings.position_embeddings.weight", 0),
    type_vocab_size: size("bert.embeddings.token_type_embeddings.weight", 0),
    num_hidden_layers: count(/^bert\.encoder\.layer\.(\d+)\./),
    num_attention_heads: stored(query, 2) > 0 ? stored(query, 1) : settings["num_attention_heads"],
    intermediate_size: size("bert.encoder.layer.0.intermediate.dense.weight", 0),
    hidden_act: settings["hidden_act"] ?? "gelu",
    hidden_dropout_prob: settings["hidden_dropout_prob"] ?? 0.1,
    attention_probs_dropout_prob: settings["attention_probs_dropout_prob"] ?? 0.1,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
    tie_word_embeddings: true,
    id2label: Object.fromEntries(names.map(([name, label]) => [label, name])),
    label2id: Object.fromEntries(names)
  }
}

const settings: NonNullable<Layout["settings"]> = {
  file: "bert_config.json",
  // with heads as an axis [C, H, D], the shapes say it all
  needed: ({ stored }) => stored(query, 2) === 0
}
const shared = { settings, config }

export const layouts: ReadonlyArray<Layout> = [
  { ...shared, title: "Google's BERT of 2018", sign: "bert/embeddings/word_embeddings", place: place2018 },
  ...["", "bert_model/"].map((root) => ({
    ...shared,
    title: "BERT of TensorFlow Hub",
    sign: `${root}word_embeddings/embeddings`,
    place: placeHub
  })),
  ...["", "model/", "encoder/"].map((root) => ({
    ...shared,
    title: "BERT of the TensorFlow model garden",
    sign: `${root}layer_with_weights-0/embeddings`,
    place: placeKeras
  }))
]
