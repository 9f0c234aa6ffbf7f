// Topological order of the nodes of a definition, in the order of the file where the wires leave a choice.
import type { PipelineNode } from "../Pipeline.ts"
import type { PipelineDefinition } from "../PipelineDefinition.ts"
import type { Search } from "../search/Search.ts"
import type { Problems } from "./Problems.ts"

/** A cycle is reported with all its nodes; what is not part of one is still sorted. */
export const sortNodes = (definition: PipelineDefinition, problems: Problems): ReadonlyArray<string> => {
  const sorted: Array<string> = []
  const state = new Map<string, "open" | "done">()
  const visit = (id: string, path: ReadonlyArray<string>): void => {
    if (state.get(id) === "done") return
    if (state.get(id) === "open") {
      // the path goes against the arrows
      const cycle = [...path.slice(path.indexOf(id)), id].toReversed()
      problems.addKey(
        ["nodes", id, "in"],
        `the nodes form a cycle: ${cycle.join(" -> ")}`,
        "remove one of the wires"
      )
      return
    }
    state.set(id, "open")
    for (const references of Object.values(definition.nodes[id]?.in ?? {})) {
      for (const { node } of references) if (node in definition.nodes) visit(node, [...path, id])
    }
    state.set(id, "done")
    sorted.push(id)
  }
  for (const id of Object.keys(definition.nodes)) visit(id, [])
  return sorted
}

/** Instances likewise: a trial stands after what judges the rung before it, the best one after all that are judged. */
export const sortInstances = (
  nodes: ReadonlyArray<PipelineNode>,
  searches: ReadonlyArray<Search>,
  problems: Problems
): ReadonlyArray<PipelineNode> => {
  if (searches.length === 0) return nodes
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const sorted: Array<PipelineNode> = []
  const state = new Map<string, "open" | "done">()
  const visit = (node: PipelineNode): void => {
    if (state.get(node.id) === "done") return
    if (state.get(node.id) === "open") {
      problems.addKey(
        ["nodes", node.node, "search", "objective"],
        `what judges ${node.id} waits for it`,
        "wire the judging node to the trials, not to the best of them"
      )
      return
    }
    state.set(node.id, "open")
    for (const id of before(node, searches)) {
      const needed = byId.get(id)
      if (needed !== undefined) visit(needed)
    }
    state.set(node.id, "done")
    sorted.push(node)
  }
  for (const node of nodes) visit(node)
  return sorted
}

/** Labels of all that must be known before a node is: what it is wired to, and what decides about it. */
export const before = (node: PipelineNode, searches: ReadonlyArray<Search>): ReadonlyArray<string> => {
  const wired = Object.values(node.inputs)
    .flat()
    .map(({ from }) => from)
  const { bestOf, trial } = node
  const search = searches.find(({ id }) => id === (bestOf ?? trial?.search))
  if (search === undefined || trial?.rung === 0) return wired
  const deciding = search.trials.flatMap(({ judges, nodes }) =>
    trial === undefined ? [...nodes, ...judges] : [nodes[trial.rung - 1] ?? "", judges[trial.rung - 1] ?? ""]
  )
  return [...wired, ...deciding]
}
