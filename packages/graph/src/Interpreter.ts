// Reference evaluation in float64, written for clarity: what gradients and lowering are checked against.
import type { Bindings } from "./Dimension.ts"
import { GraphInvalid } from "./errors.ts"
import { sorted, type Tensor } from "./Tensor.ts"
import type { Values } from "./Values.ts"

/**
 * The values of tensors, given those of the inputs and parameters they are computed from.
 *
 * @throws GraphInvalid if one is missing
 */
export const evaluate = (
  outputs: ReadonlyArray<Tensor>,
  given: ReadonlyMap<Tensor, Values>,
  bindings: Bindings = {}
): ReadonlyArray<Values> => {
  const known = new Map<Tensor, Values>(given)
  const value = (tensor: Tensor): Values => {
    const found = known.get(tensor)
    if (found === undefined) throw new GraphInvalid("evaluate", `${tensor.name} has no value`)
    return found
  }
  for (const tensor of sorted(outputs, { aliases: "keep" }))
    if (!known.has(tensor)) known.set(tensor, tensor.evaluate(tensor.inputs.map(value), bindings))
  return outputs.map(value)
}
