// Sizes in numbers: what symbolic shapes come to in one run.
import * as Dimension from "./Dimension.ts"
import type { DType } from "./DType.ts"
import type { Tensor } from "./Tensor.ts"

const bytesEach: Readonly<Record<DType, number>> = {
  float32: 4,
  bfloat16: 2,
  int32: 4,
  int16: 2,
  int8: 1,
  bool: 1,
  resource: 0
}

/** Counts elements and bytes of tensors; a size that many tensors have is worked out once. */
export interface Sizes {
  readonly dim: (dim: Dimension.Dim) => number
  readonly elements: (tensor: Tensor) => number
  readonly bytes: (tensor: Tensor) => number
}

/**
 * Sizes of a run in which the names have these values.
 *
 * @throws GraphInvalid when asked for a size that depends on another name
 */
export const sizesOf = (bindings: Dimension.Bindings): Sizes => {
  const known = new Map<string, number>()
  const dim = (size: Dimension.Dim): number => {
    if (typeof size === "number") return size
    const found = known.get(size) ?? Dimension.evaluate(size, bindings)
    known.set(size, found)
    return found
  }
  const elements = ({ shape }: Tensor) => shape.reduce<number>((product, size) => product * dim(size), 1)
  return { dim, elements, bytes: (tensor) => elements(tensor) * bytesEach[tensor.dtype] }
}

/** Sizes at which tensors are compared: each name as long as a short text. */
export const typicalSizes = (order: ReadonlyArray<Tensor>): Sizes => {
  const dims = new Set(order.flatMap(({ shape }) => shape))
  return sizesOf(Object.fromEntries([...dims].flatMap(Dimension.names).map((name) => [name, 64])))
}
