// A network in training on TensorFlow: weights and optimizer slots live in the session, tokens go in, numbers come out.
import type { TrainingProgram } from "@inkstone/graph"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { StageFailure } from "@inkstone/stage"
import { type NativeUnavailable, type ProgramRejected, RunFailed, Session } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import type { Learner } from "./Learner.ts"

export interface Settings {
  /** B and T of a step */
  readonly batchSize: number
  readonly contextLength: number
  /** of the first weights */
  readonly seed: number
  /** largest norm of the whole gradient; 0 = no limit */
  readonly gradientClip: number
}

/** What the engine can meet, as a stage's own failure. */
export const toStageFailure = (error: NativeUnavailable | ProgramRejected | RunFailed): StageFailure => {
  switch (error._tag) {
    case "NativeUnavailable":
      return new StageFailure({
        category: "resource",
        fact: error._tag,
        problem: `TensorFlow is not available: ${error.problem}`,
        advice: error.advice
      })
    case "ProgramRejected":
      return new StageFailure({ category: "crashed", fact: error._tag, problem: error.message, advice: "" })
    case "RunFailed":
      return error.reason === "out-of-memory"
        ? new StageFailure({
            category: "resource",
            fact: "OutOfMemory",
            problem: error.message,
            advice: "Lower batchSize or contextLength, or take a smaller preset"
          })
        : new StageFailure({ category: "crashed", fact: error._tag, problem: error.message, advice: "" })
  }
}

/** Runs calls of an open session, which throw `RunFailed`; anything else they throw is a bug. */
const attempt = <A>(work: () => A): Effect.Effect<A, StageFailure> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work())
    } catch (cause) {
      return cause instanceof RunFailed ? Effect.fail(toStageFailure(cause)) : Effect.die(cause)
    }
  })

/** Opens a program as a learner with fresh weights; the session closes with the scope. */
export const open = Effect.fn("GraphLearner.open")(function* (
  program: TrainingProgram.TrainingProgram,
  { batchSize, contextLength, gradientClip, seed }: Settings
): Effect.fn.Return<Learner, StageFailure, Scope.Scope> {
  const session = yield* Effect.mapError(Session.open(program.graphDef), toStageFailure)
  const { entries, variables } = program
  const key = Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0)
  yield* attempt(() => session.call(entries.init, { key: { values: key } }))
  const width = contextLength + 1
  // Every token of a pretraining batch counts.
  const weights = { shape: [batchSize, contextLength], values: new Float32Array(batchSize * contextLength).fill(1) }
  const scalar = (value: number) => ({ shape: [], values: Float32Array.of(value) })

  const read = (which: TrainingProgram.TrainingProgram["variables"]) =>
    attempt(() => {
      const arrays = new Map<string, NamedArray.NamedArray>()
      for (const { name, read } of which) {
        const { shape, values } = session.call(read, {}).value
        if (values instanceof Float32Array) arrays.set(name, NamedArray.of(name, "float32", values, shape))
      }
      return arrays
    })

  return {
    train: (tokens, { learningRate, step }) =>
      attempt(() => {
        const { gradientNorm, loss } = session.call(entries.train, {
          tokens: { shape: [batchSize, width], values: tokens },
          weights,
          learningRate: scalar(learningRate),
          step: scalar(step),
          maxGradientNorm: scalar(gradientClip)
        })
        return { lossNats: loss.values[0] ?? Number.NaN, gradientNorm: gradientNorm.values[0] ?? Number.NaN }
      }),
    evaluate: (tokens, rows) =>
      attempt(() => {
        // Each new shape is compiled anew, so a last batch with fewer rows is filled up.
        const full = new Int32Array(batchSize * width)
        full.set(tokens)
        const { nats } = session.call(entries.evaluate, { tokens: { shape: [batchSize, width], values: full } })
        const scored = rows * contextLength
        let sum = 0
        for (let i = 0; i < scored; i += 1) sum += nats.values[i] ?? Number.NaN
        return sum / scored
      }),
    weights: read(variables.filter(({ trainable }) => trainable)),
    state: read(variables),
    restore: (arrays) =>
      attempt(() => {
        for (const { name, write } of variables) {
          const array = arrays.get(name)
          const values = NamedArray.view(array, "float32")
          if (array !== undefined && values !== undefined)
            session.call(write, { value: { shape: array.shape, values } })
        }
      })
  }
})
