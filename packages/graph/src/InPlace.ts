// Which new values of variables can be written where the old ones are: a step of the optimizer then takes no memory of its own.
import type { Borders } from "./Borders.ts"
import type { Cluster } from "./Clusters.ts"
import { isVariable, type Variable } from "./Parameter.ts"
import { origin, type Tensor } from "./Tensor.ts"

export interface Stores {
  /** by the cluster that writes them */
  readonly of: (cluster: Cluster) => ReadonlyMap<Variable, Tensor>
  /** Those that something else reads as well: the reading has to come first. */
  readonly readElsewhere: ReadonlySet<Tensor>
}

/**
 * A cluster that reads a variable and makes its new value may write it, if nothing outside needs the new value.
 *
 * @param results what the program gives, new values of variables included
 */
export const stores = (
  order: ReadonlyArray<Tensor>,
  results: ReadonlyArray<Tensor>,
  given: Pick<Borders, "clusterOf" | "takes"> & {
    readonly clusters: ReadonlyArray<Cluster>
    readonly updates: ReadonlyMap<Tensor, Variable>
  }
): Stores => {
  const { clusterOf, clusters, takes, updates } = given
  const neededOutside = new Set<Tensor>()
  const readers = new Map<Tensor, Set<Cluster | undefined>>()
  const reads = (cluster: Cluster | undefined, input: Tensor) => {
    if (isVariable(input)) readers.set(input, (readers.get(input) ?? new Set()).add(cluster))
  }
  for (const tensor of order)
    for (const input of tensor.inputs.map(origin)) {
      const cluster = clusterOf.get(tensor)
      if (clusterOf.get(input) !== cluster) neededOutside.add(input)
      if (cluster === undefined) reads(cluster, input)
    }
  for (const cluster of clusters) for (const input of takes(cluster)) reads(cluster, input)
  const times = new Map<Tensor, number>()
  for (const result of results) times.set(result, (times.get(result) ?? 0) + 1)

  const found = new Map<Cluster, Map<Variable, Tensor>>()
  const readElsewhere = new Set<Tensor>()
  for (const [value, variable] of updates) {
    const cluster = clusterOf.get(value)
    const reading = readers.get(variable)
    if (cluster === undefined || reading?.has(cluster) !== true) continue
    if (neededOutside.has(value) || times.get(value) !== 1) continue
    found.set(cluster, (found.get(cluster) ?? new Map()).set(variable, value))
    if (reading.size > 1 || times.has(variable)) readElsewhere.add(variable)
  }
  return { of: (cluster) => found.get(cluster) ?? new Map(), readElsewhere }
}
