// The training loop: batches in, updates, evaluations, checkpoints, a trace out. It knows nothing of models or stages; the
// learner does the sums, the plan says what to do when.
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import { type Progress, StageFailure } from "@inkstone/stage"
import { Clock, Effect, type Scope } from "effect"
import * as Batches from "./Batches.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as EarlyStopping from "./EarlyStopping.ts"
import * as EventFile from "./EventFile.ts"
import { evaluationColumns, type EvaluationRow, Log, stepColumns, type StepRow } from "./History.ts"
import type { Learner } from "./Learner.ts"
import { learningRateAt, type Schedule } from "./Schedule.ts"

export interface Plan {
  readonly ids: Uint16Array | Uint32Array
  readonly layout: Batches.Layout
  readonly validation: {
    readonly ids: Uint16Array | Uint32Array
    readonly starts: ArrayLike<number>
    /** UTF-8 bytes per token over the whole split: what turns nats per token into bits per byte */
    readonly bytesPerToken: number
  }
  readonly schedule: Schedule
  readonly stopping: EarlyStopping.Rules
  readonly restoreBest: boolean
  readonly evaluateEvery: number
  readonly checkpointEvery: number
  /** beside every n steps: after this much time; Infinity = off */
  readonly checkpointMs: number
  readonly logEvery: number
  /** folder of the checkpoints of this very training */
  readonly checkpoints: string
  /** folder of the TensorBoard event files */
  readonly events: string
  readonly report: (progress: Progress) => Effect.Effect<void>
}

export interface Outcome {
  readonly weights: NamedArrays
  readonly steps: Log<keyof StepRow>
  readonly evaluations: Log<keyof EvaluationRow>
  readonly standing: EarlyStopping.Standing
  readonly stopReason: "finished" | "early-stopped"
  readonly cost: Checkpoint.Cost
}

/** Where the training stands; changed in place, since the loop is the only one that holds it. */
interface Standpoint {
  step: number
  standing: EarlyStopping.Standing | undefined
  readonly cost: { -readonly [Part in keyof Checkpoint.Cost]: number }
  readonly steps: Log<keyof StepRow>
  readonly evaluations: Log<keyof EvaluationRow>
  /** step and time of the newest checkpoint */
  saved: { readonly step: number; readonly ms: number }
}

const nowMs = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)
const wallSeconds = Effect.map(Clock.currentTimeMillis, (millis) => millis / 1e3)

/** Runs an effect and adds the time it took to a part of the cost. */
const timed = <A, E>(at: Standpoint, part: keyof Checkpoint.Cost, effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const start = yield* nowMs
    const value = yield* effect
    const ms = (yield* nowMs) - start
    at.cost[part] += ms
    return { value, ms }
  })

const diverged = (what: string, step: number, saved: number) =>
  new StageFailure({
    category: "data",
    fact: "Diverged",
    problem: `the training diverged: ${what} of step ${step} is not a number`,
    advice: `Lower learningRate, raise warmupSteps or lower gradientClip${
      saved > 0 ? `; the checkpoint of step ${saved} is kept` : ""
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
  const at = yield* begin(learner, plan)
  const events = yield* EventFile.open(plan.events, {
    firstStep: at.step + 1,
    wallSeconds: yield* wallSeconds
  })
  const stopReason = yield* Effect.onInterrupt(untilDone(learner, plan, { at, events }), () =>
    at.saved.step === at.step ? Effect.void : Effect.ignore(save(learner, plan, at))
  )
  const { standing } = at
  // The last step is always evaluated, and so is the step that patience ended at.
  if (standing === undefined) return yield* Effect.die(new Error("a training ended without an evaluation"))
  const weights = yield* outcomeWeights(learner, plan, { step: at.step, bestStep: standing.bestStep })
  return { weights, steps: at.steps, evaluations: at.evaluations, standing, stopReason, cost: at.cost }
})

const begin = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan
): Effect.fn.Return<Standpoint, StageFailure> {
  const newest = yield* Checkpoint.newest(plan.checkpoints, { withBest: plan.restoreBest })
  const ms = yield* nowMs
  if (newest === undefined)
    return {
      step: 0,
      standing: undefined,
      cost: { trainMs: 0, evaluateMs: 0, checkpointMs: 0 },
      steps: new Log(stepColumns),
      evaluations: new Log(evaluationColumns),
      saved: { step: 0, ms }
    }
  const { step, standing, cost, steps, evaluations } = newest
  yield* learner.restore(newest.learner)
  yield* Effect.logInfo(`going on from the checkpoint of step ${step}`)
  return { step, standing, cost: { ...cost }, steps, evaluations, saved: { step, ms } }
})

const untilDone = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan,
  { at, events }: { readonly at: Standpoint; readonly events: EventFile.EventFile }
): Effect.fn.Return<Outcome["stopReason"], StageFailure> {
  const { steps } = plan.schedule
  for (;;) {
    // An evaluation belongs to the step before it: one that an interruption cut off is made up for after the resume.
    const due = at.step > 0 && (at.step % plan.evaluateEvery === 0 || at.step >= steps)
    if (due && at.evaluations.last("step") !== at.step) yield* evaluate(learner, plan, { at, events })
    const over = EarlyStopping.isOver(at.standing, plan.stopping)
    const done = over ? "early-stopped" : at.step >= steps ? "finished" : undefined
    const waited = (yield* nowMs) - at.saved.ms
    const saveNow = done !== undefined || at.step % plan.checkpointEvery === 0 || waited > plan.checkpointMs
    if (saveNow && at.saved.step !== at.step) yield* Effect.uninterruptible(save(learner, plan, at))
    if (done !== undefined) return done
    yield* Effect.uninterruptible(update(learner, plan, { at, events }))
    yield* announce(plan, at)
    // Signals are handled by the event loop, which gets its turn here.
    yield* Effect.yieldNow
  }
})

const update = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan,
  { at, events }: { readonly at: Standpoint; readonly events: EventFile.EventFile }
): Effect.fn.Return<void, StageFailure> {
  const { contextLength, batchSize } = plan.layout
  const step = at.step + 1
  const tokens = Batches.cut(plan.ids, Batches.startsOf(plan.layout, step), contextLength) // [B, T + 1]
  const learningRate = learningRateAt(plan.schedule, step, () => at.evaluations.column("loss_nats"))
  const { value, ms } = yield* timed(at, "trainMs", learner.train(tokens, { step, learningRate }))
  const { lossNats, gradientNorm } = value
  if (!Number.isFinite(lossNats)) return yield* diverged("the loss", step, at.saved.step)
  if (!Number.isFinite(gradientNorm)) return yield* diverged("the gradient", step, at.saved.step)
  const tokensPerSecond = (batchSize * contextLength) / Math.max(ms / 1e3, 1e-9)
  at.step = step
  at.steps.append({
    step,
    tokens_seen: step * batchSize * contextLength,
    loss_nats: lossNats,
    learning_rate: learningRate,
    gradient_norm: gradientNorm,
    step_ms: ms,
    tokens_per_second: tokensPerSecond
  })
  if (step % plan.logEvery === 0 || step === plan.schedule.steps)
    yield* events.scalars(step, yield* wallSeconds, {
      "loss/train": lossNats,
      learning_rate: learningRate,
      gradient_norm: gradientNorm,
      tokens_per_second: tokensPerSecond
    })
})

/** Says where the training stands, by the row of the last step. */
const announce = (plan: Plan, at: Standpoint): Effect.Effect<void> =>
  plan.report({
    done: at.step,
    total: plan.schedule.steps,
    unit: "steps",
    note: [
      `loss ${(at.steps.last("loss_nats") ?? 0).toFixed(3)}`,
      ...(at.standing === undefined ? [] : [`best ${at.standing.bestLossNats.toFixed(3)}`]),
      `lr ${(at.steps.last("learning_rate") ?? 0).toExponential(1)}`,
      `${Math.round(at.steps.last("tokens_per_second") ?? 0).toLocaleString("en-US")} tokens/s`
    ].join(", ")
  })

const evaluate = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan,
  { at, events }: { readonly at: Standpoint; readonly events: EventFile.EventFile }
): Effect.fn.Return<void, StageFailure> {
  const { step } = at
  const { value: lossNats } = yield* timed(at, "evaluateMs", validationLoss(learner, plan))
  if (!Number.isFinite(lossNats)) return yield* diverged("the validation loss", step, at.saved.step)
  yield* Effect.uninterruptible(judge(learner, plan, { at, events, lossNats }))
})

/** Enters an evaluation into the books and keeps the weights if they are the best so far. */
const judge = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan,
  options: { readonly at: Standpoint; readonly events: EventFile.EventFile; readonly lossNats: number }
): Effect.fn.Return<void, StageFailure> {
  const { at, events, lossNats } = options
  const { step } = at
  const bitsPerByte = lossNats / Math.LN2 / plan.validation.bytesPerToken
  const standing = EarlyStopping.judge(at.standing, { step, lossNats }, plan.stopping)
  if (plan.restoreBest && standing.bestStep === step)
    yield* timed(
      at,
      "checkpointMs",
      Effect.flatMap(learner.weights, (weights) => Checkpoint.saveBest(plan.checkpoints, step, weights))
    )
  at.standing = standing
  at.evaluations.append({ step, loss_nats: lossNats, bits_per_byte: bitsPerByte })
  yield* events.scalars(step, yield* wallSeconds, {
    "loss/validation": lossNats,
    "bits_per_byte/validation": bitsPerByte
  })
  yield* Effect.logInfo(
    `step ${step}: validation loss ${lossNats.toFixed(4)} nats, ${bitsPerByte.toFixed(4)} bits per byte`
  )
})

/** Mean over all predictions of the evaluation windows. */
const validationLoss = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan
): Effect.fn.Return<number, StageFailure> {
  const { contextLength, batchSize } = plan.layout
  const { ids, starts } = plan.validation
  let sum = 0
  for (let row = 0; row < starts.length; row += batchSize) {
    const some = Array.from(
      { length: Math.min(batchSize, starts.length - row) },
      (_, i) => starts[row + i] ?? 0
    )
    const tokens = Batches.cut(ids, some, contextLength) // [rows, T + 1]
    sum += some.length * (yield* learner.evaluate(tokens, some.length))
    yield* Effect.yieldNow
  }
  return sum / starts.length
})

const save = (learner: Learner, plan: Plan, at: Standpoint) =>
  Effect.gen(function* () {
    const { step, standing, cost, steps, evaluations } = at
    const write = Effect.flatMap(learner.state, (learner) =>
      Checkpoint.save(plan.checkpoints, { step, standing, cost, steps, evaluations, learner })
    )
    yield* timed(at, "checkpointMs", write)
    at.saved = { step, ms: yield* nowMs }
  })

const outcomeWeights = Effect.fnUntraced(function* (
  learner: Learner,
  plan: Plan,
  { step, bestStep }: { readonly step: number; readonly bestStep: number }
): Effect.fn.Return<NamedArrays, StageFailure> {
  if (!plan.restoreBest || bestStep === step) return yield* learner.weights
  const best = yield* Checkpoint.loadBest(plan.checkpoints, bestStep)
  if (best !== undefined) return best
  return yield* new StageFailure({
    category: "resource",
    fact: "CheckpointLost",
    problem: `the best weights, those of step ${bestStep}, are gone from ${plan.checkpoints}`,
    advice: "Run again: the training goes back to the last checkpoint that is whole, or starts anew"
  })
})
