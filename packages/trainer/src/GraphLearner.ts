// A network in training on TensorFlow: weights and optimizer slots live in the session, tokens go in, numbers come out.
import { Averaging, type TrainingProgram } from "@inkstone/graph"
import type { causal } from "@inkstone/model-zoo"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { StageFailure } from "@inkstone/stage"
import {
  grouped,
  type NativeUnavailable,
  type ProgramRejected,
  RunFailed,
  Session
} from "@inkstone/tensorflow"
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

type Program = TrainingProgram.TrainingProgram<ReturnType<typeof causal>>
type Variable = Program["variables"][number]

const bytesOf = ({ shape }: Variable): number =>
  shape.reduce<number>((size, dim) => size * (typeof dim === "number" ? dim : 1), 4)

/** Averages by the names of what they are averages of. */
const renamed = (averages: NamedArray.NamedArrays): NamedArray.NamedArrays =>
  new Map(
    [...averages].map(([name, array]) => {
      const parameter = name.slice(0, -Averaging.suffix.length)
      return [parameter, { ...array, name: parameter }]
    })
  )

const scalar = (value: number) => ({ shape: [], values: Float32Array.of(value) })

type Entry = Program["entries"]["evaluate"]
const hasAverages = (entries: object): entries is { readonly evaluateAverage: Entry } =>
  "evaluateAverage" in entries

/**
 * Opens a program as a learner with fresh weights; the session closes with the scope. Of a program that averages weights, the
 * average is what is evaluated and what becomes the model.
 */
export const open = Effect.fn("GraphLearner.open")(function* (
  program: Program,
  { batchSize, contextLength, gradientClip, seed }: Settings
): Effect.fn.Return<Learner, StageFailure, Scope.Scope> {
  const session = yield* Effect.mapError(Session.open(program.graphDef), toStageFailure)
  const { entries, variables } = program
  const averages = hasAverages(entries)
  const evaluated = averages ? entries.evaluateAverage : entries.evaluate
  const key = Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0)
  yield* attempt(() => session.call(entries.init, { key: { values: key } }))
  const width = contextLength + 1
  // Every token of a pretraining batch counts.
  const weights = {
    shape: [batchSize, contextLength],
    values: new Float32Array(batchSize * contextLength).fill(1)
  }
  const read = (which: ReadonlyArray<Variable>) =>
    attempt(() => {
      const arrays = new Map<string, NamedArray.NamedArray>()
      for (const group of grouped(which, bytesOf)) {
        const fetched = session.run(
          [],
          group.map(({ read }) => read.outputs.value.node)
        )
        for (const [i, { name }] of group.entries()) {
          const { shape, values } = fetched[i] ?? { shape: [], values: undefined }
          if (values instanceof Float32Array) arrays.set(name, NamedArray.of(name, "float32", values, shape))
        }
      }
      return arrays
    })

  return {
    train: (tokens, { learningRate, step }) =>
      attempt(() => {
        const { gradientNorm, loss } = session.call(entries.train, {
          tokens: { shape: [batchSize, width], values: tokens },
          weights,
          key: { values: Int32Array.of(seed | 0, step) },
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
        const { nats } = session.call(evaluated, {
          tokens: { shape: [batchSize, width], values: full },
          weights
        })
        const scored = rows * contextLength
        let sum = 0
        for (let i = 0; i < scored; i += 1) sum += nats.values[i] ?? Number.NaN
        return sum / scored
      }),
    weights: averages
      ? Effect.map(read(variables.filter(({ name }) => name.endsWith(Averaging.suffix))), renamed)
      : read(variables.filter(({ trainable }) => trainable)),
    state: read(variables),
    restore: (arrays) =>
      attempt(() => {
        for (const group of grouped(
          variables.filter(({ name }) => arrays.has(name)),
          bytesOf
        )) {
          const feeds = group.flatMap(({ name, write }) => {
            const array = arrays.get(name)
            const values = NamedArray.view(array, "float32")
            return array === undefined || values === undefined
              ? []
              : [{ node: write.inputs.value.node, dtype: "float32" as const, shape: array.shape, values }]
          })
          session.run(
            feeds,
            group.map(({ write }) => write.outputs.done.node)
          )
        }
      })
  }
})
