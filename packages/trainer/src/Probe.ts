// A probe of a training: its first steps, a part of an evaluation and one checkpoint, done for real by the loop itself, and what
// they foretell of the whole. Nothing is learned and nothing is handed over.
import { StageFailure } from "@inkstone/stage"
import { Clock, Context, Effect, type Scope } from "effect"
import type { HeldSource } from "./Feed.ts"
import * as Loop from "./Loop.ts"
import * as Pace from "./Pace.ts"
import type { Schedule } from "./Schedule.ts"

/** What a training takes, as far as its first steps tell. */
export interface Found {
  readonly parameters: number
  readonly precision: string
  readonly batchSize: number
  readonly microBatchSize: number
  /** T: tokens of a row at most */
  readonly contextLength: number
  /** tokens of a step, padding not counted; of training for each one, by the program */
  readonly tokensPerStep: number
  readonly flopsPerToken: number
  /** building the program and opening it */
  readonly openMs: number
  /** of a step; its compilations apart */
  readonly step: Pace.Pace
  /** of a whole evaluation, checkpoint and set of samples, and what compiling them took beyond that */
  readonly evaluateMs: number
  readonly evaluateCompileMs: number
  readonly checkpointMs: number
  readonly sampleMs: number
  /** what the loop does beside, for each step: assembling batches, writing events */
  readonly otherMs: number
  /** most memory of the process, as measured; and what the program lets expect at most */
  readonly peakBytes: number
  readonly estimatedBytes: number
  /** steps that were taken */
  readonly probed: number
  readonly total: Total
}

/** Of the whole training, if nothing stops it before the last step. */
export interface Total {
  readonly steps: number
  readonly evaluations: number
  readonly checkpoints: number
  readonly ms: number
  /** patience may end it before */
  readonly atMost: boolean
}

export interface Request {
  readonly steps: number
  /** bytes above which the probe ends, with a failure */
  readonly memoryLimit: number
  readonly found: (found: Found) => void
}

/** Where it is given, trainings are probed: they say what they found and fail with `Probed`, so that nothing is sealed. */
export const Requested = Context.Reference<Request | undefined>("@inkstone/trainer/Probe", {
  defaultValue: () => undefined
})

export interface Given {
  readonly known: Pick<Found, "parameters" | "precision" | "batchSize" | "contextLength" | "openMs">
  /** of a step as it was seen, by the program */
  readonly sized: () => {
    readonly figures: { readonly flopsPerToken: number }
    readonly memoryBytes: number
  }
  readonly request: Request
}

/** Batches of an evaluation that are looked at. */
const looked = 6

/** Rows of some batches, spread evenly: where rows are in order of length, batches of every shape are among them. */
const part = (held: HeldSource, size: number): HeldSource => {
  const { epochs, places } = held.rows
  const batches = Math.ceil(places.length / size)
  if (batches <= looked) return held
  const rows = Array.from({ length: looked }, (_, i) => {
    const from = Math.floor((i * batches) / looked) * size
    return Array.from({ length: size }, (_, row) => from + row)
  }).flat()
  return {
    ...held,
    rows: {
      places: Uint32Array.from(rows, (row) => places[row] ?? 0),
      epochs: Uint32Array.from(rows, (row) => epochs[row] ?? 0)
    }
  }
}

/** A rate of 0: nothing moves, so that nothing can diverge within a few steps at a rate that was never warmed up. */
const still = (steps: number): Schedule => ({
  curve: { name: "constant" },
  learningRate: 0,
  minLearningRate: 0,
  warmupSteps: 0,
  steps
})

const nowMs = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

/** Runs the first steps of a plan, tells what they took, and fails. */
export const run = Effect.fn("Probe.run")(function* (
  { learner, ...watched }: Pace.Watched,
  plan: Loop.Plan,
  { known, request, sized }: Given
): Effect.fn.Return<never, StageFailure, Scope.Scope> {
  const steps = Math.min(request.steps, plan.schedule.steps)
  const { microBatchSize, sample, validation } = plan
  const samples = { ms: 0 }
  const began = yield* nowMs
  const { ceiling: _, ...measured } = plan
  const outcome = yield* Loop.train(learner, {
    ...measured,
    schedule: still(steps),
    stopping: { ...plan.stopping, patience: 0 },
    guard: { ...plan.guard, spike: 0, rollbacks: 0 },
    validation: part(validation, microBatchSize),
    evaluateEvery: steps,
    checkpointEvery: steps,
    checkpointMs: Infinity,
    memoryLimit: request.memoryLimit,
    ...(sample === undefined
      ? {}
      : {
          sample: {
            every: steps,
            write: Effect.fnUntraced(function* (weights) {
              const start = yield* nowMs
              const written = yield* sample.write(weights)
              samples.ms += (yield* nowMs) - start
              return written
            })
          }
        })
  })
  const wallMs = (yield* nowMs) - began
  // kilobytes on Linux; before the program is looked through, which takes memory of its own
  const peakBytes = process.resourceUsage().maxRSS * 1024
  const { figures, memoryBytes } = sized()
  const { checkpointMs, evaluateMs, trainMs } = outcome.cost
  const step = Pace.of(Pace.firstSteps(outcome.steps.column("step_ms"), watched.compiling))
  const batch = Pace.of(watched.evaluated)
  const one = {
    ...known,
    microBatchSize,
    tokensPerStep: (outcome.steps.last("tokens_seen") ?? 0) / steps,
    step,
    evaluateMs: batch.ms * Math.ceil(validation.rows.places.length / microBatchSize),
    evaluateCompileMs: batch.compileMs,
    checkpointMs,
    sampleMs: samples.ms,
    otherMs: Math.max(0, wallMs - trainMs - evaluateMs - checkpointMs) / steps,
    peakBytes,
    flopsPerToken: figures.flopsPerToken,
    estimatedBytes: memoryBytes,
    probed: steps
  }
  request.found({ ...one, total: totalOf(one, plan) })
  return yield* new StageFailure({
    category: "cancelled",
    fact: "Probed",
    problem: "the training was only probed",
    advice: ""
  })
})

const totalOf = (one: Omit<Found, "total">, plan: Loop.Plan): Total => {
  const { checkpointEvery, evaluateEvery, sample, schedule, stopping } = plan
  const { steps } = schedule
  const evaluations = Math.ceil(steps / evaluateEvery)
  // a better evaluation keeps its weights, too
  const checkpoints = Math.max(Math.ceil(steps / checkpointEvery), plan.restoreBest ? evaluations : 0)
  const samples = sample === undefined ? 0 : Math.floor(steps / sample.every)
  const ms =
    one.openMs +
    Pace.foretold(one.step, steps) +
    steps * one.otherMs +
    one.evaluateCompileMs +
    evaluations * one.evaluateMs +
    checkpoints * one.checkpointMs +
    samples * one.sampleMs
  return { steps, evaluations, checkpoints, ms, atMost: stopping.patience > 0 }
}
