// Public TensorFlow checkpoints, with the names, the order of axes and the config that `transformers` has for them: Google's BERT,
// OpenAI's GPT-2, T5 of Mesh TensorFlow, encoders of TensorFlow Hub. Numbers are read by a restore node of TensorFlow's own,
// after every file was checked.
import { readdir, readFile, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { StorageFailed } from "@inkstone/artifact"
import {
  CheckpointInvalid,
  type CheckpointUnreadable,
  type NativeUnavailable,
  ObjectGraph,
  Restore,
  SavedModel,
  TensorBundle,
  TensorSlices
} from "@inkstone/tensorflow"
import { parameterCount } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import type { Architecture, NetworkFamily } from "./Family.ts"
import { io } from "./internal/Files.ts"
import { ModelUnusable, type Opening } from "./Model.ts"
import type { NamedArray, NamedArrays } from "./NamedArray.ts"
import * as BertLayout from "./tensorflow/BertLayout.ts"
import * as Gpt2Layout from "./tensorflow/Gpt2Layout.ts"
import { type Json, type Layout, placed, type Placed, shapeOf, type Shapes } from "./tensorflow/Layout.ts"
import * as T5Layout from "./tensorflow/T5Layout.ts"
import { zoo } from "./Zoo.ts"

export interface Checkpoint {
  /** which of the public layouts it is */
  readonly layout: string
  /** a `config.json` of `transformers` */
  readonly config: Json & { readonly model_type: string }
  /** as `transformers` names and stores them */
  readonly arrays: NamedArrays
  /** tensors that are no part of the model: optimizer slots, counters, heads of other tasks */
  readonly unused: ReadonlyArray<string>
}

const layouts: ReadonlyArray<Layout> = [Gpt2Layout.layout, T5Layout.layout, ...BertLayout.layouts]

const suffix = "/.ATTRIBUTES/VARIABLE_VALUE"

/** Where a checkpoint is: the prefix of its files, and the folders its settings may be in. */
interface Place {
  readonly prefix: string
  readonly folders: ReadonlyArray<string>
}

const StateFile = /^model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"/m

/** A folder's checkpoint: of a SavedModel, of the `checkpoint` file that savers keep, or the only one. */
const inFolder = Effect.fnUntraced(function* (
  folder: string
): Effect.fn.Return<Place, CheckpointInvalid | CheckpointUnreadable | StorageFailed> {
  const files = yield* io(folder, () => readdir(folder))
  if (files.includes("saved_model.pb")) {
    const { variables } = yield* SavedModel.read(folder)
    return { prefix: variables, folders: [folder, join(folder, "assets")] }
  }
  const found = files.filter((file) => file.endsWith(".index")).map((file) => file.slice(0, -".index".length))
  let [name] = found
  if (files.includes("checkpoint")) {
    const state = join(folder, "checkpoint")
    const text = yield* io(state, () => readFile(state, "utf8"))
    // often an absolute path of whoever saved it: only what lies in this folder is meant
    const latest = basename(StateFile.exec(text)?.[1] ?? "")
    name = found.includes(latest) ? latest : found.length === 1 ? found[0] : undefined
  } else if (found.length > 1) name = undefined
  if (name === undefined)
    return yield* new CheckpointInvalid({
      file: folder,
      field: "folder",
      problem: `has ${found.length === 0 ? "no checkpoint and no SavedModel" : `the checkpoints ${found.join(", ")}`}`,
      advice: "give the path of one checkpoint, without .index"
    })
  return { prefix: join(folder, name), folders: [folder] }
})

const placeOf = Effect.fnUntraced(function* (path: string) {
  const prefix = path.replace(/\.(index|data-\d{5}-of-\d{5})$/, "")
  const found = yield* Effect.promise(() => stat(path).catch(() => undefined))
  if (found?.isDirectory() === true) return yield* inFolder(path)
  return { prefix, folders: [dirname(prefix)] }
})

/** What is in it, by the names people know, whichever format it has. */
const tensorsOf = Effect.fnUntraced(function* ({ prefix }: Place) {
  const old = yield* Effect.promise(() => stat(prefix).catch(() => undefined))
  if (old?.isFile() === true) {
    const tensors = yield* TensorSlices.readIndex(prefix)
    return { tensors, names: new Map<string, string>() }
  }
  const tensors = yield* TensorBundle.readIndex(prefix)
  return { tensors, names: yield* ObjectGraph.names(tensors) }
})

const decodeJson = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
)

const mostSettingsBytes = 2 ** 20

const settingsOf = Effect.fnUntraced(function* ({ settings }: Layout, place: Place, shapes: Shapes) {
  if (settings === undefined) return {}
  for (const folder of place.folders) {
    const path = join(folder, settings.file)
    const found = yield* Effect.promise(() => stat(path).catch(() => undefined))
    if (found === undefined) continue
    if (found.size > mostSettingsBytes)
      return yield* new CheckpointInvalid({
        file: path,
        field: "file",
        problem: `has ${found.size} bytes`,
        advice: `put the ${settings.file} of the model there`
      })
    const text = yield* io(path, () => readFile(path, "utf8"))
    return yield* decodeJson(text).pipe(
      Effect.mapError(
        ({ message }) =>
          new CheckpointInvalid({
            file: path,
            field: "file",
            problem: message,
            advice: "put a JSON object there"
          })
      )
    )
  }
  if (!settings.needed(shapes)) return {}
  return yield* new CheckpointInvalid({
    file: place.prefix,
    field: settings.file,
    problem: "is not beside it, and no shape says how many heads there are",
    advice: `put ${settings.file} into ${place.folders.join(" or ")}`
  })
})

interface Found {
  readonly key: string
  readonly placed: Placed
  readonly stored: ReadonlyArray<number>
}

const shapesOf = (found: ReadonlyMap<string, Found>): Shapes => ({
  has: (name) => found.has(name),
  size: (name, axis) => {
    const tensor = found.get(name)
    return tensor === undefined ? 0 : (shapeOf(tensor.placed, tensor.stored)[axis] ?? 0)
  },
  stored: (name, axis) => found.get(name)?.stored[axis] ?? 0,
  count: (pattern) => new Set(Array.from(found.keys()).flatMap((name) => pattern.exec(name)?.[1] ?? [])).size
})

/**
 * Reads a checkpoint: the path of one (`bert_model.ckpt`, with or without `.index`), a folder with one in it, or a SavedModel.
 * The names are those of `transformers`; whether all of a model's are there is not looked at here.
 */
export const read = Effect.fn("TensorFlowCheckpoint.read")(function* (
  path: string
): Effect.fn.Return<
  Checkpoint,
  CheckpointInvalid | CheckpointUnreadable | NativeUnavailable | StorageFailed
> {
  const place = yield* placeOf(path)
  const { names, tensors } = yield* tensorsOf(place)
  const invalid = (field: string, problem: string, advice: string) =>
    new CheckpointInvalid({ file: place.prefix, field, problem, advice })
  /** What a tensor may be known by: its variable's name, or the path of objects that leads to it. */
  const knownAs = (key: string) => {
    const name = names.get(key)
    const own = key.endsWith(suffix) ? key.slice(0, -suffix.length) : key
    return name === undefined ? [own] : [name, own]
  }
  const all = new Set([...tensors.entries.keys()].flatMap(knownAs))
  const layout = layouts.find(({ sign }) => all.has(sign))
  if (layout === undefined) {
    const some = [...all].slice(0, 3).join(", ")
    const known = [...new Set(layouts.map(({ title }) => title))].join(", ")
    return yield* invalid("tensors", `of no layout that is known, such as ${some}`, `known are: ${known}`)
  }

  const found = new Map<string, Found>()
  const unused: Array<string> = []
  for (const { dtype, name: key, shape: stored } of tensors.entries.values()) {
    if (dtype === "string") continue // the object graph, which was read above
    const placed = knownAs(key).flatMap((name) => layout.place(name) ?? [])[0]
    if (placed === undefined) unused.push(key)
    else if (found.has(placed.name))
      return yield* invalid(key, `is a second ${placed.name}`, "save one model alone")
    else found.set(placed.name, { key, placed, stored })
  }
  const shapes = shapesOf(found)
  const config = layout.config(shapes, yield* settingsOf(layout, place, shapes))

  const arrays = new Map<string, NamedArray>()
  const wanted = [...found.values()]
  const stored = yield* Restore.read(
    tensors,
    wanted.map(({ key }) => key)
  )
  for (const [n, { placed: where }] of wanted.entries()) {
    const tensor = stored[n]
    if (tensor !== undefined) arrays.set(where.name, placed(where, tensor))
  }
  return { layout: layout.title, config, arrays, unused }
})

const networks: ReadonlyArray<NetworkFamily> = Object.values(zoo).filter((family) => family.kind !== "counts")

/** Reads a checkpoint as `read` does, ready to be opened: every parameter of its family is there, with the shape it must have. */
export const load = Effect.fn("TensorFlowCheckpoint.load")(function* (
  path: string
): Effect.fn.Return<
  Opening & { readonly family: string; readonly architecture: Architecture },
  ModelUnusable | CheckpointInvalid | CheckpointUnreadable | NativeUnavailable | StorageFailed
> {
  const { arrays: stored, config, layout } = yield* read(path)
  const family = networks.find(({ huggingFace }) => huggingFace.modelType === config.model_type)
  const unusable = (problem: string) =>
    new ModelUnusable({ family: config.model_type, problem: `${path} (${layout}): ${problem}` })
  if (family === undefined) return yield* unusable("no family reads it")
  const architecture = yield* family.huggingFace.read(config)
  const network = yield* family.network(architecture)
  const renamed = new Map(
    Array.from(stored.values()).flatMap((array): ReadonlyArray<readonly [string, NamedArray]> => {
      const name = family.huggingFace.rename(array.name)
      return name === undefined ? [] : [[name, { ...array, name }]]
    })
  )
  const arrays = new Map<string, NamedArray>()
  for (const { name, shape } of network.parameters) {
    const array = renamed.get(name)
    if (array === undefined) return yield* unusable(`it has nothing that becomes ${name}`)
    if (array.shape.join() !== shape.join())
      return yield* unusable(`${name} is [${array.shape.join(", ")}], not [${shape.join(", ")}]`)
    arrays.set(name, array)
  }
  const end = config["eos_token_id"]
  return {
    family: family.name,
    architecture,
    vocabSize: network.vocabSize,
    contextLength: network.contextLength,
    parameters: parameterCount(network),
    endOfTextId: typeof end === "number" ? end : -1,
    arrays
  }
})
