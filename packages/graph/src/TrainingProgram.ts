// All that training needs, as one program: start, step, evaluate; weights never leave the session in between.
import * as Accumulation from "./Accumulation.ts"
import * as AdamW from "./AdamW.ts"
import * as Averaging from "./Averaging.ts"
import { gradients } from "./gradients.ts"
import { lossOf } from "./Loss.ts"
import { GraphInvalid } from "./errors.ts"
import type { Objective, Run, Terms } from "./Objective.ts"
import { sqrt, square, sub } from "./ops/Elementwise.ts"
import { addAll, sum } from "./ops/Reduce.ts"
import type { GroupOf, Optimizer, Updates } from "./Optimizer.ts"
import * as Phases from "./Phases.ts"
import { type Input, input, type Variable } from "./Parameter.ts"
import type { Precision } from "./Precision.ts"
import * as Program from "./Program.ts"
import type { Tensor } from "./Tensor.ts"

export { totals } from "./Accumulation.ts"
export { type Phase, type Suffix, suffixAt, type Trained } from "./Phases.ts"

export interface Options {
  /** settings alone are AdamW's */
  readonly optimizer: Optimizer | AdamW.AdamWSettings
  /** which parameters decay, and each one's share of the learning rate; left out: `Optimizer.decays`, all at one rate */
  readonly groupOf?: GroupOf
  /** Which parameters are trained; the others have no gradient, no slots and no average. All if left out. */
  readonly trained?: Phases.Trained
  /** In the first steps fewer move: adds the entries `train/0`, `train/1`, ... (see `suffixAt`). */
  readonly phases?: ReadonlyArray<Phases.Phase>
  /** whether a step also gives `updateNorm`, of how far it moved all weights: a third more time for the optimizer alone */
  readonly updateNorm?: boolean
  /** keeps an average of the weights that are trained, and adds the entry `evaluateAverage` */
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
type Step = Gives<{ readonly loss: Tensor; readonly gradientNorm: Tensor; readonly updateNorm?: Tensor }> &
  Required<Program.Entry>
type TermsOf<O extends Objective> = ReturnType<O["terms"]>
type PredictionsOf<O extends Objective> = O extends { readonly predictions: (run: Run) => infer P } ? P : {}
type Values<T extends Terms> = { readonly [Name in keyof T]: Tensor }
type Weights<T extends Terms> = { readonly [Name in keyof T & string as `${Name}Weights`]: Tensor }
/** What each prediction costs, under the name of its term, what it weighs, and what the network says. */
type Evaluation<O extends Objective> = Takes<O["inputs"]> &
  Gives<Values<TermsOf<O>> & Weights<TermsOf<O>> & PredictionsOf<O>>

type Train<O extends Objective> = Takes<O["inputs"] & Key & StepInputs> & Step
type Accumulate<O extends Objective> = Takes<
  O["inputs"] & Key & Accumulation.Totals<TermsOf<O>> & { readonly first: Input }
> &
  Gives<{ readonly loss: Tensor }> &
  Required<Program.Entry>
type Apply = Takes<StepInputs> & Step

/** Entries of every training program. */
export type Entries<O extends Objective> = {
  readonly init: Takes<Key> & Gives<{}> & Program.Entry
  readonly train: Train<O>
  readonly evaluate: Evaluation<O>
}
/** What one that can add up gradients has beside. */
export type WindowEntries<O extends Objective> = {
  readonly accumulate: Accumulate<O>
  readonly apply: Apply
}
/** What one that averages weights has beside. */
export type AverageEntries<O extends Objective> = { readonly evaluateAverage: Evaluation<O> }
/** What one with phases has beside. */
export type PhaseEntries<O extends Objective> = { readonly [name: `train/${number}`]: Train<O> }
export type PhaseWindowEntries<O extends Objective> = {
  readonly [name: `accumulate/${number}`]: Accumulate<O>
  readonly [name: `apply/${number}`]: Apply
}

interface Windowed {
  readonly accumulation: true
}
interface Averaged {
  readonly averaging: Averaging.AveragingSettings
}
interface Phased {
  readonly phases: ReadonlyArray<Phases.Phase>
}
/** The entries of a program, by what was asked for. */
export type EntriesOf<O extends Objective, Q extends Options> = Entries<O> &
  (Q extends Windowed ? WindowEntries<O> : unknown) &
  (Q extends Averaged ? AverageEntries<O> : unknown) &
  (Q extends Phased ? PhaseEntries<O> : unknown) &
  (Q extends Windowed & Phased ? PhaseWindowEntries<O> : unknown)

/**
 * Entries of a training program:
 *
 * - `init`: `key` int32 [2]. First values from the key and the names of the parameters alone; optimizer slots zero.
 * - `train`: the objective's inputs, `key` int32 [2], `learningRate`, `step` (from 1) and `maxGradientNorm` (0 for no limit),
 *   float32 scalars. One step of the optimizer; gives `loss` (before the step) and `gradientNorm` (before clipping).
 * - `evaluate`: the objective's inputs. Gives the values of each term under its name, their weights as `<term>Weights`, and what
 *   the network says as the objective's `predictions` name it. Changes nothing.
 *
 * With `accumulation`, `train` can be done in parts:
 *
 * - `accumulate`: the objective's inputs, `key`, `<term>Total` float32 for each term (see `totals`) and `first`, a bool that
 *   begins a window. Adds the gradients of a batch to those of the window; gives the window's `loss` so far.
 * - `apply`: `learningRate`, `step` and `maxGradientNorm`. The optimizer's step of the window; gives what `train` gives.
 *
 * With `averaging`, `evaluateAverage` is `evaluate` with averaged weights, variables named `<parameter>/ema`. What is not trained
 * has no average, and is the same for both.
 *
 * With `phases`, `train/0`, `accumulate/0` and `apply/0` are for the steps of the first phase, and so on; `train`, `accumulate` and
 * `apply` for those after all phases. A parameter begins, with its slots and its own count of steps, when its phase does.
 *
 * `variables` reads and writes parameters and slots one at a time. `trainable` are all parameters of the objective, trained here
 * or not: together they are the model.
 *
 * @throws GraphInvalid if no parameter is trained, or phases do not follow each other
 */
export function build<const O extends Objective, const Q extends Options>(
  objective: O,
  options: Q
): Program.Lowered<EntriesOf<O, Q>>
export function build(objective: Objective, options: Options): Program.Lowered {
  return Program.lower(entriesOf(objective, options), { clusters: options.clusters })
}

/** The program of an objective; with options that say so, also its other entries. */
export type TrainingProgram<O extends Objective = Objective, Q extends Options = Options> = Program.Lowered<
  EntriesOf<O, Q>
>

/** The entries before they are written, for those who explain them. */
export function entriesOf<const O extends Objective, const Q extends Options>(
  objective: O,
  options: Q
): EntriesOf<O, Q>
export function entriesOf(objective: Objective, options: Options): Program.Entries {
  const { accumulation = false, averaging, dropout = 0, precision, rematerialize = false } = options
  const { inputs, parameters } = objective
  const optimizer = "bind" in options.optimizer ? options.optimizer : AdamW.make(options.optimizer)
  const trained = options.trained === undefined ? parameters : parameters.filter(options.trained)
  const stretches = Phases.stretches(trained, options.phases)
  const groupOf = Phases.grouped(stretches, options.groupOf)
  const bound = optimizer.bind(trained, groupOf)
  const averages = Averaging.averagesOf(averaging === undefined ? [] : trained)
  const key = keyInput()
  const run: Run = {
    precision,
    rematerialize,
    ...(dropout > 0 ? { dropout: { rate: dropout, key: key.key } } : {})
  }
  /** gradients of those that move, in the order of all that are trained */
  const step = (loss: Tensor, found: ReadonlyArray<Tensor | undefined>) => {
    const own = stepInputs()
    const { gradientNorm, updates } = bound.update(found, own)
    const means =
      averaging === undefined ? [] : Averaging.averaged(averages, { ...averaging, step: own.step, updates })
    return {
      inputs: own,
      outputs: {
        loss,
        gradientNorm,
        ...(options.updateNorm === true ? { updateNorm: movedBy(updates) } : {})
      },
      updates: [...updates, ...means],
      gradients: found.filter((gradient) => gradient !== undefined)
    }
  }
  const gradientsOf = (loss: Tensor, { moves }: Phases.Stretch) => {
    const moving = trained.filter((parameter) => moves.has(parameter))
    const found = new Map(gradients(loss, moving).map((gradient, i) => [moving[i], gradient]))
    return trained.map((parameter) => found.get(parameter))
  }
  const whole = (stretch: Phases.Stretch) => {
    const loss = lossOf(objective.terms(run))
    const { inputs: own, ...rest } = step(loss, gradientsOf(loss, stretch))
    return { inputs: { ...inputs, ...key, ...own }, ...rest }
  }
  const sums = Accumulation.sumsOf(accumulation ? trained : [])
  const windowed = (stretch: Phases.Stretch) => {
    const first = input("first", "bool", [])
    const terms = objective.terms(run)
    const totals: Readonly<Record<string, Tensor>> = Accumulation.totalInputs(terms)
    const loss = lossOf(terms, (name, { weights }) => totals[`${name}Total`] ?? weights)
    const found = gradientsOf(loss, stretch)
    const updates = Accumulation.accumulated(sums, { first, loss, gradients: found })
    const moved = trained.map((parameter, i) =>
      stretch.moves.has(parameter) ? sums.gradients[i] : undefined
    )
    return {
      [`accumulate${stretch.suffix}`]: {
        inputs: { ...inputs, ...key, ...totals, first },
        outputs: { loss: updates[0]?.[1] ?? loss },
        updates,
        gradients: found.filter((gradient) => gradient !== undefined)
      },
      [`apply${stretch.suffix}`]: step(sums.loss, moved)
    }
  }
  const asked: Run = { precision }
  const outputs = evaluated(objective, asked)
  const frozen = parameters.filter((parameter) => !trained.includes(parameter))
  const kept = [...bound.variables, ...frozen, ...averages.values()]
  return {
    init: start(accumulation ? [...kept, sums.loss, ...sums.gradients] : kept),
    ...Object.fromEntries(stretches.map((stretch) => [`train${stretch.suffix}`, whole(stretch)])),
    evaluate: { inputs, outputs },
    ...(averaging === undefined
      ? {}
      : { evaluateAverage: { inputs, outputs: Averaging.withAverages(outputs, averages) } }),
    ...(accumulation ? Object.assign({}, ...stretches.map(windowed)) : {})
  }
}

/** The norm of the way from old weights to new ones. */
const movedBy = (updates: Updates): Tensor =>
  sqrt(
    addAll(
      updates.flatMap(([variable, moved]) =>
        "trainable" in variable ? [sum(square(sub(moved, variable)))] : []
      )
    )
  )

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

/**
 * What an evaluation gives.
 *
 * @throws GraphInvalid if two of its outputs have one name
 */
const evaluated = ({ predictions, terms }: Objective, run: Run): Readonly<Record<string, Tensor>> => {
  const listed = [
    ...Object.entries(terms(run)).flatMap(([name, { values, weights }]) => [
      [name, values] as const,
      [`${name}Weights`, weights] as const
    ]),
    ...Object.entries(predictions?.(run) ?? {})
  ]
  const outputs = Object.fromEntries(listed)
  const repeated = listed.find(([name], i) => listed.findIndex(([other]) => other === name) !== i)
  if (repeated !== undefined) throw new GraphInvalid("evaluate", `gives ${repeated[0]} twice`)
  return outputs
}
