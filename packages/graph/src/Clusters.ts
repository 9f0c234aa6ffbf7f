// Which operations are compiled together. Between two matrix products, everything that hangs together becomes one function
// that XLA compiles into a few loops; the products themselves keep the library's kernels.
import { typicalSizes } from "./Sizes.ts"
import { origin, type Tensor } from "./Tensor.ts"

/** Tensors that are computed by one compiled function. */
export type Cluster = ReadonlyArray<Tensor>

/** What is not worth compiling on its own: TensorFlow has these without moving anything. */
const weight = (tensor: Tensor): number => (tensor.op === "reshape" ? 0 : 1)

/** How many operations that stand alone lie before it. */
const earliest = (tensor: Tensor, levels: ReadonlyMap<Tensor, number>): number =>
  tensor.inputs.map(origin).reduce((level, input) => {
    const step = tensor.placement === "fused" && input.placement === "alone" ? 1 : 0
    return Math.max(level, (levels.get(input) ?? 0) + step)
  }, 0)

const consumersOf = (order: ReadonlyArray<Tensor>): ReadonlyMap<Tensor, ReadonlyArray<Tensor>> => {
  const consumers = new Map<Tensor, Array<Tensor>>()
  for (const tensor of order)
    for (const input of tensor.inputs.map(origin)) {
      const list = consumers.get(input) ?? []
      list.push(tensor)
      consumers.set(input, list)
    }
  return consumers
}

/**
 * Groups the fused operations of a program.
 *
 * Each gets a level: how many matrix products (or other operations that stand alone) lie before it on the longest path.
 * Neighbours of equal level share a cluster. A path that leaves a cluster through an operation that stands alone arrives at
 * a higher level, so no cluster waits for itself.
 *
 * @param order every tensor of the program without aliases, inputs first
 * @param outputs tensors that must exist outside of clusters
 */
export const partition = (
  order: ReadonlyArray<Tensor>,
  outputs: ReadonlySet<Tensor>
): ReadonlyArray<Cluster> => {
  const consumers = consumersOf(order)
  const { bytes } = typicalSizes(order)
  const levels = new Map<Tensor, number>()
  for (const tensor of order) levels.set(tensor, earliest(tensor, levels))
  // What only later levels use is computed there
  for (const tensor of order.toReversed()) {
    const users = consumers.get(tensor)
    if (tensor.placement !== "fused" || tensor.reduces === true || outputs.has(tensor) || users === undefined)
      continue
    levels.set(tensor, Math.min(...users.map((user) => levels.get(user) ?? 0)))
  }
  // unless that keeps something larger waiting: a third of a projection is cut out before the whole of it is written.
  for (const tensor of order) {
    const level = levels.get(tensor) ?? 0
    const before = earliest(tensor, levels)
    if (tensor.placement !== "fused" || before === level) continue
    const waiting = [...new Set(tensor.inputs.map(origin))].filter(
      (input) =>
        input.placement === "fused" &&
        (levels.get(input) ?? 0) < level &&
        !outputs.has(input) &&
        consumers
          .get(input)
          ?.every(
            (user) =>
              user === tensor || (user.placement === "fused" && levels.get(user) === levels.get(input))
          )
    )
    if (waiting.length > 0 && waiting.reduce((sum, input) => sum + bytes(input), 0) >= bytes(tensor))
      levels.set(tensor, before)
  }

  const parent = new Map<Tensor, Tensor>()
  const root = (tensor: Tensor): Tensor => {
    const up = parent.get(tensor)
    if (up === undefined || up === tensor) return tensor
    const top = root(up)
    parent.set(tensor, top)
    return top
  }
  for (const tensor of order) {
    if (tensor.placement !== "fused") continue
    for (const input of tensor.inputs.map(origin))
      if (input.placement === "fused" && levels.get(input) === levels.get(tensor))
        parent.set(root(input), root(tensor))
  }
  const groups = new Map<Tensor, Array<Tensor>>()
  for (const tensor of order) {
    if (tensor.placement !== "fused") continue
    const top = root(tensor)
    const group = groups.get(top) ?? []
    group.push(tensor)
    groups.set(top, group)
  }
  return [...groups.values()].filter((group) => group.reduce((sum, tensor) => sum + weight(tensor), 0) > 1)
}
