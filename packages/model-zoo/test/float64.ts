// Objectives in float64, without TensorFlow: what they mean, for tests that need neither speed nor float32.
import {
  Dimension,
  Interpreter,
  type Objective,
  type Parameter,
  type Tensor,
  type Values
} from "@inkstone/graph"
import * as Start from "../src/internal/contract/Start.ts"

export type Batch = Readonly<
  Record<string, { readonly shape: ReadonlyArray<number>; readonly values: ArrayLike<number> }>
>

/** Numbers for a parameter, none of which is 0. */
export const valuesOf = ({ name, shape }: Parameter): Values => ({
  shape,
  data: Float64Array.from(Start.stirred({ name, shape }))
})

interface Numbers {
  readonly parameters?: (parameter: Parameter) => Values
  /** of whatever else they are computed from */
  readonly given?: ReadonlyArray<readonly [Tensor, Values]>
}

/** The values of tensors that an objective computes, for a batch. */
export const evaluate = (
  objective: Objective,
  batch: Batch,
  tensors: ReadonlyArray<Tensor>,
  { given: more = [], parameters = valuesOf }: Numbers = {}
): ReadonlyArray<Float64Array> => {
  const given = new Map<Tensor, Values>(objective.parameters.map((one) => [one, parameters(one)]))
  for (const [tensor, values] of more) given.set(tensor, values)
  const sizes: Record<string, number> = {}
  for (const [name, tensor] of Object.entries(objective.inputs)) {
    const { shape = [], values = [] } = batch[name] ?? {}
    given.set(tensor, { shape, data: Float64Array.from(values) })
    for (const [axis, dim] of tensor.shape.entries()) {
      const size = Dimension.offset(dim)
      if (size !== undefined) sizes[size.name] = (shape[axis] ?? 0) - size.plus
    }
  }
  return Interpreter.evaluate(tensors, given, sizes).map(({ data }) => Float64Array.from(data))
}
