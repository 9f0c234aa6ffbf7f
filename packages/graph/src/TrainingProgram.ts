// All that training needs, as one program: start, step, evaluate; weights never leave the session in between.
import * as Accumulation from "./Accumulation.ts"
import * as AdamW from "./AdamW.ts"
import * as Averaging from "./Averaging.ts"
import { gradients } from "./gradients.ts"
import { lossOf } from "./Loss.ts"
import type { Inputs, Objective, Run, Terms } from "./Objective.ts"
import type { GroupOf, Optimizer } from "./Optimizer.ts"
import { type Input, input, type Variable } from "./Parameter.ts"
import type { Precision } from "./Precision.ts"
import * as Program from "./Program.ts"
import type { Tensor } from "./Tensor.ts"

export { totals } from "./Accumulation.ts"

export interface Options {
  /** settings alone are AdamW's */
  readonly optimizer: Optimizer | AdamW.AdamWSettings
  /** which parameters decay, and each one's share of the learning rate; left out: `Optimizer.decays`, all at one rate */
  readonly groupOf?: GroupOf
  /** keeps an average of the weights, and adds the entry `evaluateAverage` */
  readonly averaging?: Averaging.AveragingSettings
  readonly precision: Precision
  /** compile what lies between matrix products with XLA (about 3 s at the first step); off for a cross-check */
  readonly clusters: boolean
  /** share of values dropped in training; 0 if left out */
  readonly dropout?: number
  /** compute each block again in the backward pass: less memory, a third more time */
  readonly rematerialize?: boolean
  /** adds the entries `accumulate` and `apply`, and a gradient that stays for each parameter */
  readonly accumulation?: boolean
}

const scalar = (name: string) => input(name, "float32", [])
const keyInput = () => ({
  /** of what is dropped in this run; any without dropout */
  key: input("key", "int32", [2])
})
const stepInputs = () => ({
  learningRate: scalar("learningRate"),
  step: scalar("step"),
  maxGradientNorm: scalar("maxGradientNorm")
})

type Key = ReturnType<typeof keyInput>
type StepInputs = ReturnType<typeof stepInputs>
type Takes<I> = { readonly inputs: I }
type Gives<O> = { readonly outputs: O }
type Step = Gives<{ readonly loss: Tensor; readonly gradientNorm: Tensor }> & Required<Program.Entry>

/** Entries of every training program. */
export type Entries<I extends Inputs, T extends Terms> = {
  readonly init: Takes<Key> & Gives<{}> & Program.Entry
  readonly train: Takes<I & Key & StepInputs> & Step
  readonly evaluate: Takes<I> & Gives<Values<T>>
}
/** Entries of one that can add up gradients. */
export type WindowEntries<I extends Inputs, T extends Terms> = Entries<I, T> & {
  readonly accumulate: Takes<I & Key & Accumulation.Totals<T> & { readonly first: Input }> &
    Gives<{ readonly loss: Tensor }> &
    Required<Program.Entry>
  readonly apply: Takes<StepInputs> & Step
}
/** What a program that averages weights has beside the others. */
export type AverageEntries<I extends Inputs, T extends Terms> = {
  readonly evaluateAverage: Takes<I> & Gives<Values<T>>
}
interface Windowed extends Options {
  readonly accumulation: true
}
interface Averaged extends Options {
  readonly averaging: Averaging.AveragingSettings
}

/**
 * Entries of a training program:
 *
 * - `init`: `key` int32 [2]. First values from the key and the names of the parameters alone; optimizer slots zero.
 * - `train`: the objective's inputs, `key` int32 [2], `learningRate`, `step` (from 1) and `maxGradientNorm` (0 for no limit),
 *   float32 scalars. One step of the optimizer; gives `loss` (before the step) and `gradientNorm` (before clipping).
 * - `evaluate`: the objective's inputs. Gives the values of each term. Changes nothing.
 *
 * With `accumulation`, `train` can be done in parts:
 *
 * - `accumulate`: the objective's inputs, `key`, `<term>Total` float32 for each term (see `totals`) and `first`, a bool that
 *   begins a window. Adds the gradients of a batch to those of the window; gives the window's `loss` so far.
 * - `apply`: `learningRate`, `step` and `maxGradientNorm`. The optimizer's step of the window; gives what `train` gives.
 *
 * With `averaging`, `evaluateAverage` is `evaluate` with averaged weights, variables named `<parameter>/ema`.
 *
 * `variables` reads and writes parameters and slots one at a time.
 */
export function build<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Windowed & Averaged
): Program.Lowered<WindowEntries<I, T> & AverageEntries<I, T>>
export function build<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Windowed
): Program.Lowered<WindowEntries<I, T>>
export function build<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Averaged
): Program.Lowered<Entries<I, T> & AverageEntries<I, T>>
export function build<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Options
): Program.Lowered<Entries<I, T>>
export function build(objective: Objective, options: Options): Program.Lowered {
  return Program.lower(entriesOf(objective, options), { clusters: options.clusters })
}

/** The program of an objective. */
export type TrainingProgram<O extends Objective> = ReturnType<
  typeof build<O["inputs"], ReturnType<O["terms"]>>
>

/** The entries before they are written, for those who explain them. */
export function entriesOf<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Windowed & Averaged
): WindowEntries<I, T> & AverageEntries<I, T>
export function entriesOf<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Windowed
): WindowEntries<I, T>
export function entriesOf<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Averaged
): Entries<I, T> & AverageEntries<I, T>
export function entriesOf<const I extends Inputs, const T extends Terms>(
  objective: Objective<I, T>,
  options: Options
): Entries<I, T>
export function entriesOf(objective: Objective, options: Options): Program.Entries {
  const { accumulation = false, averaging, dropout = 0, precision, rematerialize = false } = options
  const { inputs, parameters } = objective
  const optimizer = "bind" in options.optimizer ? options.optimizer : AdamW.make(options.optimizer)
  const bound = optimizer.bind(parameters, options.groupOf)
  const averages = Averaging.averagesOf(averaging === undefined ? [] : parameters)
  const key = keyInput()
  const run: Run = {
    precision,
    rematerialize,
    ...(dropout > 0 ? { dropout: { rate: dropout, key: key.key } } : {})
  }
  const step = (loss: Tensor, found: ReadonlyArray<Tensor>) => {
    const own = stepInputs()
    const { gradientNorm, updates } = bound.update(found, own)
    const means =
      averaging === undefined ? [] : Averaging.averaged(averages, { ...averaging, step: own.step, updates })
    return {
      inputs: own,
      outputs: { loss, gradientNorm },
      updates: [...updates, ...means],
      gradients: found
    }
  }
  const whole = () => {
    const loss = lossOf(objective.terms(run))
    const { inputs: own, ...rest } = step(loss, gradients(loss, parameters))
    return { inputs: { ...inputs, ...key, ...own }, ...rest }
  }
  const windowed = () => {
    const sums = Accumulation.sumsOf(parameters)
    const first = input("first", "bool", [])
    const terms = objective.terms(run)
    const totals: Readonly<Record<string, Tensor>> = Accumulation.totalInputs(terms)
    const loss = lossOf(terms, (name, { weights }) => totals[`${name}Total`] ?? weights)
    const found = gradients(loss, parameters)
    const updates = Accumulation.accumulated(sums, { first, loss, gradients: found })
    return {
      sums: [sums.loss, ...sums.gradients],
      accumulate: {
        inputs: { ...inputs, ...key, ...totals, first },
        outputs: { loss: updates[0]?.[1] ?? loss },
        updates,
        gradients: found
      },
      apply: step(sums.loss, sums.gradients)
    }
  }
  const { sums = [], ...parts } = accumulation ? windowed() : {}
  const values = valuesOf(objective.terms({ precision }))
  return {
    init: start([...bound.variables, ...averages.values(), ...sums]),
    train: whole(),
    evaluate: { inputs, outputs: values },
    ...(averaging === undefined
      ? {}
      : { evaluateAverage: { inputs, outputs: Averaging.withAverages(values, averages) } }),
    ...parts
  }
}

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

type Values<T extends Terms> = { readonly [Name in keyof T]: Tensor }
function valuesOf<T extends Terms>(terms: T): Values<T>
function valuesOf(terms: Terms): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(Object.entries(terms).map(([name, { values }]) => [name, values]))
}
