// What crosses the borders of clusters. Every crossing is a write to memory and a read of it, so a value that is cheaper to make
// again than to fetch does not cross.
import type { Cluster } from "./Clusters.ts"
import { isVariable } from "./Parameter.ts"
import { typicalSizes } from "./Sizes.ts"
import { origin, type Tensor } from "./Tensor.ts"

export interface Borders {
  readonly clusterOf: ReadonlyMap<Tensor, Cluster>
  /** made elsewhere, or given: inputs and variables */
  readonly takes: (cluster: Cluster) => ReadonlyArray<Tensor>
  /** needed elsewhere, or afterwards */
  readonly gives: (cluster: Cluster) => ReadonlyArray<Tensor>
}

/** One instruction an element, or none. */
const cheap: ReadonlySet<string> = new Set(["add", "sub", "mul", "cast", "reshape", "broadcastTo", "slice"])

/** A sum along the whole residual stream is not looked into. */
const mostSources = 4

/** Whether it is there in any case once a run has come to it. */
const isGiven = (tensor: Tensor): boolean =>
  tensor.placement !== "fused" || tensor.op === "input" || isVariable(tensor)

/**
 * The borders of a partition.
 *
 * @param order every tensor of the program without aliases, inputs first
 * @param results tensors that must exist outside of clusters
 */
export const borders = (
  order: ReadonlyArray<Tensor>,
  results: ReadonlyArray<Tensor>,
  clusters: ReadonlyArray<Cluster>
): Borders => {
  const clusterOf = new Map(
    clusters.flatMap((cluster) => cluster.map((tensor) => [tensor, cluster] as const))
  )
  /** tensors that other clusters need, and those that kernels or callers need */
  const elsewhere = new Set<Tensor>()
  const outside = new Set(results)
  for (const tensor of order)
    for (const input of tensor.inputs.map(origin)) {
      const cluster = clusterOf.get(tensor)
      if (cluster === undefined) outside.add(input)
      else if (clusterOf.get(input) !== cluster) elsewhere.add(input)
    }
  const again = madeAgain(order, { elsewhere, outside, clusterOf })

  const takes = (cluster: Cluster): ReadonlyArray<Tensor> => {
    const inside = new Set(cluster)
    const taken = new Set<Tensor>()
    const look = (tensor: Tensor) => {
      for (const input of tensor.inputs.map(origin)) {
        if (inside.has(input) || input.placement === "free") continue
        if (!again.has(input)) taken.add(input)
        else {
          inside.add(input)
          look(input)
        }
      }
    }
    for (const tensor of cluster) look(tensor)
    return [...taken]
  }
  const gives = (cluster: Cluster): ReadonlyArray<Tensor> =>
    cluster.filter((tensor) => outside.has(tensor) || (elsewhere.has(tensor) && !again.has(tensor)))
  return { clusterOf, takes, gives }
}

/**
 * Values that each cluster makes for itself: cheap ones of what is no larger and there in any case, such as a projection with
 * its bias. What is kept for the backward pass is then the projection in its own precision.
 */
const madeAgain = (
  order: ReadonlyArray<Tensor>,
  wanted: {
    readonly elsewhere: ReadonlySet<Tensor>
    readonly outside: ReadonlySet<Tensor>
    readonly clusterOf: ReadonlyMap<Tensor, Cluster>
  }
): ReadonlySet<Tensor> => {
  const { bytes } = typicalSizes(order)
  const known = new Map<Tensor, ReadonlyArray<Tensor> | undefined>()
  const look = (tensor: Tensor): ReadonlyArray<Tensor> | undefined => {
    if (isGiven(tensor)) return tensor.placement === "free" || isVariable(tensor) ? [] : [tensor]
    if (!cheap.has(tensor.op)) return undefined
    const all = new Set<Tensor>()
    for (const input of tensor.inputs) {
      const some = sources(origin(input))
      if (some === undefined) return undefined
      for (const source of some) all.add(source)
    }
    return all.size > mostSources ? undefined : [...all]
  }
  const sources = (tensor: Tensor): ReadonlyArray<Tensor> | undefined => {
    if (!known.has(tensor)) known.set(tensor, look(tensor))
    return known.get(tensor)
  }
  const again = new Set<Tensor>()
  const mark = (tensor: Tensor) => {
    if (isGiven(tensor) || again.has(tensor)) return
    again.add(tensor)
    for (const input of tensor.inputs) mark(origin(input))
  }
  for (const tensor of wanted.elsewhere) {
    if (wanted.outside.has(tensor) || !wanted.clusterOf.has(tensor)) continue
    const found = sources(tensor)
    if (found === undefined) continue
    const size = found.reduce((sum, source) => sum + bytes(source), 0)
    if (size <= bytes(tensor)) mark(tensor)
  }
  return again
}
