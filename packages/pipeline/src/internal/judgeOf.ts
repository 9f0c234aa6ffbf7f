// What ranks the trials of a search, with everything filled in that a person may leave out.
import { Metrics, Trace } from "@inkstone/artifact"
import type { Path, PipelineDefinition } from "../PipelineDefinition.ts"
import type { PipelineNode } from "../Pipeline.ts"
import type { Judge, Search, Trial } from "../search/Search.ts"
import type { SearchDefinition } from "../search/SearchDefinition.ts"
import type { LoadedStage } from "../StageModules.ts"
import type { Problems } from "./Problems.ts"

interface Judging {
  readonly definition: PipelineDefinition
  readonly stages: ReadonlyMap<string, LoadedStage>
  readonly problems: Problems
}

/** Nothing where something was reported, or the judging node's stage is unknown, which is a problem of its own. */
export const judgeOf = (
  id: string,
  { objective = {} }: SearchDefinition,
  { definition, problems, stages }: Judging
): Judge | undefined => {
  const at: Path = ["nodes", id, "search", "objective"]
  const node = objective.node ?? id
  if (!(node in definition.nodes)) {
    const known = Object.keys(definition.nodes)
    problems.unknown([...at, "node"], "value", { problem: `there is no node "${node}"`, name: node, known })
    return undefined
  }
  const stage = stages.get(node)?.stage
  if (stage === undefined) return undefined
  const outputs = Object.keys(stage.outputs)
  const telling = Object.entries(stage.outputs).filter(
    ([, { name }]) => name === Trace.name || name === Metrics.name
  )
  const [only] = telling.length === 1 ? telling : []
  const output = objective.output ?? only?.[0] ?? (outputs.length === 1 ? outputs[0] : undefined)
  const kind = output === undefined ? undefined : stage.outputs[output]
  if (output === undefined || kind === undefined) {
    const problem =
      objective.output === undefined
        ? `the search of ${id} does not say which output of ${stage.name} ranks its trials`
        : `${stage.name} (node ${node}) has no output "${objective.output}"`
    const name = objective.output ?? ""
    if (objective.output === undefined)
      problems.addKey(at, problem, `add objective: { output: ${outputs[0]}, attribute: ..., mode: min }`)
    else problems.unknown([...at, "output"], "value", { problem, name, known: outputs })
    return undefined
  }
  const isMetrics = kind.name === Metrics.name
  if (objective.metric !== undefined && !isMetrics) {
    problems.addKey(
      [...at, "metric"],
      `${node}.${output} is ${kind.name}: it has no metrics`,
      "name an attribute"
    )
    return undefined
  }
  const usual = kind.name === Trace.name ? "bestValue" : undefined
  const attribute = objective.attribute ?? usual
  if (attribute === undefined && !isMetrics) {
    problems.addKey(at, `which attribute of ${node}.${output} ranks the trials?`, "add attribute: ...")
    return undefined
  }
  const tells = (isMetrics && objective.attribute === undefined) || attribute === usual
  if (!tells && objective.mode === undefined) {
    problems.addKey(at, `is a low or a high ${attribute} the better one?`, "add mode: min, or mode: max")
    return undefined
  }
  return {
    node,
    output,
    kind,
    ...(attribute === undefined ? {} : { attribute }),
    ...(objective.metric === undefined ? {} : { metric: objective.metric }),
    ...(objective.mode === undefined ? {} : { mode: objective.mode })
  }
}

/** With the instances of the node that judges, where that is another: exactly one a trial and rung. */
export const assignJudges = (
  search: Search,
  instances: ReadonlyMap<string, ReadonlyArray<PipelineNode>>,
  problems: Problems
): Search => {
  if (search.judge.node === search.node) return search
  const trials = new Map((instances.get(search.node) ?? []).map((node) => [node.id, node]))
  const judging = instances.get(search.judge.node) ?? []
  const judgeOfNode = (label: string): string => {
    const axes = Object.entries(trials.get(label)?.axes ?? {})
    const found = judging.filter((other) => axes.every(([axis, value]) => other.axes[axis] === value))
    if (found.length !== 1) {
      problems.add(
        ["nodes", search.node, "search", "objective", "node"],
        `${search.judge.node} should judge each trial of ${search.id} once, but does so ${found.length} times`,
        found.length === 0 ? `wire it to what ${search.node} makes` : "take an axis from it"
      )
    }
    return found[0]?.id ?? label
  }
  return {
    ...search,
    trials: search.trials.map((trial): Trial => ({ ...trial, judges: trial.nodes.map(judgeOfNode) }))
  }
}
