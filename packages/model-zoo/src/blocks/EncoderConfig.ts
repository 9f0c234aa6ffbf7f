// What configurations of encoders have in common, with us and in a `config.json`.
import { Effect, Schema } from "effect"
import { Count, Positive } from "../Family.ts"

export const fields = {
  vocabSize: Count.annotate({ description: "V: tokens the model knows" }),
  contextLength: Count.annotate({ description: "most positions of one sequence" }),
  layers: Count.annotate({ description: "blocks" }),
  heads: Count.annotate({ description: "H: attention heads; divides channels" }),
  channels: Count.annotate({ description: "C: width of the residual stream" }),
  innerChannels: Count.annotate({ description: "width inside of a block; 4C in published models" }),
  labels: Count.pipe(Schema.withDecodingDefault(Effect.succeed(2))).annotate({
    description: "classes of the classification head"
  })
}

/** A shape that is four times as wide inside of its blocks, for masked language modelling. */
export const shaped = (layers: number, heads: number, channels: number, contextLength: number) => ({
  layers,
  heads,
  channels,
  contextLength,
  innerChannels: 4 * channels,
  head: "masked-language" as const,
  labels: 2
})

/** The heads a family has, each with the class of `transformers` that is the encoder with this head. */
export const classes = <const H extends string>(
  known: ReadonlyArray<readonly [head: H | "masked-language", name: string]>
) => {
  const names = known.map(([, name]) => name)
  return {
    /** What stands on the encoder; masked language modelling if left out. */
    field: Schema.Literals(known.map(([head]) => head))
      .pipe(Schema.withDecodingDefault(Effect.succeed("masked-language" as const)))
      .annotate({ description: "what stands on the encoder" }),
    /** of a `config.json` */
    fields: {
      architectures: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Literals(names)))),
      /** left out for two classes */
      id2label: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
    },
    /** Head and classes that a `config.json` asks for. */
    from: ({ architectures, id2label }: Classes) => ({
      head: known.find(([, name]) => name === architectures?.[0])?.[0] ?? ("masked-language" as const),
      labels: id2label === undefined ? 2 : Object.keys(id2label).length
    }),
    /** The class that loads it. */
    name: (wanted: H | "masked-language") => known.find(([head]) => head === wanted)?.[1] ?? ""
  }
}
interface Classes {
  readonly architectures?: ReadonlyArray<string> | null
  readonly id2label?: Readonly<Record<string, string>>
}

/** What a `config.json` of BERT and of those that descend from it says. */
export const jsonFields = {
  vocab_size: Count,
  max_position_embeddings: Count,
  num_hidden_layers: Count,
  num_attention_heads: Count,
  hidden_size: Count,
  intermediate_size: Count,
  type_vocab_size: Count,
  layer_norm_eps: Positive,
  hidden_act: Schema.Literal("gelu"),
  position_embedding_type: Schema.optionalKey(Schema.Literal("absolute")),
  is_decoder: Schema.optionalKey(Schema.Literal(false)),
  tie_word_embeddings: Schema.optionalKey(Schema.Literal(true))
}
type Json = Schema.Struct.Type<typeof jsonFields>

/** Sizes from a `config.json`, and back. */
export const fromJson = (json: Json) => ({
  vocabSize: json.vocab_size,
  contextLength: json.max_position_embeddings,
  layers: json.num_hidden_layers,
  heads: json.num_attention_heads,
  channels: json.hidden_size,
  innerChannels: json.intermediate_size,
  segments: json.type_vocab_size,
  layerNormEpsilon: json.layer_norm_eps
})
export const toJson = (config: ReturnType<typeof fromJson> & { readonly labels: number }) => ({
  vocab_size: config.vocabSize,
  max_position_embeddings: config.contextLength,
  num_hidden_layers: config.layers,
  num_attention_heads: config.heads,
  hidden_size: config.channels,
  intermediate_size: config.innerChannels,
  type_vocab_size: config.segments,
  layer_norm_eps: config.layerNormEpsilon,
  hidden_act: "gelu",
  ...labelNames(config.labels)
})

/** Names of classes for a `config.json`, as `transformers` gives them to those without any. */
export const labelNames = (labels: number) => {
  const names = Array.from({ length: labels }, (_, label) => [String(label), `LABEL_${label}`] as const)
  return {
    id2label: Object.fromEntries(names),
    label2id: Object.fromEntries(names.map(([label, name]) => [name, Number(label)]))
  }
}

export interface Stored {
  /** what names of the encoder begin with */
  readonly prefix: string
  /** parts of the encoder, which checkpoints of the bare class store without the prefix */
  readonly modules: ReadonlyArray<string>
  /** stored, but not needed */
  readonly unused: ReadonlyArray<string>
}

/**
 * Our name of a stored array. Checkpoints that were converted from TensorFlow, the published BERT among them, call what a norm
 * multiplies with and adds `gamma` and `beta`.
 */
export const rename =
  ({ modules, prefix, unused }: Stored) =>
  (stored: string): string | undefined => {
    const [module = ""] = stored.split(".", 1)
    const name = modules.includes(module) ? `${prefix}.${stored}` : stored
    if (unused.includes(name)) return undefined
    return name.replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias")
  }
