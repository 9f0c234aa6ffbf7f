// Weights that others trained, from the files of a checkpoint: what a fine-tuning starts from.
import { Tokenizer, Weights } from "@inkstone/artifact"
import { Fairseq, HuggingFace, NamedArray, type Opening, TensorFlowCheckpoint } from "@inkstone/model-zoo"
import { type SourceFile, Stage, StageFailure } from "@inkstone/stage"
import { Native } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { copyFile, link, mkdir, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import * as GraphLearner from "./GraphLearner.ts"

const Config = Schema.Struct({
  files: Schema.NonEmptyArray(Schema.String).annotate({
    description:
      "files of a checkpoint: config.json with safetensors or bin (Hugging Face), model.pt with dict.txt (fairseq), or *.index with *.data-* (TensorFlow)"
  })
})

/**
 * Stage `@inkstone/trainer#import`: the files of a checkpoint and its tokenizer to weights. What the checkpoint has no head for
 * starts fresh in the training that is given these weights.
 */
export const importWeights = Stage.define({
  name: "@inkstone/trainer#import",
  version: 1,
  description:
    "Reads weights that others trained: folders of Hugging Face, checkpoints of fairseq and TensorFlow",
  config: Config,
  inputs: {
    /** the one it was trained with */
    tokenizer: Stage.one(Tokenizer)
  },
  outputs: { model: Weights },
  files: ({ files }) => files,
  resources: () => ({ cpus: 1, memoryBytes: 4 * 2 ** 30 }),
  // TensorFlow's checkpoints are read by its own restore operation
  prepare: (report) => Effect.asVoid(Effect.mapError(Native.install(report), GraphLearner.toStageFailure)),
  run: Effect.fn("trainer.import")(
    function* (_config, { tokenizer }, { files, outputs, report, workspace }) {
      yield* report({ done: 0, unit: "parameters", note: "reading" })
      const folder = join(workspace, "checkpoint")
      const found = yield* Effect.acquireUseRelease(
        gathered(files, folder),
        () => read(files, folder),
        () => Effect.promise(() => rm(folder, { recursive: true, force: true }))
      )
      const { architecture, arrays, contextLength, family, parameters, vocabSize } = found
      const { endOfTextId, vocabSize: known } = tokenizer.attributes
      if (known > vocabSize)
        return yield* unusable(
          `the checkpoint knows ${vocabSize} tokens, the tokenizer has ${known}`,
          "Wire the tokenizer that the checkpoint was trained with"
        )
      yield* NamedArray.append(outputs.model, arrays.values())
      yield* outputs.model.describe({
        family,
        preset: "imported",
        architecture,
        parameters,
        vocabSize,
        contextLength,
        endOfTextId,
        tokenizer: tokenizer.digest,
        trainedOn: "",
        trainTokens: 0,
        trainBytes: 0,
        training: {}
      })
      yield* report({ done: parameters, total: parameters, unit: "parameters" })
    },
    Effect.scoped,
    Effect.mapError((error) => StageFailure.of(error))
  )
})

const unusable = (problem: string, advice: string) =>
  new StageFailure({ category: "data", fact: "CheckpointUnusable", problem, advice })

const failed = (problem: string) => unusable(problem, "Name the files of one whole checkpoint")

/** The files together in a folder, so that nothing is read beside them: what is in the key is all that counts. */
const gathered = (files: ReadonlyArray<SourceFile>, folder: string) =>
  Effect.tryPromise({
    try: async () => {
      await rm(folder, { recursive: true, force: true })
      for (const { name, path } of files) {
        const target = join(folder, name)
        await mkdir(dirname(target), { recursive: true })
        // no copy where that can be
        await link(path, target).catch(() => copyFile(path, target))
      }
    },
    catch: (cause) => failed(cause instanceof Error ? cause.message : String(cause))
  })

type Found = Opening & {
  readonly family: string
  readonly architecture: Readonly<Record<string, Schema.Json>>
}

const read = (files: ReadonlyArray<SourceFile>, folder: string): Effect.Effect<Found, StageFailure> => {
  const names = files.map(({ name }) => name)
  const first = (suffix: string) => names.find((name) => name === suffix || name.endsWith(suffix))
  const [config, torch, index] = [first("config.json"), first("model.pt"), first(".index")]
  const told = Effect.mapError(({ message }: { readonly message: string }) => failed(message))
  if (names.includes("config.json")) return HuggingFace.load(folder).pipe(told)
  if (torch !== undefined) return Fairseq.load(join(folder, torch)).pipe(told)
  if (index !== undefined)
    return TensorFlowCheckpoint.load(join(folder, index.slice(0, -".index".length))).pipe(told)
  const listed = names.slice(0, 10).join(", ")
  return Effect.fail(
    failed(
      config === undefined
        ? `among ${listed} there is no config.json with weights, no model.pt and no *.index`
        : `${config} is not beside the other files: begin the pattern in its folder`
    )
  )
}
