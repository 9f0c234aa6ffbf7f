// The training loop: batches in, updates, evaluations, checkpoints, a trace out. It knows nothing of models or stages; the
// learner does the sums, the plan says what to do when.
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import { type Progress, StageFailure } from "@inkstone/stage"
import { Clock, Effect, type Scope } from "effect"
import type { Beginning } from "./Beginning.ts"
import type * as Checkpoint from "./Checkpoint.ts"
import * as Checkpoints from "./Checkpoints.ts"
import * as EarlyStopping from "./EarlyStopping.ts"
import * as Evaluation from "./Evaluation.ts"
import type { EventFile } from "./EventFile.ts"
import { type HeldSource, type TrainSource, windowOf } from "./Feed.ts"
import * as Guard from "./Guard.ts"
import { evaluationColumns, type EvaluationLog, Log, stepColumns, type StepRow } from "./History.ts"
import type { Learner } from "./Learner.ts"
import * as Monitor from "./Monitor.ts"
import { learningRateAt, type Schedule } from "./Schedule.ts"
import type { Measures } from "./Task.ts"

/** What a model makes of a fixed prompt. */
export type Sample = Omit<Checkpoint.StepSample, "step">

export interface Plan {
  readonly train: TrainSource
  readonly validation: HeldSource
  readonly measures: Measures
  /** rows that are computed at once */
  readonly microBatchSize: number
  /** what turns nats per prediction into bits per byte; NaN where that means nothing */
  readonly bytesPerPrediction: number
  readonly schedule: Schedule
  readonly stopping: EarlyStopping.Rules
  readonly guard: Guard.Rules
  readonly restoreBest: boolean
  readonly evaluateEvery: number
  readonly checkpointEvery: number
  /** beside every n steps: after this much time; Infinity = off */
  readonly checkpointMs: number
  /** newest checkpoints and best weights that stay on the disk */
  readonly keepLast: number
  readonly keepBest: number
  readonly logEvery: number
  /** What is written on the way, every so many steps; never if left out. */
  readonly sample?: {
    readonly every: number
    readonly write: (weights: NamedArrays) => Effect.Effect<ReadonlyArray<Sample>, StageFailure>
  }
  /** floating-point operations per second that plain products reach here, and of a training for each token */
  readonly ceiling?: { readonly flopsPerSecond: number; readonly flopsPerToken: number }
  /** Bytes of the process above which it stops, to go on in a new one; Infinity = no limit. */
  readonly memoryLimit: number
  /** what a longer training that begins like this one will go on from, where one is wanted */
  readonly beginning?: Beginning
  /** folder of the checkpoints of this very training */
  readonly checkpoints: string
  readonly monitor: Monitor.About
  readonly report: (progress: Progress) => Effect.Effect<void>
}

export interface Outcome {
  readonly weights: NamedArrays
  readonly steps: Log<keyof StepRow>
  readonly evaluations: EvaluationLog
  readonly samples: ReadonlyArray<Checkpoint.StepSample>
  readonly detours: ReadonlyArray<Checkpoint.Detour>
  readonly standing: EarlyStopping.Standing
  readonly stopReason: "finished" | "early-stopped"
  readonly cost: Checkpoint.Cost
}

/** Where the training stands; changed in place, since the loop is the only one that holds it. */
interface Standpoint {
  step: number
  standing: EarlyStopping.Standing | undefined
  readonly cost: { -readonly [Part in keyof Checkpoint.Cost]: number }
  steps: Log<keyof StepRow>
  evaluations: EvaluationLog
  samples: ReadonlyArray<Checkpoint.StepSample>
  detours: ReadonlyArray<Checkpoint.Detour>
  /** step and time of the newest checkpoint */
  saved: { readonly step: number; readonly ms: number }
}

interface Running {
  readonly learner: Learner
  readonly plan: Plan
  readonly at: Standpoint
  readonly checkpoints: Checkpoints.Checkpoints
  /** a new one after a rollback */
  events: EventFile
}

const nowMs = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

/** Runs an effect and adds the time it took to a part of the cost. */
const timed = <A, E>(at: Standpoint, part: keyof Checkpoint.Cost, effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const start = yield* nowMs
    const value = yield* effect
    const ms = (yield* nowMs) - start
    at.cost[part] += ms
    return { value, ms }
  })

const diverged = (problem: string, { plan, at }: Running, step: number) =>
  new StageFailure({
    category: "data",
    fact: "Diverged",
    problem: `the training diverged at step ${step}, for the ${at.detours.length + 1}. time: ${problem}`,
    advice: `Lower learningRate, raise warmupSteps or lower gradientClip${
      at.saved.step > 0 ? `; the checkpoint of step ${at.saved.step} is kept in ${plan.checkpoints}` : ""
    }`
  })

/**
 * Trains until the last step or until patience is at its end, from the newest checkpoint on if there is one. Everything
 * but the measured times follows from the plan alone, however often the training was interrupted. Interruption is heeded
 * between steps and leaves a checkpoint.
 */
export const train = Effect.fn("Loop.train")(function* (
  learner: Learner,
  plan: Plan
): Effect.fn.Return<Outcome, StageFailure, Scope.Scope> {
  const checkpoints = yield* Checkpoints.open({
    ...plan,
    folder: plan.checkpoints,
    every: plan.checkpointEvery,
    mode: plan.stopping.mode
  })
  const at = yield* begin(learner, plan, checkpoints)
  const events = yield* Monitor.open(plan.monitor, at.step)
  const running: Running = { learner, plan, at, checkpoints, events }
  const stopReason = yield* untilDone(running).pipe(
    Effect.onInterrupt(() => (at.saved.step === at.step ? Effect.void : Effect.ignore(save(running)))),
    Effect.tapError(() => Effect.ignore(Monitor.ended(running.events, "failure")))
  )
  const { cost, detours, evaluations, samples, standing, steps } = at
  // The last step is always evaluated, and so is the step that patience ended at.
  if (standing === undefined) return yield* Effect.die(new Error("a training ended without an evaluation"))
  const weights = yield* outcomeWeights(running, standing.bestStep)
  yield* checkpoints.settled
  yield* Monitor.ended(running.events, "success")
  return { weights, steps, evaluations, samples, detours, standing, stopReason, cost }
})

const atStart = (plan: Plan) => ({
  step: 0,
  standing: undefined,
  steps: new Log(stepColumns),
  evaluations: new Log<string>([...evaluationColumns, ...plan.measures.names]),
  samples: []
})

const begin = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan,
  checkpoints: Checkpoints.Checkpoints
): Effect.fn.Return<Standpoint, StageFailure> {
  const newest = yield* checkpoints.newest("any")
  const ms = yield* nowMs
  if (newest === undefined)
    return {
      ...atStart(plan),
      detours: [],
      cost: { trainMs: 0, evaluateMs: 0, checkpointMs: 0 },
      saved: { step: 0, ms }
    }
  const { bests: _, learner: state, ...rest } = newest
  yield* learner.restore(state)
  yield* Effect.logInfo(`going on from the checkpoint of step ${newest.step}`)
  return { ...rest, cost: { ...newest.cost }, saved: { step: newest.step, ms } }
})

const untilDone = Effect.fnUntraced(function* (
  running: Running
): Effect.fn.Return<Outcome["stopReason"], StageFailure, Scope.Scope> {
  const { at, plan } = running
  const { steps } = plan.schedule
  for (;;) {
    // before the evaluation, which may be due only because the training ends here
    if (plan.beginning !== undefined && at.step === plan.beginning.step)
      yield* Effect.uninterruptible(keepBeginning(running, plan.beginning))
    // An evaluation belongs to the step before it: one that an interruption cut off is made up for after the resume.
    const due = at.step > 0 && (at.step % plan.evaluateEvery === 0 || at.step >= steps)
    if (due && at.evaluations.last("step") !== at.step) {
      const problem = yield* evaluate(running)
      if (problem !== undefined) {
        yield* Effect.uninterruptible(rollback(running, at.step, problem))
        continue
      }
    }
    yield* sample(running)
    const over = EarlyStopping.isOver(at.standing, plan.stopping)
    const done = over ? "early-stopped" : at.step >= steps ? "finished" : undefined
    const waited = (yield* nowMs) - at.saved.ms
    const full = (at.steps.last("rss_bytes") ?? 0) > plan.memoryLimit
    const saveNow =
      done !== undefined || full || at.step % plan.checkpointEvery === 0 || waited > plan.checkpointMs
    if (saveNow && at.saved.step !== at.step) yield* Effect.uninterruptible(save(running))
    if (done !== undefined) return done
    if (full) return yield* tooLarge(running)
    yield* running.checkpoints.healthy
    const problem = yield* Effect.uninterruptible(update(running))
    if (problem === undefined)
      yield* plan.report(Monitor.progress(at, { total: steps, metric: plan.stopping.metric }))
    else yield* Effect.uninterruptible(rollback(running, at.step + 1, problem))
    // Signals are handled by the event loop, which gets its turn here.
    yield* Effect.yieldNow
  }
})

/** One step; what is wrong with it, if something is: then it is as if it had not been. */
const update = Effect.fnUntraced(function* (
  running: Running
): Effect.fn.Return<string | undefined, StageFailure> {
  const { at, learner, plan } = running
  const step = at.step + 1
  const rows = plan.train.draw(Guard.batchOf(step, at.detours))
  const window = [...windowOf(plan.train, rows, plan.microBatchSize)].map(({ batch }) => batch)
  const scheduled = learningRateAt(plan.schedule, step, () => at.evaluations.column("loss_nats"))
  const learningRate = scheduled * Guard.rateShare(step, at.detours, plan.guard)
  const { ms, value } = yield* timed(at, "trainMs", learner.train(window, { step, learningRate }))
  const problem = Guard.wrong(value, at.steps.tail("loss_nats", Guard.window), plan.guard)
  if (problem !== undefined) return problem
  const tokens = window.reduce((sum, batch) => sum + batch.tokens, 0)
  const tokensPerSecond = tokens / Math.max(ms / 1e3, 1e-9)
  const { flopsPerSecond, flopsPerToken } = plan.ceiling ?? { flopsPerSecond: 1, flopsPerToken: Number.NaN }
  const row: StepRow = {
    step,
    tokens_seen: (at.steps.last("tokens_seen") ?? 0) + tokens,
    loss_nats: value.loss,
    learning_rate: learningRate,
    gradient_norm: value.gradientNorm,
    update_norm: value.updateNorm,
    step_ms: ms,
    tokens_per_second: tokensPerSecond,
    ceiling_share: (tokensPerSecond * flopsPerToken) / flopsPerSecond,
    rss_bytes: process.memoryUsage.rss()
  }
  at.step = step
  at.steps.append(row)
  if (step % plan.logEvery === 0 || step === plan.schedule.steps) yield* Monitor.stepped(running.events, row)
  return undefined
})

/** Looks at the validation rows and enters what it finds into the books; what is wrong with it, if something is. */
const evaluate = Effect.fnUntraced(function* (
  running: Running
): Effect.fn.Return<string | undefined, StageFailure> {
  const { at, learner, plan } = running
  const { measures, microBatchSize: size, stopping } = plan
  const looking = Evaluation.run(learner, plan.validation, { measures, size })
  const { value: result } = yield* timed(at, "evaluateMs", looking)
  const value = stopping.metric === "loss" ? result.loss : (result.measured[stopping.metric] ?? Number.NaN)
  if (!Number.isFinite(result.loss)) return "the validation loss is not a number"
  if (!Number.isFinite(value)) return `the validation ${stopping.metric} is not a number`
  yield* Effect.uninterruptible(enter(running, result, value))
  return undefined
})

/** Enters an evaluation into the books and keeps the weights if they are the best so far. */
const enter = Effect.fnUntraced(function* (
  { at, checkpoints, events, learner, plan }: Running,
  { loss, measured }: Evaluation.Result,
  value: number
): Effect.fn.Return<void, StageFailure> {
  const { step } = at
  const bitsPerByte = loss / Math.LN2 / plan.bytesPerPrediction
  const standing = EarlyStopping.judge(at.standing, { step, value }, plan.stopping)
  at.standing = standing
  at.evaluations.append({ step, loss_nats: loss, bits_per_byte: bitsPerByte, ...measured })
  const found = Object.fromEntries(
    Object.entries({ loss, bits_per_byte: bitsPerByte, ...measured }).filter(([, value]) =>
      Number.isFinite(value)
    )
  )
  yield* Monitor.evaluated(events, step, {
    found,
    ...(plan.monitor.histograms ? { weights: yield* learner.weights } : {})
  })
  yield* timed(at, "checkpointMs", checkpoints.judged({ step, value }, learner.weights))
  const words = Object.entries(found).map(
    ([name, value]) => `${name.replaceAll("_", " ")} ${value.toFixed(4)}`
  )
  yield* Effect.logInfo(`step ${step}: validation ${words.join(", ")}`)
})

/** Lets the model write on from the fixed prompts, if it is time to. */
const sample = Effect.fnUntraced(function* ({
  at,
  events,
  learner,
  plan
}: Running): Effect.fn.Return<void, StageFailure> {
  const { step } = at
  const due = plan.sample !== undefined && step > 0 && step % plan.sample.every === 0
  if (plan.sample === undefined || !due || at.samples.at(-1)?.step === step) return
  const writing = Effect.flatMap(learner.weights, plan.sample.write)
  const { value } = yield* timed(at, "evaluateMs", writing)
  const written = value.map((one) => ({ step, ...one }))
  at.samples = [...at.samples, ...written]
  yield* Monitor.sampled(events, written)
  for (const { prompt, text } of value) yield* Effect.logInfo(`step ${step}: ${prompt} | ${text}`)
})

/** Back to the last regular checkpoint, past the batches since then, unless that was tried too often. */
const rollback = Effect.fnUntraced(function* (
  running: Running,
  step: number,
  problem: string
): Effect.fn.Return<void, StageFailure, Scope.Scope> {
  const { at, checkpoints, learner, plan } = running
  if (at.detours.length >= plan.guard.rollbacks) return yield* diverged(problem, running, step)
  // an interruption leaves checkpoints too, and must not change where a rollback goes
  const good = yield* checkpoints.newest("regular")
  yield* learner.restart
  if (good !== undefined) yield* learner.restore(good.learner)
  const back = good ?? atStart(plan)
  const afterStep = back.step
  at.step = afterStep
  at.standing = back.standing
  at.steps = back.steps
  at.evaluations = back.evaluations
  at.samples = back.samples
  at.detours = [...at.detours, { afterStep, skipped: step - afterStep }]
  at.saved = { step: afterStep, ms: yield* nowMs }
  running.events = yield* Monitor.open(plan.monitor, afterStep)
  yield* Effect.logWarning(
    `step ${step}: ${problem}; back to step ${afterStep}, past ${step - afterStep} batches, ` +
      `with ${plan.guard.rateFactor} of the learning rate`
  )
})

const tooLarge = ({ at, plan }: Running) =>
  new StageFailure({
    category: "resource",
    fact: "MemoryLimit",
    problem:
      `the process holds ${(at.steps.last("rss_bytes") ?? 0).toExponential(2)} bytes, more than the ` +
      `${plan.memoryLimit.toExponential(2)} of memoryLimitGigabytes; the checkpoint of step ${at.step} is there`,
    advice: "Run again to go on from it, raise memoryLimitGigabytes, or lower microBatchSize"
  })

const save = (running: Running) =>
  Effect.gen(function* () {
    const { at, checkpoints, learner } = running
    const { step } = at
    yield* timed(at, "checkpointMs", checkpoints.save(at, learner.state))
    at.saved = { step, ms: yield* nowMs }
  })

const keepBeginning = (running: Running, { keep }: Beginning) =>
  Effect.gen(function* () {
    const { at, checkpoints } = running
    if (at.saved.step !== at.step) yield* save(running)
    yield* checkpoints.settled
    yield* keep
  })

const outcomeWeights = Effect.fnUntraced(function* (
  { at, checkpoints, learner, plan }: Running,
  bestStep: number
): Effect.fn.Return<NamedArrays, StageFailure> {
  if (!plan.restoreBest || bestStep === at.step) return yield* learner.weights
  const best = yield* checkpoints.best(bestStep)
  if (best !== undefined) return best
  return yield* new StageFailure({
    category: "resource",
    fact: "CheckpointLost",
    problem: `the best weights, those of step ${bestStep}, are gone from ${plan.checkpoints}`,
    advice: "Run again: the training goes back to the last checkpoint that is whole, or starts anew"
  })
})
