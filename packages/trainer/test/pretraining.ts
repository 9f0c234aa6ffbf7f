// A tiny pretraining against a store, run by tests here and in processes of their own: `node pretraining.ts <folder>
// <workspace>` prints each step and at the end the digests.
import type { ArtifactRef } from "@inkstone/artifact"
import { type Progress, StageRunner } from "@inkstone/stage"
import { Effect, References } from "effect"
import { pretrain } from "../src/stages/Pretrain.ts"
import { storeIn, tokens } from "./artifacts.ts"

export const tiny = {
  architecture: { layers: 2, heads: 2, channels: 32 },
  contextLength: 32,
  batchSize: 4,
  steps: 40,
  learningRate: 3e-3,
  evaluateEvery: 10,
  checkpointEvery: 10,
  precision: "float32",
  compile: false
} as const

const ref = ({ kind, digest }: Pick<ArtifactRef, "kind" | "digest">) => [
  { label: "tokens", ref: { kind, digest } }
]

interface More {
  readonly report?: (progress: Progress) => Effect.Effect<void>
  /** digest of weights to start from */
  readonly model?: string
}

/** Trains in a workspace; `config` changes the tiny one. */
export const train = (
  workspace: string,
  config: Readonly<Record<string, unknown>> = {},
  report: NonNullable<More["report"]> = () => Effect.void
) => trainAll(workspace, { ...tiny, ...config }, { report })

/** Trains in a workspace with a config of its own. */
export const trainAll = (
  workspace: string,
  config: Readonly<Record<string, unknown>>,
  { model, report = () => Effect.void }: More = {}
) =>
  Effect.gen(function* () {
    const [trained, validation] = [yield* tokens("train", 40), yield* tokens("validation", 6)]
    return yield* StageRunner.run({
      stage: pretrain,
      config,
      inputs: {
        train: ref(trained),
        validation: ref(validation),
        model: model === undefined ? [] : ref({ kind: "weights", digest: model }),
        tokenizer: []
      },
      seed: 7,
      files: [],
      workspace,
      report
    })
  }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

export const digests = (refs: Readonly<Record<string, ArtifactRef>>) => [
  refs["model"]?.digest,
  refs["trace"]?.digest
]

const print = ({ done }: Progress) => Effect.sync(() => process.stdout.write(`${done}\n`))

if (import.meta.main) {
  const [folder = "", workspace = ""] = process.argv.slice(2)
  const trained = train(workspace, {}, print).pipe(Effect.provide(storeIn(folder)))
  process.stdout.write(`${JSON.stringify(digests(await Effect.runPromise(trained)))}\n`)
}
