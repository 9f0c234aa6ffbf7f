// Reverse-mode differentiation: gradients are tensors like any other, so that they are fused like any other.
import * as Dimension from "./Dimension.ts"
import { isFloat } from "./DType.ts"
import { GraphInvalid } from "./errors.ts"
import { full } from "./ops/Constant.ts"
import { add } from "./ops/Elementwise.ts"
import { sumTo } from "./ops/Reduce.ts"
import { sorted, type Tensor } from "./Tensor.ts"

/**
 * Gradients of a scalar with respect to each of `targets`, which may be parameters, inputs or anything between; zeros for
 * one that the loss does not depend on.
 *
 * @throws GraphInvalid if the loss is not a floating-point scalar
 */
export const gradients = (loss: Tensor, targets: ReadonlyArray<Tensor>): ReadonlyArray<Tensor> => {
  if (loss.shape.length > 0 || !isFloat(loss.dtype))
    throw new GraphInvalid(
      "gradients",
      `${loss.name} is ${loss.dtype} ${Dimension.show(loss.shape)}, not a scalar`
    )
  const found = pullback(loss, full([], 1, loss.dtype), { targets, beyond: true })
  return targets.map((target, i) => found[i] ?? full(target.shape, 0, target.dtype))
}

export interface PullbackOptions {
  readonly targets: ReadonlyArray<Tensor>
  /** whether what a target is computed from counts as well, or a path ends at the first target it meets */
  readonly beyond: boolean
}

/**
 * From the gradient of a tensor to those of targets (a vector-Jacobian product); undefined for one that it does not depend
 * on.
 */
export const pullback = (
  result: Tensor,
  gradient: Tensor,
  { beyond, targets }: PullbackOptions
): ReadonlyArray<Tensor | undefined> => {
  const wanted = new Set(targets)
  // without the end a layer's own rule would go through all layers below it
  const order = sorted([result], { aliases: "keep", ...(beyond ? {} : { ends: wanted }) })
  const leads = new Set<Tensor>()
  for (const tensor of order)
    if (wanted.has(tensor) || tensor.inputs.some((input) => leads.has(input))) leads.add(tensor)

  const collected = new Map<Tensor, Array<Tensor>>([[result, [gradient]]])
  const found = new Map<Tensor, Tensor>()
  for (const tensor of order.toReversed()) {
    const parts = collected.get(tensor)
    if (parts === undefined || !leads.has(tensor)) continue
    collected.delete(tensor)
    const sum = total(parts)
    if (wanted.has(tensor)) {
      found.set(tensor, sum)
      if (!beyond) continue
    }
    const towards = tensor.gradient?.(sum, tensor) ?? []
    for (const [i, input] of tensor.inputs.entries()) {
      const part = towards[i]
      if (part === undefined || !leads.has(input)) continue
      const list = collected.get(input) ?? []
      list.push(sumTo(part, input.shape))
      collected.set(input, list)
    }
  }
  return targets.map((target) => found.get(target))
}

const total = (parts: ReadonlyArray<Tensor>): Tensor => {
  // sums onto zeros last: they can start from what the others gave
  const plain = parts.filter((part) => part.onto === undefined)
  const onto = parts.filter((part) => part.onto !== undefined)
  const [first, ...others] = [...plain, ...onto]
  if (first === undefined) throw new GraphInvalid("gradients", "nothing to add up")
  return others.reduce((sum, part) => part.onto?.(sum) ?? add(sum, part), first)
}
