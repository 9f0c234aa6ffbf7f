// A network with other tensors in place of some of its parameters, through which gradients flow: a weight can become a sum of a
// weight that stays and of something that is learnt, whatever is built on it.
import { isFloat } from "./DType.ts"
import { pullback } from "./gradients.ts"
import { before } from "./Rematerialize.ts"
import { make, nextId, origin, sorted, type Tensor, withGradient } from "./Tensor.ts"

/**
 * What `f` makes, with each tensor that `replacements` names replaced. Gradients flow to the replacements instead of what they
 * replace, and to all else that was there before `f` was called; so the backward pass keeps and makes again what it does without.
 *
 *     const w = parameter("w", [4, 4], zeros)
 *     const y = substituted(() => matmul(x, w), new Map([[w, add(w, matmul(b, a))]]))
 */
export const substituted = (f: () => Tensor, replacements: ReadonlyMap<Tensor, Tensor>): Tensor => {
  const since = nextId()
  const value = f()
  if (value.id < since) return replacements.get(value) ?? value
  const outside = [...before(value, since)]
  if (!outside.some((tensor) => replacements.has(tensor))) return value
  /** what has become of each tensor; a replacement is what it is, though it may hold what it replaces */
  const become = new Map<Tensor, Tensor>(replacements)
  for (const tensor of replacements.values()) become.set(tensor, tensor)
  const after = (tensor: Tensor): Tensor => {
    const found = origin(tensor)
    return become.get(found) ?? found
  }
  const known = (tensor: Tensor) => tensor.id < since || become.has(tensor)
  const replace = (roots: ReadonlyArray<Tensor | undefined>): ReadonlyArray<Tensor | undefined> => {
    const made = sorted(
      roots.filter((root) => root !== undefined),
      { aliases: "follow", until: known }
    )
    for (const tensor of made) {
      const inputs = tensor.inputs.map(after)
      const same = inputs.every((input, i) => input === tensor.inputs[i])
      const copy = same ? tensor : copied(tensor, inputs)
      become.set(tensor, copy)
      become.set(copy, copy)
    }
    return roots.map((root) => root && after(root))
  }
  const floats = outside.filter(({ dtype }) => isFloat(dtype))
  const [replaced = value] = replace([value])
  return withGradient(
    replaced,
    floats.map((tensor) => replacements.get(tensor) ?? tensor),
    (gradient) => {
      // of what was made first, then carried over: rules of tensors know the inputs they were made with
      become.set(origin(gradient), gradient)
      return replace(pullback(value, gradient, { targets: floats, beyond: false }))
    }
  )
}

/** The same of other inputs, without a gradient of its own. */
const copied = (
  { alias: _alias, gradient: _gradient, onto: _onto, ...rest }: Tensor,
  inputs: ReadonlyArray<Tensor>
) => make({ ...rest, inputs })
