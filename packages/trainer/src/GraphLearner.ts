// A network in training on TensorFlow: weights and optimizer slots live in the session, batches go in, numbers come out.
import { Averaging, type Objective, Program, TrainingProgram } from "@inkstone/graph"
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
import type { Batch, Given } from "./Feed.ts"
import type { Cost, Learner, Update } from "./Learner.ts"

export interface Settings {
  /** of the first weights, and of what is dropped in each step */
  readonly seed: number
  /** largest norm of the whole gradient; 0 = no limit */
  readonly gradientClip: number
  /** arrays that the first weights are replaced by, and those of a teacher; none of other names than the program's */
  readonly start?: NamedArray.NamedArrays
}

export interface Opened {
  readonly learner: Learner
  /** the program, serialized */
  readonly graphDef: Uint8Array
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
            advice:
              "Lower microBatchSize (the result stays the same) or contextLength, or take a smaller preset"
          })
        : new StageFailure({ category: "crashed", fact: error._tag, problem: error.message, advice: "" })
  }
}

/** Runs calls of an open session, which throw `RunFailed`; anything else they throw is a bug. */
export const attempt = <A>(work: () => A): Effect.Effect<A, StageFailure> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work())
    } catch (cause) {
      return cause instanceof RunFailed ? Effect.fail(toStageFailure(cause)) : Effect.die(cause)
    }
  })

type Variable = Program.LoweredVariable
type Entry = Program.LoweredEntry

const bytesOf = ({ shape }: Variable): number =>
  shape.reduce<number>((size, dim) => size * (typeof dim === "number" ? dim : 1), 4)

/** Averages by the names of what they are averages of. */
const asWeights = (arrays: NamedArray.NamedArrays): NamedArray.NamedArrays =>
  new Map(
    [...arrays.values()].map((array) => {
      const name = array.name.endsWith(Averaging.suffix)
        ? array.name.slice(0, -Averaging.suffix.length)
        : array.name
      return [name, { ...array, name }]
    })
  )

const scalar = (value: number) => ({ shape: [], values: Float32Array.of(value) })

type Entries = Readonly<Record<string, Entry>>

/** Weighted sum of what the predictions of a term cost, in float64. */
const costOf = (values: ArrayLike<number>, weights: ArrayLike<number>, factor: number): Cost => {
  let [sum, weight] = [0, 0]
  for (let i = 0; i < values.length; i += 1) {
    const w = weights[i] ?? 0
    // what a row that fills up costs may be anything
    if (w === 0) continue
    sum += w * (values[i] ?? Number.NaN)
    weight += w
  }
  return { sum, weight, factor }
}

/** A key of its own for each batch of each step: nothing is dropped twice in the same way. */
const keyOf = (seed: number, step: number, batch: number) => ({
  values: Int32Array.of((seed | 0) ^ Math.imul(batch, 0x9e3779b1), step)
})

/**
 * Builds the program of an objective and opens it as a learner with fresh weights, those of `start` put over them; the session
 * closes with the scope. Of a program that averages weights, the average is what is evaluated and what becomes the model.
 */
export const open = Effect.fn("GraphLearner.open")(function* (
  objective: Objective,
  options: TrainingProgram.Options,
  { gradientClip, seed, start = new Map() }: Settings
): Effect.fn.Return<Opened, StageFailure, Scope.Scope> {
  const program: Program.Lowered = TrainingProgram.build(objective, options)
  const session = yield* Effect.mapError(
    Session.open(program.graphDef, { rewrite: Program.rewrite(program) }),
    toStageFailure
  )
  const entries: Entries = program.entries
  const variables = program.variables.filter(({ scratch }) => !scratch)
  /** never changes: it is not kept again in each checkpoint */
  const still = new Set([
    ...variables.flatMap(({ name, trainable }) => (!trainable && start.has(name) ? [name] : [])),
    ...objective.parameters.flatMap((parameter) =>
      options.trained?.(parameter) === false && start.has(parameter.name) ? [parameter.name] : []
    )
  ])
  const averages = new Set(variables.flatMap(({ name }) => (name.endsWith(Averaging.suffix) ? [name] : [])))
  const entryOf = (name: string): Entry => {
    const entry = entries[name]
    if (entry === undefined) throw new RangeError(`the program has no entry ${name}`)
    return entry
  }
  const terms = Object.entries(objective.terms({ precision: "float32" })).map(
    ([name, { factor = 1 }]) => [name, factor] as const
  )
  const totals = options.accumulation === true ? TrainingProgram.totals(objective) : undefined

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

  const restore = (arrays: NamedArray.NamedArrays) =>
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

  const restart = Effect.andThen(
    attempt(() => {
      session.call(entryOf("init"), {
        key: { values: Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0) }
      })
    }),
    restore(start)
  )

  /** Adds up the gradients of the batches, then lets the optimizer take its step. */
  const inParts = (window: ReadonlyArray<Batch>, step: number, inputs: Readonly<Record<string, Given>>) => {
    if (totals === undefined)
      throw new RangeError(`a window of ${window.length} batches, but the program does not add up gradients`)
    const weights = totals(window.map(({ inputs }) => inputs))
    const suffix = TrainingProgram.suffixAt(options.phases, step)
    for (const [i, batch] of window.entries())
      session.call(entryOf(`accumulate${suffix}`), {
        ...batch.inputs,
        ...weights,
        key: keyOf(seed, step, i),
        first: { shape: [], values: Uint8Array.of(i === 0 ? 1 : 0) }
      })
    return session.call(entryOf(`apply${suffix}`), inputs)
  }
  const atOnce = ({ inputs }: Batch, step: number, others: Readonly<Record<string, Given>>) =>
    session.call(entryOf(`train${TrainingProgram.suffixAt(options.phases, step)}`), {
      ...inputs,
      ...others,
      key: keyOf(seed, step, 0)
    })

  yield* restart
  const learner: Learner = {
    train: (window, { learningRate, step }) =>
      attempt((): Update => {
        const inputs = {
          learningRate: scalar(learningRate),
          step: scalar(step),
          maxGradientNorm: scalar(gradientClip)
        }
        const [only] = window
        const found =
          window.length === 1 && only !== undefined
            ? atOnce(only, step, inputs)
            : inParts(window, step, inputs)
        const one = (name: string) => found[name]?.values[0] ?? Number.NaN
        return { loss: one("loss"), gradientNorm: one("gradientNorm"), updateNorm: one("updateNorm") }
      }),
    evaluate: ({ inputs }) =>
      attempt(() => {
        const found = session.call(entryOf(averages.size === 0 ? "evaluate" : "evaluateAverage"), inputs)
        const costs = terms.map(([name, factor]) => {
          const [values, weights] = [found[name]?.values ?? [], found[`${name}Weights`]?.values ?? []]
          return [name, costOf(values, weights, factor)] as const
        })
        const said = Object.entries(found).map(([name, { values }]) => [name, values] as const)
        return { costs: Object.fromEntries(costs), said: Object.fromEntries(said) }
      }),
    weights: Effect.map(
      read(
        variables.filter(({ name, trainable }) =>
          trainable ? !averages.has(name + Averaging.suffix) : averages.has(name)
        )
      ),
      asWeights
    ),
    state: read(variables.filter(({ name }) => !still.has(name))),
    restore,
    restart
  }
  return { learner, graphDef: program.graphDef }
})
