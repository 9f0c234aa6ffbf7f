// A model read from wherever it is and written somewhere else, whole or not at all.
import { StoreLocal } from "@inkstone/artifact"
import { Fairseq, HuggingFace, NamedArray, Serving, TensorFlowCheckpoint } from "@inkstone/model-zoo"
import { Effect, Logger } from "effect"
import { existsSync, readdirSync, statSync } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { basename, dirname, extname, join, resolve } from "node:path"
import { failed } from "./Failure.ts"
import * as Models from "./Models.ts"
import * as Terminal from "./Terminal.ts"

export interface ConversionOptions {
  readonly from: string
  readonly to: string
  readonly format: "huggingface" | "tensorflow"
  readonly dtype: "float32" | "bfloat16" | "float16"
  readonly pipeline: string | undefined
  /** folder of the store */
  readonly store: string
  readonly json: boolean
}

const ofRun = Effect.fnUntraced(function* ({ from, pipeline, store }: ConversionOptions) {
  const { tokenizer, weights } = yield* Models.find({ root: store, name: from, pipeline })
  const { architecture, endOfTextId, family, parameters } = weights.attributes
  const arrays = yield* NamedArray.read(weights)
  const { content, name } = yield* tokenizer.read("files")
  const files = name.map((file, i) => [file, new TextEncoder().encode(content[i] ?? "")] as const)
  return { family, architecture, endOfTextId, parameters, arrays, companions: new Map(files) }
})

const ofFolder = Effect.fnUntraced(function* (folder: string) {
  const companions = yield* HuggingFace.companions(folder)
  return { ...(yield* HuggingFace.load(folder)), companions }
})

/** What a path is, by the files that are there. */
const kindOf = (path: string): "huggingface" | "fairseq" | "tensorflow" | undefined => {
  if (existsSync(`${path}.index`) || path.endsWith(".index")) return "tensorflow"
  if (!existsSync(path)) return undefined
  if (statSync(path).isDirectory()) {
    const files = readdirSync(path)
    if (files.includes("config.json")) return "huggingface"
    if (files.includes("model.pt")) return "fairseq"
    if (files.some((file) => file === "saved_model.pb" || file === "checkpoint" || file.endsWith(".index")))
      return "tensorflow"
    return undefined
  }
  if (existsSync(join(dirname(path), "config.json"))) return "huggingface"
  return [".pt", ".pth", ".bin"].includes(extname(path)) ? "fairseq" : undefined
}

const looksLikePath = (from: string) => /[/\\]|^\.|\.(pt|pth|bin|ckpt|safetensors|index)$/.test(from)

const read = (options: ConversionOptions) => {
  const { from } = options
  const path = resolve(from)
  switch (kindOf(path)) {
    case "huggingface":
      return ofFolder(statSync(path).isDirectory() ? path : dirname(path))
    case "fairseq":
      return Fairseq.load(path)
    case "tensorflow":
      return TensorFlowCheckpoint.load(path.replace(/\.index$/, ""))
    case undefined:
      return existsSync(path)
        ? failed(
            "data",
            `${from} is no model: there should be config.json with weights, model.pt, or a TensorFlow checkpoint`
          )
        : looksLikePath(from)
          ? failed("usage", `${from} is not there`)
          : ofRun(options)
  }
}

const disk = (path: string, act: () => Promise<unknown>) =>
  Effect.tryPromise({
    try: act,
    catch: (cause) => failed("resource", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`)
  })

export const convert = Effect.fn("convert")(
  function* (options: ConversionOptions) {
    const { dtype, format, from, json } = options
    const to = resolve(options.to)
    if (existsSync(to)) return yield* failed("usage", `${options.to} is there already: name a new folder`)
    if (format === "tensorflow" && dtype !== "float32")
      return yield* failed("usage", `a SavedModel is written in float32: leave out --dtype ${dtype}`)
    const model = yield* read(options)
    const partial = `${to}.${process.pid}.partial`
    yield* disk(dirname(to), () => mkdir(dirname(to), { recursive: true }))
    const write =
      format === "huggingface"
        ? HuggingFace.save(partial, model, { dtype })
        : Serving.write(partial, {
            family: model.family,
            architecture: model.architecture,
            arrays: model.arrays,
            name: basename(to)
          })
    yield* write.pipe(
      Effect.andThen(disk(to, () => rename(partial, to))),
      Effect.onExit(() => Effect.promise(() => rm(partial, { recursive: true, force: true })))
    )
    const { family, parameters } = model
    Terminal.out.write(
      json
        ? `${JSON.stringify({ type: "converted", from, to, format, family, parameters, dtype })}\n`
        : `${family}, ${parameters.toLocaleString("en-US")} parameters, ${dtype}: written to ${options.to} for ${format}\n`
    )
  },
  Effect.scoped,
  Effect.catchTag(
    [
      "ModelUnusable",
      "CheckpointUnusable",
      "SafetensorsInvalid",
      "TorchInvalid",
      "CheckpointInvalid",
      "CheckpointUnreadable"
    ],
    (error) => failed("data", error.message)
  ),
  Effect.catchTag("ServingRefused", (error) => failed("usage", error.message)),
  Effect.catchTag(["NativeUnavailable", "SaveFailed"], (error) => failed("resource", error.message)),
  (effect, { json, store }) =>
    effect.pipe(
      Effect.provide(StoreLocal.layer(store)),
      json ? Effect.provide(Logger.layer([])) : (shown) => shown
    )
)
