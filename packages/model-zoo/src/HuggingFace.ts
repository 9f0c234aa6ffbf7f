// A folder that `transformers` loads, written from a model of the zoo; and such a folder read as one.
import type { StorageFailed } from "@inkstone/artifact"
import { parameterCount } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ModelUnusable, type Opening } from "./Family.ts"
import * as Gpt2 from "./Gpt2.ts"
import { io } from "./internal/Files.ts"
import type { NamedArray, NamedArrays } from "./NamedArray.ts"
import * as Safetensors from "./Safetensors.ts"

/** What a checkpoint is made of; `tokenizer` is the text of a `tokenizer.json`. */
export interface Checkpoint extends Pick<Opening, "arrays" | "endOfTextId"> {
  readonly family: string
  readonly architecture: unknown
  readonly tokenizer?: string
}

const unusable = (family: string, problem: string) => new ModelUnusable({ family, problem })

const writeJson = (path: string, value: unknown) =>
  io(path, async () => {
    const partial = `${path}.${process.pid}.partial`
    await writeFile(partial, typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`)
    await rename(partial, path)
  })

/**
 * Writes `config.json`, `model.safetensors` and, if the tokenizer is given, `tokenizer.json` into the folder, which is made if
 * it is not there. `transformers.AutoModelForCausalLM.from_pretrained(folder)` finds every parameter and no other.
 */
export const save = Effect.fn("HuggingFace.save")(function* (
  folder: string,
  { arrays, architecture, endOfTextId, family, tokenizer }: Checkpoint
): Effect.fn.Return<void, ModelUnusable | StorageFailed> {
  if (family !== "gpt2")
    return yield* unusable(family, "transformers has no model of this kind; only gpt2 is saved")
  const config = yield* Schema.decodeUnknownEffect(Gpt2.Config)(architecture).pipe(
    Effect.mapError(({ message }) => unusable(family, `architecture: ${message}`))
  )
  const kept: Array<NamedArray> = []
  for (const { name } of Gpt2.build(config).parameters) {
    const array = arrays.get(name)
    if (array === undefined) return yield* unusable(family, `has no array ${name}`)
    kept.push(array)
  }
  yield* io(folder, () => mkdir(folder, { recursive: true }))
  yield* Safetensors.write(join(folder, "model.safetensors"), { arrays: kept, metadata: { format: "pt" } })
  if (tokenizer !== undefined) {
    yield* writeJson(join(folder, "tokenizer.json"), tokenizer)
    yield* writeJson(join(folder, "tokenizer_config.json"), {
      tokenizer_class: "PreTrainedTokenizerFast",
      model_max_length: config.contextLength
    })
  }
  // Last, so that a folder with a config is a whole one.
  yield* writeJson(join(folder, "config.json"), {
    architectures: ["GPT2LMHeadModel"],
    ...Gpt2.toHuggingFace(config),
    bos_token_id: endOfTextId,
    eos_token_id: endOfTextId,
    tie_word_embeddings: true,
    dtype: "float32"
  })
})

const EndOfText = Schema.Struct({
  eos_token_id: Schema.optionalKey(
    Schema.NullOr(Schema.Union([Schema.Int, Schema.NonEmptyArray(Schema.Int)]))
  )
})
const decodeConfig = Schema.decodeUnknownEffect(Schema.fromJsonString(Gpt2.HuggingFaceConfig))
const decodeEndOfText = Schema.decodeUnknownEffect(Schema.fromJsonString(EndOfText))

/** Names as `GPT2LMHeadModel` has them; checkpoints of the bare `GPT2Model`, OpenAI's own too, leave the prefix out. */
const prefixed = (arrays: NamedArrays): NamedArrays =>
  new Map(
    Array.from(arrays.values(), (array) => {
      const name = /^(wte|wpe|h|ln_f)\./.test(array.name) ? `transformer.${array.name}` : array.name
      return [name, { ...array, name }]
    })
  )

/** Reads a folder that `transformers` wrote, ready for `zoo.gpt2.open`. */
export const load = Effect.fn("HuggingFace.load")(function* (
  folder: string
): Effect.fn.Return<
  Opening & { readonly family: "gpt2"; readonly architecture: Gpt2.Config },
  ModelUnusable | Safetensors.SafetensorsInvalid | StorageFailed
> {
  const path = join(folder, "config.json")
  const text = yield* io(path, () => readFile(path, "utf8"))
  const wrong = Effect.mapError(({ message }: Schema.SchemaError) => unusable("gpt2", `${path}: ${message}`))
  const architecture = Gpt2.fromHuggingFace(yield* decodeConfig(text).pipe(wrong))
  const { eos_token_id: end = null } = yield* decodeEndOfText(text).pipe(wrong)
  const { arrays } = yield* Safetensors.read(join(folder, "model.safetensors"))
  return {
    family: "gpt2",
    architecture,
    vocabSize: architecture.vocabSize,
    contextLength: architecture.contextLength,
    parameters: parameterCount(Gpt2.build(architecture)),
    endOfTextId: typeof end === "number" ? end : (end?.[0] ?? architecture.vocabSize - 1),
    arrays: prefixed(arrays)
  }
})
