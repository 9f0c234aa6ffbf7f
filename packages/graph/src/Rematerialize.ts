// Memory for time (Chen et al. 2016): what lies inside of a block is computed again in the backward pass instead of kept.
import { isFloat } from "./DType.ts"
import { pullback } from "./gradients.ts"
import { after } from "./ops/Barrier.ts"
import { nextId, type Tensor, withGradient } from "./Tensor.ts"

/** What the value was computed from that is older than `since`. */
export const before = (value: Tensor, since: number): ReadonlySet<Tensor> => {
  const seen = new Set<Tensor>()
  const found = new Set<Tensor>()
  const stack = [value]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (next.id < since) found.add(next)
    else stack.push(...next.inputs)
  }
  return found
}

/**
 * `f(...inputs)`, of which the backward pass keeps the inputs alone: once the gradient of the result is there, `f` is called
 * again on them. Gradients flow to the inputs and to all else that `f` uses, such as parameters, but not to what it makes
 * inside. Give large tensors, and the key of random numbers, as inputs: what `f` uses beside them is not held back, so that
 * TensorFlow may find the first computation of what depends on it alone and keep that.
 *
 * `f` must make the same operations each time, and no variables.
 */
export function rematerialize<const I extends ReadonlyArray<Tensor>>(
  f: (...inputs: I) => Tensor,
  inputs: I
): Tensor
export function rematerialize(
  f: (...inputs: ReadonlyArray<Tensor>) => Tensor,
  inputs: ReadonlyArray<Tensor>
): Tensor {
  const since = nextId()
  const value = f(...inputs)
  if (value.id < since) return value
  // an input may also be used as part of what is outside
  const outside = [...new Set([...inputs, ...before(value, since)])].filter(({ dtype }) => isFloat(dtype))
  return withGradient(value, [...inputs, ...outside], (gradient) => {
    const held = inputs.map((tensor) => after(tensor, gradient))
    return pullback(f(...held), gradient, { targets: [...held, ...outside], beyond: false })
  })
}
