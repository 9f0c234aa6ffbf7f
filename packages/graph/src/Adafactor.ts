// Adafactor (Shazeer and Stern 2018), as transformers.optimization.Adafactor: the second moment of a matrix is kept as one number
// a row and one a column. (torch.optim.Adafactor knows neither a fixed rate nor a first moment, and bounds its moments otherwise.)
import * as Initializer from "./Initializer.ts"
import { standalone } from "./ops/Barrier.ts"
import { add, div, maximum, minimum, mul, pow, rsqrt, sqrt, square, sub } from "./ops/Elementwise.ts"
import { reshape } from "./ops/Layout.ts"
import { mean, sumOfSquares } from "./ops/Reduce.ts"
import * as Optimizer from "./Optimizer.ts"
import { type Parameter, variable, type Variable } from "./Parameter.ts"
import type { Tensor } from "./Tensor.ts"

export interface AdafactorSettings {
  /** added to the square of the gradient */
  readonly epsilon: number
  /** least root mean square of a parameter that its rate is scaled by */
  readonly minScale: number
  /** largest root mean square of what a parameter moves by, before the rate */
  readonly clipThreshold: number
  /** exponent of the memory of squares: step ** decayRate of them is new */
  readonly decayRate: number
  /** memory of the mean update; 0 keeps none, and needs no slot */
  readonly beta1: number
  /** share of a weight taken off, times its rate; of parameters that decay */
  readonly weightDecay: number
  /** The rate times the root mean square of the parameter. */
  readonly scaleParameter: boolean
  /** The rate is min(1e-2, 1/sqrt(step)) whatever the schedule says. */
  readonly relativeStep: boolean
  /** With `relativeStep`, min(1e-6 step, 1/sqrt(step)). */
  readonly warmupInit: boolean
}

/** As transformers has them: no schedule needed. */
export const defaults: AdafactorSettings = {
  epsilon: 1e-30,
  minScale: 1e-3,
  clipThreshold: 1,
  decayRate: -0.8,
  beta1: 0,
  weightDecay: 0,
  scaleParameter: true,
  relativeStep: true,
  warmupInit: false
}

/**
 * The rate that a step takes where `relativeStep` makes one, before it is scaled by each parameter; for a trace, since the
 * schedule's counts nothing then.
 *
 * @param step from 1
 */
export const relativeRate = ({ warmupInit }: Pick<AdafactorSettings, "warmupInit">, step: number): number =>
  Math.min(warmupInit ? 1e-6 * step : 1e-2, 1 / Math.sqrt(step))

const sizeOf = ({ shape }: Parameter) => shape.reduce((n, dim) => n * dim, 1)

/** What the second moment of a parameter is kept in: rows and columns of the last two axes, or all of a vector. */
type Moment = { readonly row: Variable; readonly column: Variable } | { readonly square: Variable }

const momentOf = ({ name, shape }: Parameter): Moment => {
  const slot = (what: string, of: ReadonlyArray<number>) =>
    variable(`${name}/adafactor_${what}`, "float32", of, Initializer.zeros)
  if (shape.length < 2) return { square: slot("v", shape) }
  return {
    row: slot("row", shape.slice(0, -1)),
    column: slot("column", [...shape.slice(0, -2), ...shape.slice(-1)])
  }
}

/** The new second moment, and what to multiply the gradient by. */
const normalized = (
  { gradient, parameter: { shape } }: Pick<Optimizer.Moving<{}>, "gradient" | "parameter">,
  moment: Moment,
  { epsilon, kept, taken }: { readonly epsilon: number; readonly kept: Tensor; readonly taken: Tensor }
): { readonly updates: Optimizer.Updates; readonly by: Tensor } => {
  const squares = add(square(gradient), epsilon)
  const next = (slot: Variable, found: Tensor) => add(mul(slot, kept), mul(found, taken))
  if ("square" in moment) {
    const v = next(moment.square, squares)
    return { updates: [[moment.square, v]], by: rsqrt(v) }
  }
  const row = next(moment.row, mean(squares, { axes: [-1] })) // [.., R]
  const column = next(moment.column, mean(squares, { axes: [-2] })) // [.., C]
  const share = rsqrt(div(row, mean(row, { axes: [-1], keep: true })))
  const by = mul(
    reshape(share, [...shape.slice(0, -1), 1]),
    reshape(rsqrt(column), [...shape.slice(0, -2), 1, ...shape.slice(-1)])
  ) // [.., R, C]
  return {
    updates: [
      [moment.row, row],
      [moment.column, column]
    ],
    by
  }
}

/**
 * Keeps `<parameter>/adafactor_row` and `_column` of what has two axes or more, `_v` of vectors, and `_m` with a `beta1`.
 * The rate is the schedule's times the group's share unless `relativeStep`.
 */
export const make = (settings: AdafactorSettings = defaults): Optimizer.Optimizer => {
  const {
    beta1,
    clipThreshold,
    decayRate,
    epsilon,
    minScale,
    relativeStep,
    scaleParameter,
    warmupInit,
    weightDecay
  } = settings
  return Optimizer.make({
    name: "adafactor",
    slotsOf: (parameter): Readonly<Record<string, Variable>> => ({
      ...momentOf(parameter),
      ...(beta1 === 0
        ? {}
        : { first: variable(`${parameter.name}/adafactor_m`, "float32", parameter.shape, Initializer.zeros) })
    }),
    begin: ({ learningRate, share, step }) => {
      const relative = minimum(warmupInit ? mul(step, 1e-6) : 1e-2, rsqrt(step))
      const base = standalone(relativeStep ? (share === 1 ? relative : mul(relative, share)) : learningRate)
      const taken = standalone(pow(step, decayRate))
      const kept = standalone(sub(1, taken))
      return (one) => {
        const { decays, gradient, parameter, slots } = one
        const size = sizeOf(parameter)
        const rate = scaleParameter
          ? mul(maximum(mul(sqrt(sumOfSquares(parameter)), size ** -0.5), minScale), base)
          : base
        const { row, column, square: whole, first } = slots
        const moment =
          row !== undefined && column !== undefined ? { row, column } : { square: whole ?? parameter }
        const { by, updates } = normalized(one, moment, { epsilon, kept, taken })
        const direction = mul(by, gradient)
        const length = sqrt(mean(square(direction)))
        const step = mul(direction, div(rate, maximum(div(length, clipThreshold), 1)))
        const moved = first === undefined ? step : add(mul(first, beta1), mul(step, 1 - beta1))
        const remaining =
          decays && weightDecay > 0 ? mul(parameter, sub(1, mul(rate, weightDecay))) : parameter
        return [
          ...updates,
          ...(first === undefined ? [] : [[first, moved] as const]),
          [parameter, sub(remaining, moved)]
        ]
      }
    }
  })
}
