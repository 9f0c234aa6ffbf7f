// What configurations of encoders have in common, with us and in a `config.json`.
import { Effect, Schema } from "effect"
import { Count, Positive } from "../Family.ts"

const Id = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

interface Given<H extends string> {
  /** the heads there are, each with the class of `transformers` that is the encoder with this head */
  readonly classes: ReadonlyArray<readonly [head: H | "masked-language", name: string]>
  /** of published models */
  readonly paddingId: number
}

/** What a `config.json` says of its task. */
interface TaskJson {
  readonly architectures?: ReadonlyArray<string> | null
  readonly problem_type?: string | null
  readonly id2label?: Readonly<Record<string, string>>
  readonly pad_token_id?: number | null
}

/** The part of a family's configuration that all encoders have, for the heads that the family has. */
export const define = <const H extends string>({ classes, paddingId }: Given<H>) => ({
  fields: {
    vocabSize: Count.annotate({ description: "V: tokens the model knows" }),
    contextLength: Count.annotate({ description: "most positions of one sequence" }),
    layers: Count.annotate({ description: "blocks" }),
    heads: Count.annotate({ description: "H: attention heads; divides channels" }),
    channels: Count.annotate({ description: "C: width of the residual stream" }),
    innerChannels: Count.annotate({ description: "width inside of a block; 4C in published models" }),
    paddingId: Id.pipe(Schema.withDecodingDefault(Effect.succeed(paddingId))).annotate({
      description: "of the token that fills up rows; the row that stands for it is not trained"
    }),
    head: Schema.Literals(classes.map(([head]) => head))
      .pipe(Schema.withDecodingDefault(Effect.succeed("masked-language" as const)))
      .annotate({ description: "what stands on the encoder; masked language modelling if left out" }),
    labels: Count.pipe(Schema.withDecodingDefault(Effect.succeed(2))).annotate({
      description: "classes of a text or of each token; 2 if left out, and where the head knows none"
    })
  },

  /** A shape for masked language modelling, four times as wide inside of its blocks. */
  shaped: (layers: number, heads: number, channels: number, contextLength: number) => ({
    layers,
    heads,
    channels,
    contextLength,
    innerChannels: 4 * channels,
    paddingId,
    head: "masked-language" as const,
    labels: 2
  }),

  /** The class that loads it. */
  className: (wanted: H | "masked-language") => classes.find(([head]) => head === wanted)?.[1] ?? "",

  jsonFields: {
    architectures: Schema.optionalKey(
      Schema.NullOr(Schema.Array(Schema.Literals([...new Set(classes.map(([, name]) => name))])))
    ),
    /** of a head that gives numbers for a text: `regression`, or classes */
    problem_type: Schema.optionalKey(Schema.NullOr(Schema.String)),
    /** left out for two classes */
    id2label: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    pad_token_id: Schema.optionalKey(Schema.NullOr(Id))
  },
  fromJson: ({ architectures, id2label, pad_token_id, problem_type }: TaskJson) => {
    const labels = id2label === undefined ? 2 : Object.keys(id2label).length
    // one class is no choice: `transformers` takes it for a number, too
    const number = problem_type === "regression" || labels === 1
    const heads = classes.filter(([, name]) => name === architectures?.[0]).map(([head]) => head)
    const wanted = heads.find((head) => (head === "regression") === number)
    const head = wanted ?? heads[0] ?? ("masked-language" as const)
    return { head, labels: head === "regression" ? 2 : labels, paddingId: pad_token_id ?? paddingId }
  },
  /** Classes get the names that `transformers` gives to those without any. */
  toJson: ({ head, labels, paddingId }: Task) => {
    const outputs = head === "regression" ? 1 : labelled.has(head) ? labels : 0
    const names = Array.from({ length: outputs }, (_, label) => `LABEL_${label}`)
    return {
      pad_token_id: paddingId,
      ...(head === "regression" ? { problem_type: "regression" } : {}),
      ...(names.length === 0
        ? {} // two: what a span has, begin and end, and all that other heads want
        : {
            id2label: Object.fromEntries(names.map((name, label) => [String(label), name])),
            label2id: Object.fromEntries(names.map((name, label) => [name, label]))
          })
    }
  }
})
/** heads whose outputs are classes with names */
const labelled: ReadonlySet<string> = new Set(["classification", "token-classification"])
interface Task {
  readonly head: string
  readonly labels: number
  readonly paddingId: number
}

/** Sizes in a `config.json` of BERT and of those that descend from it. */
export const sizesJson = {
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

export const sizesFromJson = (json: Schema.Struct.Type<typeof sizesJson>) => ({
  vocabSize: json.vocab_size,
  contextLength: json.max_position_embeddings,
  layers: json.num_hidden_layers,
  heads: json.num_attention_heads,
  channels: json.hidden_size,
  innerChannels: json.intermediate_size,
  segments: json.type_vocab_size,
  layerNormEpsilon: json.layer_norm_eps
})
export const sizesToJson = (config: ReturnType<typeof sizesFromJson>) => ({
  vocab_size: config.vocabSize,
  max_position_embeddings: config.contextLength,
  num_hidden_layers: config.layers,
  num_attention_heads: config.heads,
  hidden_size: config.channels,
  intermediate_size: config.innerChannels,
  type_vocab_size: config.segments,
  layer_norm_eps: config.layerNormEpsilon,
  hidden_act: "gelu"
})

interface Stored {
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
