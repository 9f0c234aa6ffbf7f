// Trains a network on the tokens of one split, watches it on another, and hands over the best weights with their history.
import { canonicalJson, Tokens, Trace, Weights } from "@inkstone/artifact"
import { parameterCount, type Precision, TrainingProgram } from "@inkstone/graph"
import { causal, type CausalNetwork, type ModelUnusable, NamedArray } from "@inkstone/model-zoo"
import { Seed, Stage, StageFailure } from "@inkstone/stage"
import { CpuFeatures, Device, Native } from "@inkstone/tensorflow"
import { Clock, Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import * as path from "node:path"
import * as Batches from "./Batches.ts"
import * as Corpus from "./Corpus.ts"
import * as GraphLearner from "./GraphLearner.ts"
import * as Loop from "./Loop.ts"
import { architectureOf, familyOf, isPreset, PretrainConfig, resourcesOf } from "./PretrainConfig.ts"
import { optimizerOf } from "./OptimizerConfig.ts"
import { scheduleOf } from "./ScheduleConfig.ts"
import * as TraceTables from "./TraceTables.ts"

const encodeConfig = Schema.encodeSync(PretrainConfig)

/** What `auto` means on this machine: bfloat16 only where a processor or a graphics card multiplies it natively. */
const resolve = Effect.fnUntraced(function* (precision: PretrainConfig["precision"]) {
  if (precision !== "auto") return precision
  const devices = yield* Effect.mapError(Device.list, GraphLearner.toStageFailure)
  const native = CpuFeatures.nativeBfloat16(CpuFeatures.read()) || devices.some(({ kind }) => kind === "gpu")
  return native ? "bfloat16" : "float32"
})

/** Stage `@inkstone/trainer#pretrain`: tokens in, a trained network and its trace out. */
export const pretrain = Stage.define({
  name: "@inkstone/trainer#pretrain",
  version: 1,
  description: "Trains a network that writes on, from the first weights, with early stopping and checkpoints",
  config: PretrainConfig,
  inputs: { train: Stage.one(Tokens), validation: Stage.one(Tokens) },
  outputs: { model: Weights, trace: Trace },
  resources: resourcesOf,
  prepare: (report) => Effect.asVoid(Effect.mapError(Native.install(report), GraphLearner.toStageFailure)),
  run: Effect.fn("trainer.pretrain")(
    function* (config, { train, validation }, run) {
      const start = yield* Clock.monotonicTimeNanos
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const architecture = architectureOf(config, vocabSize)
      const model = yield* Effect.mapError(familyOf(config.family).network(architecture), unusable)
      const { contextLength } = model
      const corpus = yield* Corpus.read(train, validation, contextLength)
      const precision = yield* resolve(config.precision)
      const schedule = scheduleOf(config)
      const { minLearningRate, warmupSteps } = schedule
      // with what was left out or left open
      const training = { ...encodeConfig(config), contextLength, minLearningRate, precision, warmupSteps }
      const parameters = parameterCount(model)
      yield* Effect.logInfo(`${parameters.toLocaleString("en-US")} parameters, ${precision}`)

      const learner = yield* openLearner(model, { config, precision, contextLength, seed: run.seed })
      const openNanos = (yield* Clock.monotonicTimeNanos) - start
      const layout: Batches.Layout = {
        tokens,
        contextLength,
        batchSize: config.batchSize,
        seed: Seed.derive(run.seed, "shuffle")
      }
      const identity = canonicalJson({
        training,
        seed: run.seed,
        data: [train.digest, validation.digest],
        parameters: model.parameters.map(({ name, shape }) => [name, shape])
      })
      const outcome = yield* Loop.train(learner, {
        ids: corpus.train,
        layout,
        validation: {
          ids: corpus.validation,
          starts: Batches.evaluationStarts(corpus.validation.length, contextLength, config.evaluateTokens),
          bytesPerToken: corpus.bytesPerToken
        },
        schedule,
        stopping: config,
        restoreBest: config.restoreBest,
        evaluateEvery: config.evaluateEvery,
        checkpointEvery: config.checkpointEvery,
        checkpointMs: (config.checkpointMinutes ?? Infinity) * 60_000,
        logEvery: config.logEvery,
        // A machine that resolves `auto` otherwise must not go on from here.
        checkpoints: path.join(run.workspace, "checkpoints", sha256(identity).slice(0, 16)),
        events: path.join(run.workspace, "tensorboard"),
        report: run.report
      })

      yield* NamedArray.append(run.outputs.model, outcome.weights.values())
      yield* run.outputs.model.describe({
        family: config.family,
        preset: isPreset(config) ? config.preset : "custom",
        architecture,
        parameters,
        vocabSize,
        contextLength,
        endOfTextId,
        tokenizer,
        trainedOn: train.digest,
        trainTokens: tokens,
        trainBytes: bytes,
        training
      })
      yield* TraceTables.write(run.outputs.trace, outcome, {
        layout,
        cost: {
          open_ms: Number(openNanos) / 1e6,
          // kilobytes on Linux
          peak_rss_bytes: process.resourceUsage().maxRSS * 1024
        }
      })
    },
    Effect.scoped,
    Effect.mapError((error) => StageFailure.of(error))
  )
})

const unusable = ({ _tag, message }: ModelUnusable) =>
  new StageFailure({
    category: "config",
    fact: _tag,
    problem: message,
    advice: "Change preset or architecture"
  })

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

const openLearner = (
  model: CausalNetwork,
  options: {
    readonly config: PretrainConfig
    readonly precision: Precision
    readonly contextLength: number
    readonly seed: number
  }
) => {
  const { averageDecay, compile, dropout, batchSize, gradientClip, optimizer, rematerialize } = options.config
  const program = TrainingProgram.build(causal(model), {
    optimizer: optimizerOf(optimizer, options.config),
    precision: options.precision,
    clusters: compile,
    dropout,
    rematerialize,
    ...(averageDecay === undefined ? {} : { averaging: { decay: averageDecay } })
  })
  return GraphLearner.open(program, {
    batchSize,
    contextLength: options.contextLength,
    seed: Seed.derive(options.seed, "weights"),
    gradientClip
  })
}
