// From a definition to a pipeline: every reference, kind, matrix and config checked, all problems collected.
import { Effect } from "effect"
import type { Pipeline, PipelineNode, Wire } from "../Pipeline.ts"
import type { Axes, NodeDefinition, PipelineDefinition } from "../PipelineDefinition.ts"
import type { PipelineInvalid } from "../PipelineInvalid.ts"
import { type LoadedStage, StageModules } from "../StageModules.ts"
import { checkWires, type CheckedWires } from "./checkWires.ts"
import { instance, type Shape } from "./instance.ts"
import { assignJudges, judgeOf } from "./judgeOf.ts"
import * as Matrix from "./Matrix.ts"
import { Problems } from "./Problems.ts"
import { type Searched, searchNodes } from "./searchNodes.ts"
import { sortInstances, sortNodes } from "./sortNodes.ts"

export const unfold = Effect.fn("Pipeline.unfold")(function* (
  definition: PipelineDefinition
): Effect.fn.Return<Pipeline, PipelineInvalid> {
  const problems = new Problems(definition.origin)
  const order = sortNodes(definition, problems)
  const stages = yield* loadStages(definition, problems)
  const wires = checkWires(definition, stages, problems)
  const instances = new Map<string, ReadonlyArray<PipelineNode>>()
  const searched = new Map<string, ReadonlyArray<Searched>>()
  for (const id of order) {
    const node = definition.nodes[id]
    const loaded = stages.get(id)
    if (node === undefined || loaded === undefined) continue
    const shapes = shapesOf({ id, node, wires: wires.get(id) ?? {}, instances, searched, problems })
    const ones = shapes.map((shape) => ({ definition, id, node, loaded, shape, problems }))
    if (node.search === undefined) {
      instances.set(id, yield* Effect.forEach(ones, (one) => instance(one)))
      continue
    }
    const { search } = node
    const judge = judgeOf(id, search, { definition, stages, problems })
    if (judge === undefined) continue
    const found = yield* Effect.forEach(ones, (one) => searchNodes(one, search, judge))
    const made = found.filter((one) => one !== undefined)
    searched.set(id, made)
    instances.set(
      id,
      made.flatMap(({ nodes }) => nodes)
    )
  }
  const searches = [...searched.values()]
    .flat()
    .map(({ search }) => assignJudges(search, instances, problems))
  for (const [id, made] of instances) {
    const labels = made.map((instance) => instance.id)
    const twice = labels.find((label, index) => labels.indexOf(label) < index)
    if (twice !== undefined) {
      problems.addKey(
        ["nodes", id, "matrix"],
        `two instances of ${id} are called ${twice}`,
        "give each value once"
      )
    }
  }
  if (problems.any) return yield* problems.failure
  const { name, description, origin } = definition
  const listed = order.flatMap((id) => [
    ...(instances.get(id) ?? []),
    ...(searched.get(id) ?? []).map(({ best }) => best)
  ])
  const nodes = sortInstances(listed, searches, problems)
  if (problems.any) return yield* problems.failure
  return { name, description, file: origin.file, directory: origin.directory, nodes, searches }
})

const loadStages = Effect.fnUntraced(function* (definition: PipelineDefinition, problems: Problems) {
  const modules = yield* StageModules
  const stages = new Map<string, LoadedStage>()
  for (const [id, { uses }] of Object.entries(definition.nodes)) {
    const loaded = yield* modules.load(uses, definition.origin.directory).pipe(
      Effect.catch(({ problem, suggestion }) => {
        problems.add(["nodes", id, "uses"], problem, suggestion)
        return Effect.undefined
      })
    )
    if (loaded !== undefined) stages.set(id, loaded)
  }
  return stages
})

interface Unfolding {
  readonly id: string
  readonly node: NodeDefinition
  readonly wires: CheckedWires
  readonly instances: ReadonlyMap<string, ReadonlyArray<PipelineNode>>
  readonly searched: ReadonlyMap<string, ReadonlyArray<Searched>>
  readonly problems: Problems
}

/**
 * A single port takes the axes of what it is wired to; ports that share an axis are joined on it; a node's own matrix
 * multiplies the rest. A many port takes all instances and no axes.
 */
const shapesOf = (unfolding: Unfolding): ReadonlyArray<Shape> => {
  const { id, node, wires, problems } = unfolding
  let shapes: ReadonlyArray<Shape> = [{ axes: {}, inputs: {}, within: [] }]
  for (const [port, { many, references }] of Object.entries(wires)) {
    const sources = references.flatMap((reference) =>
      sourcesOf(reference, unfolding).map(({ id: from, axes, within }) => ({
        axes,
        within,
        wire: { from, output: reference.output }
      }))
    )
    const before = shapes
    shapes = many
      ? before.map((shape) => ({
          ...shape,
          inputs: { ...shape.inputs, [port]: sources.map(({ wire }) => wire) }
        }))
      : before.flatMap((shape) => sources.flatMap((source) => joined(shape, port, source)))
    if (shapes.length === 0 && sources.length > 0) {
      problems.add(
        ["nodes", id, "in", port],
        `no instance of port ${port} has the axis values of the ports before it`
      )
      return []
    }
  }
  const inherited = Object.keys(shapes[0]?.axes ?? {}).find((axis) => axis in node.matrix)
  if (inherited !== undefined) {
    problems.addKey(
      ["nodes", id, "matrix", inherited],
      `axis ${inherited} already comes from an input of ${id}`,
      "remove it here, or give it another name"
    )
    return []
  }
  const own = Matrix.product(node.matrix)
  return shapes.flatMap((shape) => own.map((more) => ({ ...shape, axes: { ...shape.axes, ...more } })))
}

/** The instances of a node, or those that stand for its best trials. */
const sourcesOf = (
  { best, node }: { readonly node: string; readonly best: boolean },
  { instances, searched }: Unfolding
): ReadonlyArray<PipelineNode> =>
  best ? (searched.get(node) ?? []).map((each) => each.best) : (instances.get(node) ?? [])

interface Source {
  readonly axes: Axes
  readonly within: ReadonlyArray<string>
  readonly wire: Wire
}

const joined = (shape: Shape, port: string, source: Source): ReadonlyArray<Shape> => {
  const axes = Matrix.join(shape.axes, source.axes)
  if (axes === undefined) return []
  const within = [...new Set([...shape.within, ...source.within])]
  return [{ axes, inputs: { ...shape.inputs, [port]: [source.wire] }, within }]
}
