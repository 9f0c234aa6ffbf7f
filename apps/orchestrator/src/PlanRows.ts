// Lines of a plan: a node each, but for the trials of a search that nothing is known of yet or that do not go on.
import type { Pipeline, Planner } from "@inkstone/pipeline"

/** fewer stand for themselves */
const together = 3

/** Neighbours with the same name share a line; undefined for a node that has one of its own. */
const groupOf = (
  { because, decision }: Planner.PlannedNode,
  node: Pipeline.PipelineNode | undefined
): string | undefined => {
  if (node === undefined || node.within.length === 0) return undefined
  if (decision === "skip") return `${node.node}, skip`
  // which trials it waits for says little, which rung it is says all
  if (decision === "may run") return `${node.node}, ${because.startsWith("rung") ? because : ""}`
  return undefined
}

/** `[node, decision, because]` */
export const rowsOf = (
  { nodes }: Planner.Plan,
  loaded: Pipeline.Pipeline
): ReadonlyArray<ReadonlyArray<string>> => {
  const byId = new Map(loaded.nodes.map((node) => [node.id, node]))
  const groups: Array<{ readonly name: string | undefined; readonly nodes: Array<Planner.PlannedNode> }> = []
  for (const node of nodes) {
    const name = groupOf(node, byId.get(node.id))
    const last = groups.at(-1)
    if (last !== undefined && name !== undefined && last.name === name) last.nodes.push(node)
    else groups.push({ name, nodes: [node] })
  }
  return groups.flatMap(({ nodes }) => {
    const [first] = nodes
    if (first === undefined || nodes.length < together)
      return nodes.map(({ because, decision, id }) => [id, decision, because])
    const node = byId.get(first.id)?.node
    const [rung] = first.because.startsWith("rung") ? first.because.split(":") : []
    return [[`${node}: ${rung ?? `${nodes.length} trials`}`, first.decision, first.because]]
  })
}

/** Of the trials of a search the one that holds most. */
export const largest = (
  nodes: ReadonlyArray<Pipeline.PipelineNode>
): ReadonlyArray<Pipeline.PipelineNode> => {
  const most = new Map<string, Pipeline.PipelineNode>()
  for (const node of nodes) {
    const name = node.trial?.search ?? node.id
    const known = most.get(name)
    if (known === undefined || node.resources.memoryBytes > known.resources.memoryBytes) most.set(name, node)
  }
  return [...most.values()]
}
