// All that training needs, as one program: start, step, evaluate; weights never leave the session in between.
import * as AdamW from "./AdamW.ts"
import { gradients } from "./gradients.ts"
import type { Inputs, Objective, Run, Terms } from "./Objective.ts"
import { add, div, mul } from "./ops/Elementwise.ts"
import { sum } from "./ops/Reduce.ts"
import { input, type Variable } from "./Parameter.ts"
import type { Precision } from "./Precision.ts"
import * as Program from "./Program.ts"
import type { Tensor } from "./Tensor.ts"

export interface Options {
  readonly optimizer: AdamW.AdamWSettings
  readonly precision: Precision
  /** compile what lies between matrix products with XLA (about 3 s at the first step); off for a cross-check */
  readonly clusters: boolean
  /** share of values dropped in training; 0 if left out */
  readonly dropout?: number
  /** compute each block again in the backward pass: less memory, a third more time */
  readonly rematerialize?: boolean
}

const scalar = (name: string) => input(name, "float32", [])
const stepInputs = () => ({
  /** of what is dropped in this step; any without dropout */
  key: input("key", "int32", [2]),
  learningRate: scalar("learningRate"),
  step: scalar("step"),
  maxGradientNorm: scalar("maxGradientNorm")
})

/**
 * Entries of a training program:
 *
 * - `init`: `key` int32 [2]. First values from the key and the names of the parameters alone; optimizer slots zero.
 * - `train`: the objective's inputs, `key` int32 [2], `learningRate`, `step` (from 1) and `maxGradientNorm` (0 for no limit),
 *   float32 scalars. One AdamW step; gives `loss` (before the step) and `gradientNorm` (before clipping).
 * - `evaluate`: the objective's inputs. Gives the values of each term. Changes nothing.
 *
 * `variables` reads and writes parameters and slots one at a time.
 */
export const build = <const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  { clusters, dropout = 0, optimizer, precision, rematerialize = false }: Options
) => {
  const trained = objective.parameters.map((parameter) => ({ parameter, slots: AdamW.slotsOf(parameter) }))
  const own = stepInputs()
  const run: Run = {
    precision,
    rematerialize,
    ...(dropout > 0 ? { dropout: { rate: dropout, key: own.key } } : {})
  }
  return Program.lower(
    {
      init: start(trained.flatMap(({ parameter, slots }) => [parameter, slots.first, slots.second])),
      train: step(objective, trained, { own, run, optimizer }),
      evaluate: { inputs: objective.inputs, outputs: valuesOf(objective.terms({ precision })) }
    },
    { clusters }
  )
}

/** The program of an objective. */
export type TrainingProgram<O extends Objective> = ReturnType<
  typeof build<O["inputs"], ReturnType<O["terms"]>>
>

const start = (variables: ReadonlyArray<Variable>) => {
  const key = input("key", "int32", [2])
  return {
    inputs: { key },
    outputs: {},
    updates: variables.map(
      (variable) => [variable, variable.initializer({ ...pick(variable), key })] as const
    )
  }
}
const pick = ({ dtype, name, shape }: Variable) => ({ dtype, name, shape })

const step = <const I extends Inputs>(
  objective: Objective<I>,
  trained: ReadonlyArray<Pick<AdamW.Trained, "parameter" | "slots">>,
  options: {
    readonly own: ReturnType<typeof stepInputs>
    readonly run: Run
    readonly optimizer: AdamW.AdamWSettings
  }
) => {
  const inputs = { ...objective.inputs, ...options.own }
  const loss = lossOf(objective.terms(options.run))
  const found = gradients(loss, objective.parameters)
  const { gradientNorm, updates } = AdamW.update(
    trained.map((one, i) => ({ ...one, gradient: found[i] ?? one.parameter })),
    options.own,
    options.optimizer
  )
  return { inputs, outputs: { loss, gradientNorm }, updates }
}

/** A scalar: the means of all terms, added up. */
const lossOf = (terms: Terms): Tensor =>
  Object.values(terms)
    .map(({ factor = 1, values, weights }) => {
      const mean = div(sum(mul(values, weights)), sum(weights))
      return factor === 1 ? mean : mul(mean, factor)
    })
    .reduce((total, part) => add(total, part))

type Values<T extends Terms> = { readonly [Name in keyof T]: Tensor }
function valuesOf<T extends Terms>(terms: T): Values<T>
function valuesOf(terms: Terms): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(Object.entries(terms).map(([name, { values }]) => [name, values]))
}
