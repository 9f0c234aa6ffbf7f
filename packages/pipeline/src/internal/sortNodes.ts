// Topological order of the nodes of a definition, in the order of the file where the wires leave a choice.
import type { PipelineDefinition } from "../PipelineDefinition.ts"
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
