// The same program with some of its tensors computed in another way.
import type { Emitter } from "./Emitter.ts"
import { make, origin, sorted, type Tensor } from "./Tensor.ts"

/**
 * Computes `roots` with replacements. Each tensor they need is shown to `replace`, inputs first, with what its inputs have
 * become; undefined keeps it as it is. Gradients are not for what comes out: their rules know the old inputs.
 */
export const rewrite = (
  roots: ReadonlyArray<Tensor>,
  replace: (tensor: Tensor, inputs: ReadonlyArray<Tensor>) => Tensor | undefined
): ReadonlyArray<Tensor> => {
  const become = new Map<Tensor, Tensor>()
  const after = (tensor: Tensor): Tensor => become.get(origin(tensor)) ?? tensor
  for (const tensor of sorted(roots, { aliases: "follow" })) {
    const inputs = tensor.inputs.map(after)
    const changed = inputs.some((input, i) => input !== tensor.inputs[i])
    become.set(tensor, replace(tensor, inputs) ?? (changed ? make({ ...tensor, inputs }) : tensor))
  }
  return roots.map(after)
}

/** Computes `roots` with kernels of TensorFlow's own where `plain` says so: for sizes that would be compiled for again and again. */
export const uncompiled = (
  roots: ReadonlyArray<Tensor>,
  plain: (tensor: Tensor) => boolean
): ReadonlyArray<Tensor> =>
  rewrite(roots, (tensor, inputs) =>
    tensor.placement === "fused" && plain(tensor)
      ? make({ ...tensor, inputs, placement: "alone" })
      : undefined
  )

/** Whether a matrix product takes its second operand transposed. */
export const takesTransposed = (product: Tensor): boolean => {
  let transposed = false
  const note: Emitter = {
    node: (_op, _inputs, options = {}) => {
      const flag = options.attributes?.["transpose_b"] ?? options.attributes?.["adj_y"]
      transposed = flag !== undefined && "bool" in flag && flag.bool
      return ""
    },
    constant: () => "",
    dim: () => "",
    shape: () => ""
  }
  product.lower(note, ["", ""])
  return transposed
}
