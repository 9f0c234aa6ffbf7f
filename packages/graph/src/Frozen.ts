// A network that is asked but not trained, in the same program as one that is: its values from variables of other names.
import { make, origin, sorted, stopGradient, type Tensor } from "./Tensor.ts"

/**
 * `values` computed by the same operations from other tensors, each one that `replacements` names from its replacement. No
 * gradient passes. With variables for parameters this gives a second network, which may share no name with the first.
 */
export const frozen = (
  values: ReadonlyArray<Tensor>,
  replacements: ReadonlyMap<Tensor, Tensor>
): ReadonlyArray<Tensor> => {
  const copies = new Map<Tensor, Tensor>(replacements)
  const copyOf = (tensor: Tensor): Tensor => {
    const holder = origin(tensor)
    return copies.get(holder) ?? holder
  }
  for (const tensor of sorted(values, { aliases: "follow" })) {
    const inputs = tensor.inputs.map(copyOf)
    if (!copies.has(tensor) && inputs.some((input, i) => input !== tensor.inputs[i]))
      copies.set(tensor, make({ ...tensor, inputs }))
  }
  return values.map((value) => stopGradient(copyOf(value)))
}
