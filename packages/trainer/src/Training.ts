// What every training stage does once it knows its task: opens the program, runs the loop, hands over weights and trace.
import { canonicalJson, Trace, Weights } from "@inkstone/artifact"
import { parameterCount, type Precision, type TrainingProgram } from "@inkstone/graph"
import { Lora, NamedArray } from "@inkstone/model-zoo"
import * as Estimate from "@inkstone/model-zoo/Estimate"
import { type Progress, Seed, type Stage, StageFailure } from "@inkstone/stage"
import { CpuFeatures, Device, Native } from "@inkstone/tensorflow"
import { Clock, Effect } from "effect"
import { createHash } from "node:crypto"
import * as path from "node:path"
import * as Ceiling from "./Ceiling.ts"
import * as Beginning from "./Beginning.ts"
import * as Checkpoints from "./Checkpoints.ts"
import * as HParams from "./events/HParams.ts"
import * as GraphLearner from "./GraphLearner.ts"
import * as Loop from "./Loop.ts"
import { optimizerOf } from "./OptimizerConfig.ts"
import * as Pace from "./Pace.ts"
import * as Probe from "./Probe.ts"
import { scheduleOf } from "./ScheduleConfig.ts"
import type { Start } from "./Start.ts"
import type { Task } from "./Task.ts"
import * as TraceTables from "./TraceTables.ts"
import { modeOf, type TrainingConfig } from "./TrainingConfig.ts"
import { partsOf, wrong } from "./Tuning.ts"
import { sizing } from "./TrainingResources.ts"

/** What every training stage gives. */
export const outputs = { model: Weights, trace: Trace }

/** Fetches the native library. */
export const prepare: Stage.Stage["prepare"] = (report) =>
  Effect.asVoid(Effect.mapError(Native.install(report), GraphLearner.toStageFailure))

/** By the newest checkpoint in the workspace. */
export const goesOnFrom = (
  { steps }: Pick<TrainingConfig, "steps">,
  workspace: string
): Effect.Effect<Progress | undefined, StageFailure> =>
  Effect.map(Checkpoints.lastIn(workspace), (done) =>
    done === undefined ? undefined : { done, total: steps, unit: "steps" }
  )

/** The data that is trained on, as its artifact says. */
export interface Data {
  /** logical digests of both splits */
  readonly digests: readonly [train: string, validation: string]
  readonly tokens: number
  readonly bytes: number
  readonly endOfTextId: number
  /** logical digest */
  readonly tokenizer: string
}

interface Job {
  readonly config: TrainingConfig
  /** the stage's whole config as its schema encodes it */
  readonly encoded: Readonly<Record<string, unknown>>
  readonly start: Start
  readonly task: Task
  readonly data: Data
  readonly run: Stage.Run<typeof outputs>
  readonly sample?: NonNullable<Loop.Plan["sample"]>
}

/** Below this many steps the machine is not measured: it would take longer than it tells. */
const fewSteps = 200

/** What `auto` means on this machine: bfloat16 only where a processor or a graphics card multiplies it natively. */
const resolve = Effect.fnUntraced(function* (precision: TrainingConfig["precision"]) {
  if (precision !== "auto") return precision
  const devices = yield* Effect.mapError(Device.list, GraphLearner.toStageFailure)
  const native = CpuFeatures.nativeBfloat16(CpuFeatures.read()) || devices.some(({ kind }) => kind === "gpu")
  return native ? "bfloat16" : "float32"
})

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

const count = (n: number) => n.toLocaleString("en-US")

/** Trains, and writes the outputs of the stage. */
export const train = Effect.fn("Training.train")(
  function* ({ config, data, encoded, run, sample, start, task }: Job) {
    const began = yield* Clock.monotonicTimeNanos
    const { contextLength, network } = start
    const problem = wrong(config, { network })
    if (problem !== undefined)
      return yield* new StageFailure({
        category: "config",
        fact: "NothingToTrain",
        problem,
        advice: "Lower freeze"
      })
    const precision = yield* resolve(config.precision)
    const schedule = scheduleOf(config)
    const { minLearningRate, warmupSteps } = schedule
    // with what was left out or left open
    const training = { ...encoded, contextLength, minLearningRate, precision, warmupSteps }
    const { parameters } = start
    const program = programOf(config, start, precision)
    const { trained = () => true } = program
    const moving = parameterCount({ parameters: network.parameters.filter(trained) })
    yield* Effect.logInfo(
      `${count(parameters)} parameters${moving === parameters ? "" : `, ${count(moving)} of them or beside them trained`}, ${precision}`
    )

    const { microBatchSize = config.batchSize } = config
    const opened = yield* GraphLearner.open(task.objective, program, {
      seed: Seed.derive(run.seed, "weights"),
      gradientClip: config.gradientClip,
      start: new Map([...start.arrays, ...(task.given ?? [])])
    })
    const openMs = Number((yield* Clock.monotonicTimeNanos) - began) / 1e6
    const watched = Pace.watch(opened.learner)
    const identity = {
      training,
      seed: run.seed,
      from: start.from,
      data: data.digests,
      parameters: network.parameters.map(({ name, shape }) => [name, shape])
    }
    const { workspace } = run
    // A machine that resolves `auto` otherwise must not go on from here.
    const checkpoints = path.join(workspace, "checkpoints", sha256(canonicalJson(identity)).slice(0, 16))
    const { checkpointEvery } = config
    const place = { workspace, checkpoints, checkpointEvery, schedule, identity }
    yield* Beginning.takeOver(place)
    const beginning = Beginning.toKeep(place)
    const mode = modeOf(config)
    // rows may be shorter than what the network sees
    const sized = () => sizing(network, { ...config, precision })(Math.min(contextLength, watched.longest()))
    const request = yield* Probe.Requested
    const plan: Loop.Plan = {
      train: task.train,
      validation: task.validation,
      measures: task.measures,
      microBatchSize,
      bytesPerPrediction: task.bytesPerPrediction,
      schedule,
      stopping: { ...config, mode },
      guard: config.guard,
      restoreBest: config.restoreBest,
      evaluateEvery: config.evaluateEvery,
      checkpointEvery,
      checkpointMs: (config.checkpointMinutes ?? Infinity) * 60_000,
      keepLast: config.keepLast,
      keepBest: config.keepBest,
      logEvery: config.logEvery,
      memoryLimit: (config.memoryLimitGigabytes ?? Infinity) * 1e9,
      ...(sample === undefined
        ? {}
        : {
            sample: {
              ...sample,
              write: (weights) => Effect.flatMap(plain(start, weights), sample.write)
            }
          }),
      ...(request === undefined && config.compile && config.steps >= fewSteps
        ? { ceiling: yield* ceilingOf(config, start, precision) }
        : {}),
      ...(beginning === undefined ? {} : { beginning }),
      checkpoints,
      monitor: {
        events: path.join(run.workspace, "tensorboard"),
        graphDef: opened.graphDef,
        hparams: HParams.of(encoded),
        histograms: config.histograms
      },
      report: run.report
    }
    if (request !== undefined) {
      const { batchSize } = config
      const known = { parameters, precision, batchSize, contextLength, openMs }
      return yield* Probe.run(watched, plan, { request, known, sized })
    }
    const outcome = yield* Loop.train(watched.learner, plan)

    const weights = yield* plain(start, outcome.weights)
    yield* NamedArray.append(run.outputs.model, weights.values())
    const { architecture, family, preset } = start
    const { bytes, endOfTextId, tokenizer, tokens } = data
    yield* run.outputs.model.describe({
      family,
      preset,
      architecture,
      parameters,
      vocabSize: network.vocabSize,
      contextLength,
      endOfTextId,
      tokenizer,
      trainedOn: data.digests[0],
      trainTokens: tokens,
      trainBytes: bytes,
      training
    })
    yield* TraceTables.write(run.outputs.trace, outcome, {
      objective: task.name,
      unit: task.unit,
      metric: config.metric,
      mode,
      contextLength,
      batchSize: config.batchSize,
      source: task.train,
      cost: {
        open_ms: openMs,
        // kilobytes on Linux
        peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
        predicted_train_ms: Pace.foretold(
          Pace.of(Pace.firstSteps(outcome.steps.column("step_ms"), watched.compiling)),
          outcome.steps.rows
        ),
        predicted_peak_rss_bytes: sized().memoryBytes
      }
    })
  },
  Effect.scoped,
  Effect.mapError((error) => StageFailure.of(error))
)

const programOf = (
  config: TrainingConfig,
  { adapted, network }: Start,
  precision: Precision
): TrainingProgram.Options => {
  const { averageDecay, batchSize, compile, dropout, microBatchSize = batchSize, rematerialize } = config
  return {
    optimizer: optimizerOf(config.optimizer, config),
    precision,
    clusters: compile,
    dropout,
    rematerialize,
    accumulation: microBatchSize < batchSize,
    updateNorm: config.updateNorm,
    ...partsOf(config, { network, ...(adapted === undefined ? {} : { trained: adapted.trained }) }),
    ...(averageDecay === undefined ? {} : { averaging: { decay: averageDecay } })
  }
}

/** Weights of the network that was asked for: thin matrices are merged into those beside them. */
const plain = ({ adapted }: Start, weights: NamedArray.NamedArrays) =>
  adapted === undefined
    ? Effect.succeed(weights)
    : Lora.merge(adapted, weights).pipe(
        Effect.map(({ arrays }) => arrays),
        Effect.mapError(
          ({ _tag, message }) =>
            new StageFailure({ category: "crashed", fact: _tag, problem: message, advice: "" })
        )
      )

const ceilingOf = Effect.fnUntraced(function* (
  config: TrainingConfig,
  { contextLength, network }: Start,
  precision: Precision
) {
  const { batchSize: batch, compile: clusters, rematerialize } = config
  const { flopsPerToken } = Estimate.training(network, { precision, clusters, rematerialize })({
    batch,
    length: contextLength
  })
  return { flopsPerSecond: yield* Ceiling.measure(precision), flopsPerToken }
})
