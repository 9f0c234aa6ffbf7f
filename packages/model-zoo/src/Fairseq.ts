// fairseq's RoBERTa checkpoints (`model.pt`, `dict.txt`), with the names and the config that `transformers` has for them.
// What becomes what, and the constants that no checkpoint says, are those of transformers' own
// convert_roberta_original_pytorch_checkpoint_to_pytorch.py.
import type { StorageFailed } from "@inkstone/artifact"
import { parameterCount } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import { stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Architecture } from "./Family.ts"
import { readDictionary } from "./fairseq/Dictionary.ts"
import { expected, renamed, split, unneeded } from "./fairseq/RobertaNames.ts"
import { io } from "./internal/Files.ts"
import type { ModelUnusable, Opening } from "./Model.ts"
import { dtypeBytes, type NamedArray, type NamedArrays, sizeOf } from "./NamedArray.ts"
import * as Roberta from "./Roberta.ts"
import * as Torch from "./Torch.ts"

/** A `config.json` of `transformers`, model_type roberta. */
export interface Config {
  readonly model_type: "roberta"
  readonly architectures: readonly ["RobertaForMaskedLM"]
  readonly vocab_size: number
  readonly hidden_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly intermediate_size: number
  readonly hidden_act: string
  readonly hidden_dropout_prob: number
  readonly attention_probs_dropout_prob: number
  /** rows of the table, two more than a text may have tokens: positions count from the padding id + 1 */
  readonly max_position_embeddings: number
  readonly type_vocab_size: 1
  readonly layer_norm_eps: number
  readonly bos_token_id: 0
  readonly pad_token_id: 1
  readonly eos_token_id: 2
  readonly tie_word_embeddings: boolean
}

export interface Checkpoint {
  readonly config: Config
  /** as `RobertaForMaskedLM` names them; a tied head is there once, as the word embeddings */
  readonly arrays: NamedArrays
  /** the token of each id by `dict.txt`, if that lies beside; of the public checkpoints these are the ids of GPT-2's merges */
  readonly tokens: ReadonlyArray<string> | undefined
}

/** What `args` or `cfg.model` must say, since no shape does. */
const Args = Schema.Struct({
  encoder_attention_heads: Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0))),
  activation_fn: Schema.optionalKey(Schema.Literals(["gelu", "gelu_accurate", "gelu_fast", "relu", "tanh"])),
  dropout: Schema.optionalKey(Schema.Finite),
  attention_dropout: Schema.optionalKey(Schema.Finite)
})
const Saved = Schema.Struct({
  args: Schema.optionalKey(Schema.NullOr(Schema.Unknown)),
  cfg: Schema.optionalKey(Schema.NullOr(Schema.Struct({ model: Schema.Unknown })))
})
const decodeSaved = Schema.decodeUnknownEffect(Saved)
const decodeArgs = Schema.decodeUnknownEffect(Args)

/** fairseq's gelu_accurate and gelu_fast are the approximation with tanh. */
const activations = {
  gelu: "gelu",
  gelu_accurate: "gelu_new",
  gelu_fast: "gelu_new",
  relu: "relu",
  tanh: "tanh"
}

type Invalid = (field: string, problem: string) => Torch.TorchInvalid

/** The tensors under their names of `transformers`, and the head's matrix, which most have twice. */
const named = Effect.fnUntraced(function* (
  stored: NamedArrays,
  invalid: Invalid
): Effect.fn.Return<
  { readonly found: Map<string, NamedArray>; readonly head: NamedArray | undefined },
  Torch.TorchInvalid
> {
  const found = new Map<string, NamedArray>()
  let head: NamedArray | undefined
  for (const whole of stored.values())
    for (const part of split({ ...whole, name: whole.name.slice("model.".length) })) {
      if (unneeded.test(part.name)) continue
      if (/^(encoder|decoder)\.lm_head\.weight$/.test(part.name)) {
        head = { ...part, name: "lm_head.decoder.weight" }
        continue
      }
      const name = renamed(part.name)
      if (name === undefined) return yield* invalid(whole.name, "is no part of RoBERTa")
      if (found.has(name)) return yield* invalid(whole.name, `is a second ${name}`)
      found.set(name, { ...part, name })
    }
  return { found, head }
})

const sameShape = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) =>
  a.length === b.length && a.every((size, axis) => size === b[axis])

/**
 * Reads a checkpoint as `transformers` would have it, from a file or from a folder with `model.pt` in it. Numbers are as they
 * were stored. RoBERTa has no segments: the one row that `transformers` adds for them is zeros. Heads for classification are
 * left out; whatever else is no part of RoBERTa, such as the last norm of the pre-norm XLM-R XL, is an error that names it.
 */
export const read = Effect.fn("Fairseq.read")(function* (
  path: string
): Effect.fn.Return<Checkpoint, Torch.TorchInvalid | StorageFailed> {
  const file = (yield* io(path, () => stat(path))).isDirectory() ? join(path, "model.pt") : path
  const invalid: Invalid = (field, problem) => new Torch.TorchInvalid({ file, field, problem })
  const contents = yield* Torch.read(file, (name) => name.startsWith("model."))
  const wrong = (field: string) =>
    Effect.mapError(({ message }: Schema.SchemaError) => invalid(field, message))
  const saved = yield* decodeSaved(contents.rest).pipe(wrong("object"))
  const args = yield* decodeArgs(saved.args ?? saved.cfg?.model ?? {}).pipe(wrong("args"))
  const { found, head } = yield* named(contents.arrays, invalid)

  const size = (name: string, axis: number) => found.get(name)?.shape[axis] ?? 0
  const words = found.get("roberta.embeddings.word_embeddings.weight")
  const [V, C] = [words?.shape[0] ?? 0, words?.shape[1] ?? 0]
  const layers =
    new Set(Array.from(found.keys(), (name) => /\.layer\.(\d+)\./.exec(name)?.[1] ?? "")).size - 1
  const P = size("roberta.embeddings.position_embeddings.weight", 0)
  const F = size("roberta.encoder.layer.0.intermediate.dense.weight", 0)
  if (words === undefined || !(layers > 0 && V > 0))
    return yield* invalid("model", "has no embed_tokens or no layers of RoBERTa")

  const segments = "roberta.embeddings.token_type_embeddings.weight"
  const zeros = new Uint8Array(C * dtypeBytes[words.dtype])
  found.set(segments, { name: segments, dtype: words.dtype, shape: [1, C], bytes: zeros })
  const arrays = new Map<string, NamedArray>()
  for (const [name, shape] of expected({ V, P, C, F, layers })) {
    const array = found.get(name)
    if (array === undefined) return yield* invalid("model", `has nothing that becomes ${name}`)
    if (!sameShape(array.shape, shape) || array.bytes.length !== sizeOf(shape) * dtypeBytes[array.dtype])
      return yield* invalid(
        "model",
        `${name} should be [${shape.join(", ")}] but is [${array.shape.join(", ")}]`
      )
    arrays.set(name, array)
  }
  if (C % args.encoder_attention_heads !== 0)
    return yield* invalid(
      "args",
      `${args.encoder_attention_heads} attention heads do not divide ${C} channels`
    )
  if (head !== undefined && !sameShape(head.shape, words.shape))
    return yield* invalid("lm_head.weight", `should be [${V}, ${C}] but is [${head.shape.join(", ")}]`)
  const tied = head === undefined || Buffer.compare(head.bytes, words.bytes) === 0
  if (head !== undefined && !tied) arrays.set(head.name, head)
  return {
    config: {
      model_type: "roberta",
      architectures: ["RobertaForMaskedLM"],
      vocab_size: V,
      hidden_size: C,
      num_hidden_layers: layers,
      num_attention_heads: args.encoder_attention_heads,
      intermediate_size: F,
      hidden_act: activations[args.activation_fn ?? "gelu"],
      hidden_dropout_prob: args.dropout ?? 0.1,
      attention_probs_dropout_prob: args.attention_dropout ?? 0.1,
      max_position_embeddings: P,
      type_vocab_size: 1,
      layer_norm_eps: 1e-5, // of torch's LayerNorm, which fairseq does not change
      bos_token_id: 0,
      pad_token_id: 1,
      eos_token_id: 2,
      tie_word_embeddings: tied
    },
    arrays,
    tokens: yield* readDictionary(join(dirname(file), "dict.txt"), V)
  }
})

/** Reads a checkpoint, from a file or from a folder with `model.pt` in it, ready to be opened as RoBERTa of the zoo. */
export const load = Effect.fn("Fairseq.load")(function* (
  path: string
): Effect.fn.Return<
  Opening & { readonly family: string; readonly architecture: Architecture } & Pick<Checkpoint, "tokens">,
  ModelUnusable | Torch.TorchInvalid | StorageFailed
> {
  const { arrays, config, tokens } = yield* read(path)
  const architecture = yield* Roberta.family.huggingFace.read(config)
  const network = yield* Roberta.family.network(architecture)
  return {
    family: Roberta.family.name,
    architecture,
    vocabSize: network.vocabSize,
    contextLength: network.contextLength,
    parameters: parameterCount(network),
    endOfTextId: config.eos_token_id,
    arrays,
    tokens
  }
})
