// A step over more rows than memory holds at once: a window of batches whose gradients are added up before the weights move.
// Each batch is divided by the weights of the whole window, not by its own, so that the sum is the gradient of one large
// batch, however the rows are spread and however short the last batch is.
import * as Dimension from "./Dimension.ts"
import * as Interpreter from "./Interpreter.ts"
import type { Objective, Terms } from "./Objective.ts"
import { add } from "./ops/Elementwise.ts"
import { where } from "./ops/Logic.ts"
import { sum } from "./ops/Reduce.ts"
import { type Input, input, type Parameter, scratch, type Variable } from "./Parameter.ts"
import type { Tensor } from "./Tensor.ts"
import type { Values } from "./Values.ts"

/** `<term>Total` for each term: the sum of its weights over the whole window, a float32 scalar. */
export type Totals<T extends Terms, V = Input> = { readonly [Name in keyof T & string as `${Name}Total`]: V }

/** Sums over the batches of a window so far. */
export interface Sums {
  readonly loss: Variable
  /** of each parameter, named `<parameter>/gradient` */
  readonly gradients: ReadonlyArray<Variable>
}

export const sumsOf = (parameters: ReadonlyArray<Parameter>): Sums => ({
  loss: scratch("window/loss", []),
  gradients: parameters.map(({ name, shape }) => scratch(`${name}/gradient`, shape))
})

/** Adds a batch to the sums, of which those without a gradient stay as they are; `first` begins a new window. */
export const accumulated = (
  sums: Sums,
  {
    first,
    gradients,
    loss
  }: { readonly first: Tensor; readonly loss: Tensor; readonly gradients: ReadonlyArray<Tensor | undefined> }
): ReadonlyArray<readonly [Variable, Tensor]> =>
  [sums.loss, ...sums.gradients].flatMap((variable, i) => {
    const part = [loss, ...gradients][i]
    return part === undefined ? [] : [[variable, add(where(first, 0, variable), part)] as const]
  })

export function totalInputs<T extends Terms>(terms: T): Totals<T>
export function totalInputs(terms: Terms): Readonly<Record<string, Input>> {
  return Object.fromEntries(
    Object.keys(terms).map((name) => [`${name}Total`, input(`${name}Total`, "float32", [])])
  )
}

/** What a batch gives an input. */
export interface Given {
  readonly shape: ReadonlyArray<number>
  readonly values: ArrayLike<number>
}

/**
 * How much each term weighs in a window: what the entry `accumulate` needs to know before the first of its batches runs.
 *
 *     const totals = TrainingProgram.totals(objective)
 *     const window = totals(batches)
 *     for (const [i, batch] of batches.entries())
 *       session.call(entries.accumulate, { ...batch, ...window, key, first: { values: Uint8Array.of(i === 0 ? 1 : 0) } })
 *     const { loss, gradientNorm } = session.call(entries.apply, { learningRate, step, maxGradientNorm })
 *
 * @throws GraphInvalid if weights depend on an input that a batch does not give
 */
export function totals<T extends Terms>(
  objective: Objective<Objective["inputs"], T>
): (batches: ReadonlyArray<Readonly<Record<string, Given>>>) => Totals<T, { readonly values: Float32Array }>
export function totals(objective: Objective) {
  const sums = Object.entries(objective.terms({ precision: "float32" })).map(
    ([name, { weights }]) => [`${name}Total`, sum(weights)] as const
  )
  return (batches: ReadonlyArray<Readonly<Record<string, Given>>>) => {
    const found = batches.map((batch) => {
      const given = new Map<Tensor, Values>()
      const sizes: Record<string, number> = {}
      for (const [name, tensor] of Object.entries(objective.inputs)) {
        const { shape = [], values } = batch[name] ?? {}
        if (values === undefined) continue
        given.set(tensor, { shape, data: Float64Array.from(values) })
        for (const [axis, dim] of tensor.shape.entries()) {
          const size = Dimension.offset(dim)
          if (size !== undefined) sizes[size.name] = (shape[axis] ?? 0) - size.plus
        }
      }
      return Interpreter.evaluate(
        sums.map(([, weight]) => weight),
        given,
        sizes
      )
    })
    return Object.fromEntries(
      sums.map(([name], i) => [
        name,
        { values: Float32Array.of(found.reduce((total, values) => total + (values[i]?.data[0] ?? 0), 0)) }
      ])
    )
  }
}
