// A model for servers: a TensorFlow SavedModel that gives our logits, in the layout of TensorFlow Serving, with the descriptions
// that TensorFlow Serving and Alibaba PAI-EAS want.
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import type { StorageFailed } from "@inkstone/artifact"
import { SavedModel } from "@inkstone/graph"
import { type NativeUnavailable, Save } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { io } from "./internal/Files.ts"
import { ModelUnusable } from "./Model.ts"
import { parameterOf } from "./ModelSession.ts"
import type { NamedArrays } from "./NamedArray.ts"
import type { AnyNetwork } from "./Network.ts"
import * as ServiceFiles from "./tensorflow/ServiceFiles.ts"
import * as Signatures from "./tensorflow/Signatures.ts"
import * as Zoo from "./Zoo.ts"

export type { Eas, Processor } from "./tensorflow/ServiceFiles.ts"

/** What is asked for cannot be written there. */
export class ServingRefused extends Schema.TaggedError<ServingRefused>()("ServingRefused", {
  folder: Schema.String,
  problem: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.folder}: ${this.problem}; ${this.advice}`
  }
}

/** What is served: a family of networks, its architecture and its arrays. */
export interface Model {
  readonly family: string
  readonly architecture: unknown
  readonly arrays: NamedArrays
}

export interface Options extends Model {
  /** by which servers and clients know it: letters, digits, `_`, `-` and `.` */
  readonly name: string
  /** a whole number above those that are there; servers take the highest. 1 if left out */
  readonly version?: number
  /** dtype in which clients send ids and masks; int64 if left out, as Python makes them */
  readonly ids?: "int32" | "int64"
  /** also writes the service description of Alibaba PAI-EAS */
  readonly eas?: ServiceFiles.Eas
}

const networkOf = Effect.fnUntraced(function* ({
  architecture,
  family: name
}: Model): Effect.fn.Return<AnyNetwork, ModelUnusable> {
  const family = Zoo.find(name)
  if (family !== undefined && family.kind !== "counts") return yield* family.network(architecture)
  return yield* new ModelUnusable({
    family: name,
    problem: "is no family of networks: only these are served"
  })
})

/**
 * Writes a SavedModel: `saved_model.pb` and `variables/`, into a folder that is made if it is not there. Tag `serve`; signature
 * `serving_default` of input_ids (and attention_mask, token_type_ids, decoder_input_ids where the network takes them), all [B, T],
 * to logits; a causal network has `masked` beside, with attention_mask. Gives the names of the inputs of each signature.
 */
export const savedModel = Effect.fn("Serving.savedModel")(function* (
  folder: string,
  model: Model & Pick<Options, "ids">
): Effect.fn.Return<
  ServiceFiles.Described["inputs"],
  ModelUnusable | StorageFailed | NativeUnavailable | Save.SaveFailed
> {
  const network = yield* networkOf(model)
  const { bytes, inputs, variables } = SavedModel.write(Signatures.of(network), { ids: model.ids ?? "int64" })
  const wanted = new Set(variables.map(({ name }) => name))
  const tensors: Array<Save.Saved> = []
  for (const parameter of network.parameters.filter(({ name }) => wanted.has(name))) {
    const values = parameterOf(model.arrays, parameter)
    if (typeof values === "string") return yield* new ModelUnusable({ family: model.family, problem: values })
    tensors.push({ name: parameter.name, shape: parameter.shape, values })
  }
  yield* Save.write(join(folder, "variables", "variables"), tensors)
  const file = join(folder, "saved_model.pb")
  yield* io(file, () => writeFile(file, bytes))
  return inputs
})

const there = (path: string) =>
  Effect.promise(() =>
    stat(path).then(
      () => true,
      () => false
    )
  )

/** Models that are in the folder already: those with a version. */
const modelsIn = (folder: string) =>
  io(folder, async () => {
    const names: Array<string> = []
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const versions = entry.isDirectory() ? await readdir(join(folder, entry.name)) : []
      if (versions.some((version) => /^\d+$/.test(version))) names.push(entry.name)
    }
    return names
  })

const parameterBytes = ({ parameters }: AnyNetwork) =>
  parameters.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)

/**
 * Writes `<folder>/<name>/<version>/`, a SavedModel; beside the versions `README.md` with the commands and, if asked for,
 * `service.json` for PAI-EAS; and `<folder>/models.config` for TensorFlow Serving, with the models that are there already. All is
 * written elsewhere first: a new folder appears whole; in one that is there, the version appears whole, and a server that watches
 * it never sees half of it.
 */
export const write = Effect.fn("Serving.write")(function* (
  folder: string,
  { eas, ids = "int64", name, version = 1, ...model }: Options
): Effect.fn.Return<
  { readonly savedModel: string },
  ModelUnusable | ServingRefused | StorageFailed | NativeUnavailable | Save.SaveFailed
> {
  const refused = (problem: string, advice: string) => new ServingRefused({ folder, problem, advice })
  if (!/^[\w-][\w.-]*$/.test(name))
    return yield* refused(`the name ${JSON.stringify(name)}`, "take letters, digits, _, - and .")
  if (!Number.isSafeInteger(version) || version < 1)
    return yield* refused(`the version ${version}`, "versions are whole numbers from 1")
  const place = join(folder, name, String(version))
  if (yield* there(place))
    return yield* refused(`has version ${version} of ${name}`, "write the next version")

  const network = yield* networkOf(model)
  const home = dirname(resolve(folder))
  yield* io(home, () => mkdir(home, { recursive: true }))
  // on the same disk as the folder, so that it can be renamed
  const temporary = Effect.acquireRelease(
    io(home, () => mkdtemp(join(home, `.${basename(resolve(folder))}.partial-`))),
    (staging) => Effect.promise(() => rm(staging, { recursive: true, force: true }))
  )
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const staging = join(yield* temporary, "whole")
      const inputs = yield* savedModel(join(staging, name, String(version)), { ...model, ids })
      const known = (yield* there(folder)) ? yield* modelsIn(folder) : []
      const described = { name, version, inputs, bytes: parameterBytes(network) }
      const files = new Map([
        ["models.config", ServiceFiles.modelsConfig([...new Set([...known, name])].toSorted())],
        [join(name, "README.md"), ServiceFiles.readme(described, eas)],
        ...(eas === undefined
          ? []
          : [[join(name, "service.json"), ServiceFiles.serviceJson(eas, described)] as const])
      ])
      yield* io(staging, async () => {
        for (const [file, text] of files) await writeFile(join(staging, file), text)
      })
      yield* io(folder, async () => {
        const fresh = await stat(folder).then(
          () => false,
          () => true
        )
        if (fresh) return rename(staging, folder)
        await mkdir(join(folder, name), { recursive: true })
        await rename(join(staging, name, String(version)), place)
        for (const file of files.keys()) await rename(join(staging, file), join(folder, file))
      })
      return { savedModel: place }
    })
  )
})
