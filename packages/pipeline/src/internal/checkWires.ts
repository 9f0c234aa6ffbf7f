// Holds every wire against the ports and outputs of the stages at its ends.
import type { Stage } from "@inkstone/stage"
import type { Path, PipelineDefinition, Reference } from "../PipelineDefinition.ts"
import type { LoadedStage } from "../StageModules.ts"
import type { Problems } from "./Problems.ts"

/** The wires of one node that are right, in the order of the stage's ports. */
export type CheckedWires = Readonly<
  Record<string, { readonly many: boolean; readonly references: ReadonlyArray<Checked> }>
>
type Checked = Required<Reference>

/** By node. Nodes whose stage is unknown are left out: that is a problem of its own. */
export const checkWires = (
  definition: PipelineDefinition,
  stages: ReadonlyMap<string, LoadedStage>,
  problems: Problems
): ReadonlyMap<string, CheckedWires> => {
  const checked = new Map<string, CheckedWires>()
  for (const [id, { stage }] of stages) {
    const given = definition.nodes[id]?.in ?? {}
    const known = Object.keys(stage.inputs)
    for (const port of Object.keys(given)) {
      if (known.includes(port)) continue
      const problem = `${stage.name} has no input "${port}"`
      if (known.length === 0) problems.addKey(["nodes", id, "in", port], problem, "it takes no inputs")
      else problems.unknown(["nodes", id, "in", port], "key", { problem, name: port, known })
    }
    const check = new NodeWires({ definition, stages, problems, id, stage })
    const wires = Object.entries(stage.inputs).map(([port, spec]) => [port, check.port(port, spec)] as const)
    checked.set(id, Object.fromEntries(wires))
  }
  return checked
}

interface Checking {
  readonly definition: PipelineDefinition
  readonly stages: ReadonlyMap<string, LoadedStage>
  readonly problems: Problems
  readonly id: string
  readonly stage: Stage.AnyStage
}

class NodeWires {
  readonly #in: Checking
  constructor(checking: Checking) {
    this.#in = checking
  }

  port(port: string, spec: Stage.Port): CheckedWires[string] {
    const { definition, problems, id, stage } = this.#in
    const references = definition.nodes[id]?.in[port] ?? []
    const at: Path = ["nodes", id, "in", port]
    const wanted = `${stage.name} needs ${spec.many ? "one or more" : "one"} ${spec.kind.name} as "${port}"`
    if (references.length === 0 && !spec.optional) {
      problems.addKey(at, `node ${id} lacks the input "${port}": ${wanted}`, this.#candidates(port, spec))
    } else if (references.length > 1 && !spec.many) {
      problems.add(at, `input "${port}" of node ${id} is wired to ${references.length} outputs: ${wanted}`)
    }
    return {
      many: spec.many,
      references: references.flatMap((reference, index) =>
        this.#reference(reference, spec, { port, at: references.length > 1 ? [...at, index] : at })
      )
    }
  }

  #reference(
    { best = false, node, output }: Reference,
    spec: Stage.Port,
    { port, at }: { readonly port: string; readonly at: Path }
  ): ReadonlyArray<Checked> {
    const { definition, stages, problems, id, stage } = this.#in
    if (!(node in definition.nodes)) {
      const known = Object.keys(definition.nodes).filter((other) => other !== id)
      problems.unknown(at, "value", { problem: `there is no node "${node}"`, name: node, known })
      return []
    }
    if (best && definition.nodes[node]?.search === undefined) {
      problems.add(at, `node "${node}" has no best trial: it has no search`, `give it one, or say ${node}`)
      return []
    }
    const source = stages.get(node)?.stage
    if (source === undefined) return []
    const outputs = Object.keys(source.outputs)
    const [only = ""] = outputs
    if (output === undefined && outputs.length !== 1) {
      const choices = outputs.map((name) => `${node}.${name}`).join(", ")
      problems.add(at, `node "${node}" has ${outputs.length} outputs`, `name one: ${choices}`)
      return []
    }
    const name = output ?? only
    const kind = source.outputs[name]
    if (kind === undefined) {
      const problem = `${source.name} (node ${node}) has no output "${name}"`
      problems.unknown(at, "value", { problem, name, known: outputs })
      return []
    }
    if (kind.name !== spec.kind.name) {
      problems.add(
        at,
        `input "${port}" of ${stage.name} (node ${id}) expects ${spec.kind.name}, but ${node}.${name} is ${kind.name}`,
        this.#candidates(port, spec)
      )
      return []
    }
    return [{ node, output: name, best }]
  }

  /** Outputs of other nodes that would fit. */
  #candidates(port: string, spec: Stage.Port): string {
    const fitting = [...this.#in.stages]
      .filter(([id]) => id !== this.#in.id)
      .flatMap(([id, { stage }]) =>
        Object.entries(stage.outputs)
          .filter(([, kind]) => kind.name === spec.kind.name)
          .map(([output]) => `${id}.${output}`)
      )
    if (fitting.length === 0) return `no node here makes ${spec.kind.name}`
    return `wire it to one that fits: ${port}: ${fitting.slice(0, 4).join(" or ")}`
  }
}
