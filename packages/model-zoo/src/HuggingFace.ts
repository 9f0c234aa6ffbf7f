// A folder that `transformers` loads, written from a model of the zoo; and such a folder read as one.
import type { StorageFailed } from "@inkstone/artifact"
import { parameterCount } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Architecture, NetworkFamily } from "./Family.ts"
import { io } from "./internal/Files.ts"
import { ModelUnusable, type Opening } from "./Model.ts"
import type { NamedArray, NamedArrays } from "./NamedArray.ts"
import * as Safetensors from "./Safetensors.ts"
import { zoo } from "./Zoo.ts"

/** What a checkpoint is made of; `tokenizer` is the text of a `tokenizer.json`. */
export interface Checkpoint extends Pick<Opening, "arrays" | "endOfTextId"> {
  readonly family: string
  readonly architecture: unknown
  readonly tokenizer?: string
}

const unusable = (family: string, problem: string) => new ModelUnusable({ family, problem })

const networks: ReadonlyArray<NetworkFamily> = Object.values(zoo).filter((family) => family.kind !== "counts")

const writeJson = (path: string, value: unknown) =>
  io(path, async () => {
    const partial = `${path}.${process.pid}.partial`
    await writeFile(partial, typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`)
    await rename(partial, path)
  })

/**
 * Writes `config.json`, `model.safetensors` and, if the tokenizer is given, `tokenizer.json` into the folder, which is made if
 * it is not there. The class that `architectures` names finds every parameter and no other.
 */
export const save = Effect.fn("HuggingFace.save")(function* (
  folder: string,
  { arrays, architecture, endOfTextId, family: name, tokenizer }: Checkpoint
): Effect.fn.Return<void, ModelUnusable | StorageFailed> {
  const family = networks.find((family) => family.name === name)
  if (family === undefined) return yield* unusable(name, "transformers has no model of this kind")
  const network = yield* family.network(architecture)
  const config = yield* family.huggingFace.write(architecture)
  const kept: Array<NamedArray> = []
  for (const parameter of network.parameters) {
    const array = arrays.get(parameter.name)
    if (array === undefined) return yield* unusable(name, `has no array ${parameter.name}`)
    kept.push(array)
  }
  yield* io(folder, () => mkdir(folder, { recursive: true }))
  yield* Safetensors.write(join(folder, "model.safetensors"), { arrays: kept, metadata: { format: "pt" } })
  if (tokenizer !== undefined) {
    yield* writeJson(join(folder, "tokenizer.json"), tokenizer)
    yield* writeJson(join(folder, "tokenizer_config.json"), {
      tokenizer_class: "PreTrainedTokenizerFast",
      model_max_length: network.contextLength
    })
  }
  // Last, so that a folder with a config is a whole one.
  yield* writeJson(join(folder, "config.json"), {
    ...config,
    bos_token_id: endOfTextId,
    eos_token_id: endOfTextId,
    tie_word_embeddings: true,
    dtype: "float32"
  })
})

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const decodeJson = Schema.decodeUnknownEffect(Json)
const Known = Schema.Struct({
  model_type: Schema.String,
  eos_token_id: Schema.optionalKey(
    Schema.NullOr(Schema.Union([Schema.Int, Schema.NonEmptyArray(Schema.Int)]))
  )
})
const decodeKnown = Schema.decodeUnknownEffect(Known)

const renamed = (arrays: NamedArrays, { huggingFace }: NetworkFamily): NamedArrays =>
  new Map(
    Array.from(arrays.values()).flatMap((array): ReadonlyArray<readonly [string, NamedArray]> => {
      const name = huggingFace.rename(array.name)
      return name === undefined ? [] : [[name, { ...array, name }]]
    })
  )

/** Reads a folder that `transformers` wrote, ready to be opened. */
export const load = Effect.fn("HuggingFace.load")(function* (
  folder: string
): Effect.fn.Return<
  Opening & { readonly family: string; readonly architecture: Architecture },
  ModelUnusable | Safetensors.SafetensorsInvalid | StorageFailed
> {
  const path = join(folder, "config.json")
  const text = yield* io(path, () => readFile(path, "utf8"))
  const wrong = Effect.mapError(({ message }: Schema.SchemaError) =>
    unusable("checkpoint", `${path}: ${message}`)
  )
  const config = yield* decodeJson(text).pipe(wrong)
  const { eos_token_id: end = null, model_type } = yield* decodeKnown(config).pipe(wrong)
  const family = networks.find(({ huggingFace }) => huggingFace.modelType === model_type)
  if (family === undefined) {
    const names = networks.map(({ huggingFace }) => huggingFace.modelType).join(", ")
    return yield* unusable(model_type, `${path}: no family of this model_type; there are ${names}`)
  }
  const architecture = yield* family.huggingFace.read(config)
  const network = yield* family.network(architecture)
  const { arrays } = yield* Safetensors.read(join(folder, "model.safetensors"))
  return {
    family: family.name,
    architecture,
    vocabSize: network.vocabSize,
    contextLength: network.contextLength,
    parameters: parameterCount(network),
    endOfTextId: typeof end === "number" ? end : (end?.[0] ?? network.vocabSize - 1),
    arrays: renamed(arrays, family)
  }
})
