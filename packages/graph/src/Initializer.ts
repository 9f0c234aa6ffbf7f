// First values of variables. They depend on the key of the run and the variable's name alone, so that a model with one more
// layer starts with the same values in all the others.
import type { Shape } from "./Dimension.ts"
import type { DType } from "./DType.ts"
import { standalone } from "./ops/Barrier.ts"
import { full } from "./ops/Constant.ts"
import { mul } from "./ops/Elementwise.ts"
import { keyFor, randomNormal } from "./ops/Random.ts"
import type { Tensor } from "./Tensor.ts"

export type Initializer = (variable: {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  /** int32 [2] */
  readonly key: Tensor
}) => Tensor

/** The same number everywhere. */
export const constantly =
  (value: number): Initializer =>
  ({ dtype, shape }) =>
    full(shape, value, dtype)

export const zeros = constantly(0)
export const ones = constantly(1)

/** Normal numbers around 0. */
export const normal =
  (deviation: number): Initializer =>
  ({ key, name, shape }) =>
    // alone, so that equal shapes of all layers are one compiled function of their key
    mul(randomNormal(shape, standalone(keyFor(key, name))), deviation)
