// A folder that `transformers` loads, written from a model of the zoo; and such a folder read as one.
import type { StorageFailed } from "@inkstone/artifact"
import { parameterCount } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Architecture, NetworkFamily } from "./Family.ts"
import { CheckpointUnusable } from "./huggingface/CheckpointUnusable.ts"
import * as Companions from "./huggingface/Companions.ts"
import * as Domains from "./huggingface/Domains.ts"
import { fit, settle } from "./huggingface/Fit.ts"
import * as Folder from "./huggingface/Folder.ts"
import { type ShardOptions, writeJson, writeWeights } from "./huggingface/Shards.ts"
import { io } from "./internal/Files.ts"
import { ModelUnusable, type Opening } from "./Model.ts"
import type { NamedArray } from "./NamedArray.ts"
import type { SafetensorsInvalid } from "./Safetensors.ts"
import type { TorchInvalid } from "./Torch.ts"
import { zoo } from "./Zoo.ts"

export { CheckpointUnusable } from "./huggingface/CheckpointUnusable.ts"
export { type Companions, read as companions } from "./huggingface/Companions.ts"

/** What a checkpoint is made of. */
export interface Checkpoint extends Pick<Opening, "arrays" | "endOfTextId"> {
  readonly family: string
  readonly architecture: unknown
  /** files of a tokenizer and of settings for generation, by name */
  readonly companions?: Companions.Companions
}

const unusable = (family: string, problem: string) => new ModelUnusable({ family, problem })

const networks: ReadonlyArray<NetworkFamily> = Object.values(zoo).filter((family) => family.kind !== "counts")
const ofType = (modelType: string) =>
  networks.filter(({ huggingFace }) => huggingFace.modelType === modelType)

/** What `config.json` says to us alone, under the key `inkstone`; `transformers` keeps it and looks away. */
const Ours = Schema.Struct({ family: Schema.optionalKey(Schema.String), ...Domains.Wanted.fields })

/** What ends a text, for those who write. */
const ends = ({ kind }: NetworkFamily, id: number) => {
  const end = id < 0 ? null : id
  switch (kind) {
    case "causal":
      return { bos_token_id: end, eos_token_id: end }
    case "encoder-decoder":
      return { eos_token_id: end }
    case "encoder":
      return end === null ? {} : { eos_token_id: end }
  }
}

/**
 * Writes a folder, which is made if it is not there: `config.json`, `model.safetensors` (or several of `maxShardBytes` with their
 * index, as `transformers` has them), and the companions. The class that `architectures` names finds every parameter and no
 * other. Numbers are rounded to `dtype` as they are written.
 */
export const save = Effect.fn("HuggingFace.save")(function* (
  folder: string,
  { architecture, arrays, companions = new Map(), endOfTextId, family: name }: Checkpoint,
  { dtype = "float32", maxShardBytes = 5e9 }: Partial<ShardOptions> = {}
): Effect.fn.Return<void, ModelUnusable | StorageFailed> {
  const family = networks.find((family) => family.name === name)
  if (family === undefined) return yield* unusable(name, "transformers has no model of this kind")
  const network = yield* family.network(architecture)
  const config = yield* family.huggingFace.write(architecture)
  const domain = yield* Domains.wanted(architecture).pipe(
    Effect.mapError(({ message }) => unusable(name, message))
  )
  const kept: Array<NamedArray> = []
  for (const parameter of network.parameters) {
    const array = arrays.get(parameter.name)
    if (array === undefined) return yield* unusable(name, `has no array ${parameter.name}`)
    kept.push(array)
  }
  const path = join(folder, "config.json")
  yield* io(folder, () => mkdir(folder, { recursive: true }))
  // first away and last there, so that a folder with a config is a whole one
  yield* io(path, () => rm(path, { force: true }))
  yield* writeWeights(
    folder,
    kept.filter((array) => !Domains.isOwn(array)),
    { dtype, maxShardBytes }
  )
  yield* Domains.write(folder, kept.filter(Domains.isOwn), dtype)
  yield* Companions.write(folder, { companions, contextLength: network.contextLength })
  const inkstone = { ...markOf(family), ...domain }
  yield* writeJson(path, {
    tie_word_embeddings: true,
    ...config,
    ...ends(family, endOfTextId),
    ...(Object.keys(inkstone).length === 0 ? {} : { inkstone }),
    dtype
  })
})

/** Of two families of one model_type the first one needs no mark. */
const markOf = (family: NetworkFamily) => {
  const [first] = ofType(family.huggingFace.modelType)
  return first === family ? {} : { family: family.name }
}

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const decodeJson = Schema.decodeUnknownEffect(Json)
const Known = Schema.Struct({
  model_type: Schema.String,
  eos_token_id: Schema.optionalKey(
    Schema.NullOr(Schema.Union([Schema.Int, Schema.NonEmptyArray(Schema.Int)]))
  ),
  inkstone: Schema.optionalKey(Ours)
})
const decodeKnown = Schema.decodeUnknownEffect(Known)

/** Every layer has arrays: a config that asks for more layers than there are arrays is refused before they are thought up. */
const tooDeep = (architecture: Architecture, arrays: number): string | undefined =>
  Object.entries(architecture).flatMap(([field, value]) =>
    /layers$/i.test(field) && typeof value === "number" && value > arrays ? [`${field} ${value}`] : []
  )[0]

/** What a folder holds, ready to be opened. `endOfTextId` is -1 where no token ends a text. */
export const load = Effect.fn("HuggingFace.load")(function* (
  folder: string
): Effect.fn.Return<
  Opening & { readonly family: string; readonly architecture: Architecture },
  ModelUnusable | CheckpointUnusable | SafetensorsInvalid | TorchInvalid | StorageFailed
> {
  const path = join(folder, "config.json")
  const wrong = Effect.mapError(({ message }: Schema.SchemaError) =>
    unusable("checkpoint", `${path}: ${message}`)
  )
  const config = yield* Effect.flatMap(Folder.readText(path), (text) => decodeJson(text).pipe(wrong))
  const { eos_token_id: end, inkstone, model_type } = yield* decodeKnown(config).pipe(wrong)
  const families = ofType(model_type)
  const family = families.find(({ name }) => name === inkstone?.family) ?? families[0]
  if (family === undefined) {
    const names = new Set(networks.map(({ huggingFace }) => huggingFace.modelType))
    return yield* unusable(
      model_type,
      `${path}: no family of this model_type; there are ${[...names].join(", ")}`
    )
  }
  yield* family.huggingFace.read(config) // what is wrong with it is said first
  const found = yield* Folder.find(folder)
  const weights = inkstone?.domain === undefined ? found : yield* Domains.beside(folder, found)
  const names = new Set(weights.listed.map(({ name }) => name))
  const domain = inkstone?.domain === undefined ? {} : { domain: inkstone.domain }
  const architecture = { ...(yield* family.huggingFace.read(config, names)), ...domain }
  const deep = tooDeep(architecture, weights.listed.length)
  if (deep !== undefined)
    return yield* new CheckpointUnusable({
      path,
      problem: `asks for ${deep}, and there are ${weights.listed.length} arrays`,
      names: [],
      advice: "are config.json and weights of the same model?"
    })
  const network = yield* family.network(architecture)
  const fitting = yield* fit(network, family.huggingFace, weights)
  if (fitting.unused.length > 0)
    yield* Effect.logInfo(
      `${weights.path}: ${fitting.unused.length} arrays belong to another head: ${fitting.unused.join(", ")}`
    )
  const arrays = yield* weights.read((name) => fitting.parameters.has(name) || fitting.repeated.has(name))
  return {
    family: family.name,
    architecture,
    vocabSize: network.vocabSize,
    contextLength: network.contextLength,
    parameters: parameterCount(network),
    endOfTextId: typeof end === "number" ? end : (end?.[0] ?? -1),
    arrays: yield* settle(arrays, fitting, weights.path)
  }
})
