// What a program would do at given sizes, without doing it: how many nodes and clusters, how much arithmetic, how many bytes.
import type { Bindings } from "./Dimension.ts"
import { costs, type Cost, type ExplainOptions, resultsOf } from "./Costs.ts"
import { GraphBuilder, lower, type WrittenCluster } from "./Lowering.ts"
import type { Entry } from "./Program.ts"
import { type Sizes, sizesOf } from "./Sizes.ts"
import { origin, sorted, type Tensor } from "./Tensor.ts"
import { workOf } from "./Work.ts"

/** Clusters that are one compiled function. */
export interface ClusterReport {
  /** name of the function in the graph */
  readonly name: string
  /** times that it is called in a run */
  readonly calls: number
  /** different shapes that it is called with: XLA compiles it once for each */
  readonly shapes: number
  /** in it, each kind with its number, most frequent first */
  readonly operations: ReadonlyArray<readonly [op: string, count: number]>
  /** of all calls, as everything below */
  readonly bytesIn: number
  readonly bytesOut: number
  /** elementwise; products are outside of clusters */
  readonly flops: number
}

export { costs, type Cost, type ExplainOptions }

export interface Report extends Cost {
  /** symbolic tensors that hold a value, before fusion */
  readonly tensors: number
  /** TensorFlow nodes of the entry; each call of a compiled function is one */
  readonly nodes: number
  readonly clusters: number
  /** compiled functions, those that move most bytes in all calls first */
  readonly functions: ReadonlyArray<ClusterReport>
}

/**
 * All that is to be known of an entry at given sizes.
 *
 * @throws GraphInvalid if a size is not among the bindings
 */
export const explain = (entry: Entry, bindings: Bindings, options: ExplainOptions): Report => {
  const results = resultsOf(entry)
  const { outputs, updates = [] } = entry
  const builder = new GraphBuilder()
  const written: Array<WrittenCluster> = []
  const { stored } = lower(builder, results, {
    prefix: "entry",
    clusters: options.clusters,
    inputs: new Map(Object.entries(entry.inputs).map(([name, tensor]) => [tensor, name])),
    updates: new Map(updates.map(([variable, value]) => [origin(value), variable])),
    onCluster: (cluster) => written.push(cluster)
  })
  // placeholders, identities of outputs and assignments; handles of variables belong to no entry
  const ends = Object.keys(entry.inputs).length + Math.max(1, Object.keys(outputs).length)
  const nodes =
    builder.nodes.filter(({ op }) => op !== "VarHandleOp").length + ends + updates.length - stored.size
  const sizes = sizesOf(bindings)
  const functions = [...Map.groupBy(written, ({ name }) => name)].map(([name, calls]) =>
    reportOf(name, calls, sizes)
  )
  return {
    ...costs(entry, options)(bindings),
    tensors: sorted(results, { aliases: "follow" }).length,
    nodes,
    clusters: written.length,
    functions: functions.toSorted((a, b) => b.bytesIn + b.bytesOut - a.bytesIn - a.bytesOut)
  }
}

const reportOf = (name: string, calls: ReadonlyArray<WrittenCluster>, sizes: Sizes): ClusterReport => {
  const total = (of: (call: WrittenCluster) => number) => calls.reduce((sum, call) => sum + of(call), 0)
  const bytes = (tensors: ReadonlyArray<Tensor>) =>
    tensors.reduce((sum, tensor) => sum + sizes.bytes(tensor), 0)
  const kinds = Map.groupBy(calls[0]?.members ?? [], ({ op }) => op)
  const shapes = calls.map(({ takes }) => takes.map(({ shape }) => shape.map(sizes.dim).join("x")).join())
  return {
    name,
    calls: calls.length,
    shapes: new Set(shapes).size,
    operations: [...kinds]
      .map(([op, list]) => [op, list.length] as const)
      .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
    bytesIn: total(({ takes }) => bytes(takes)),
    bytesOut: total(({ gives }) => bytes(gives)),
    flops: total((call) => workOf({ ...call, compiled: true }, sizes).elementFlops)
  }
}
