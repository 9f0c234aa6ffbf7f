// What a program starts from: inputs, which each run is given, and variables, which live in the session.
import type { Shape } from "./Dimension.ts"
import type { DType } from "./DType.ts"
import { GraphInvalid } from "./errors.ts"
import { type Initializer, zeros } from "./Initializer.ts"
import { make, type Tensor } from "./Tensor.ts"

export interface Input extends Tensor {
  readonly op: "input"
}

/** A named number array that stays in the session between runs. As a tensor it is its value when a run starts. */
export interface Variable extends Tensor {
  readonly op: "variable"
  readonly initializer: Initializer
  /** worth nothing between two steps of training: no part of a checkpoint */
  readonly scratch?: true
}

/** A variable that is trained. */
export interface Parameter extends Variable {
  readonly trainable: true
  readonly shape: ReadonlyArray<number>
}

const unknown = (name: string) => () => {
  throw new GraphInvalid("evaluate", `${name} has no value`)
}

/** What a run is given. A symbolic size in the shape may differ from run to run. */
export const input = (name: string, dtype: DType, shape: Shape): Input => ({
  ...make({
    op: "input",
    name,
    inputs: [],
    dtype,
    shape,
    placement: "alone",
    lower: unknown(name),
    evaluate: unknown(name)
  }),
  op: "input"
})

/** State that is not trained: optimizer slots, caches. */
export const variable = (name: string, dtype: DType, shape: Shape, initializer: Initializer): Variable => ({
  ...make({
    op: "variable",
    name,
    inputs: [],
    dtype,
    shape,
    placement: "alone",
    lower: unknown(name),
    evaluate: unknown(name)
  }),
  op: "variable",
  initializer
})

/** State that is only worth something within a step, such as gradients that are being added up. */
export const scratch = (name: string, shape: Shape): Variable => ({
  ...variable(name, "float32", shape, zeros),
  scratch: true
})

/**
 * A trained array. Its name is how checkpoints know it, and with the seed all that its first values depend on.
 */
export const parameter = (
  name: string,
  shape: ReadonlyArray<number>,
  initializer: Initializer
): Parameter => ({
  ...variable(name, "float32", shape, initializer),
  trainable: true,
  shape
})

export const isVariable = (tensor: Tensor): tensor is Variable => tensor.op === "variable"

/** Trainable numbers. */
export const parameterCount = ({ parameters }: { readonly parameters: ReadonlyArray<Parameter> }): number =>
  parameters.reduce((sum, { shape }) => sum + shape.reduce((n, dim) => n * dim, 1), 0)
