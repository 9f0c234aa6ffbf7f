// From a definition to a pipeline: every reference, kind, matrix and config checked, all problems collected.
import { Config, type Resources } from "@inkstone/stage"
import { Effect, type Schema } from "effect"
import type { Pipeline, PipelineNode, Wire } from "../Pipeline.ts"
import type { Axes, NodeDefinition, Path, PipelineDefinition } from "../PipelineDefinition.ts"
import type { PipelineInvalid } from "../PipelineInvalid.ts"
import { type LoadedStage, StageModules } from "../StageModules.ts"
import { checkWires, type CheckedWires } from "./checkWires.ts"
import * as Matrix from "./Matrix.ts"
import { Problems } from "./Problems.ts"
import { sortNodes } from "./sortNodes.ts"

export const unfold = Effect.fn("Pipeline.unfold")(function* (
  definition: PipelineDefinition
): Effect.fn.Return<Pipeline, PipelineInvalid> {
  const problems = new Problems(definition.origin)
  const order = sortNodes(definition, problems)
  const stages = yield* loadStages(definition, problems)
  const wires = checkWires(definition, stages, problems)
  const instances = new Map<string, ReadonlyArray<PipelineNode>>()
  for (const id of order) {
    const node = definition.nodes[id]
    const loaded = stages.get(id)
    if (node === undefined || loaded === undefined) continue
    const shapes = shapesOf({ id, node, wires: wires.get(id) ?? {}, instances, problems })
    instances.set(
      id,
      yield* Effect.forEach(shapes, (shape) => instance({ definition, id, node, loaded, shape, problems }))
    )
  }
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
  const nodes = order.flatMap((id) => instances.get(id) ?? [])
  return { name, description, file: origin.file, directory: origin.directory, nodes }
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

/** Axes and wires of one instance, before its config is read. */
interface Shape {
  readonly axes: Axes
  readonly inputs: Readonly<Record<string, ReadonlyArray<Wire>>>
}

interface Unfolding {
  readonly id: string
  readonly node: NodeDefinition
  readonly wires: CheckedWires
  readonly instances: ReadonlyMap<string, ReadonlyArray<PipelineNode>>
  readonly problems: Problems
}

/**
 * A single port takes the axes of what it is wired to; ports that share an axis are joined on it; a node's own matrix
 * multiplies the rest. A many port takes all instances and no axes.
 */
const shapesOf = ({ id, node, wires, instances, problems }: Unfolding): ReadonlyArray<Shape> => {
  let shapes: ReadonlyArray<Shape> = [{ axes: {}, inputs: {} }]
  for (const [port, { many, references }] of Object.entries(wires)) {
    const sources = references.flatMap(({ node, output }) =>
      (instances.get(node) ?? []).map(({ id: from, axes }) => ({ axes, wire: { from, output } }))
    )
    const before = shapes
    shapes = many
      ? before.map(({ axes, inputs }) => ({
          axes,
          inputs: { ...inputs, [port]: sources.map(({ wire }) => wire) }
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
  return shapes.flatMap(({ axes, inputs }) => own.map((more) => ({ axes: { ...axes, ...more }, inputs })))
}

const joined = (shape: Shape, port: string, source: { axes: Axes; wire: Wire }): ReadonlyArray<Shape> => {
  const axes = Matrix.join(shape.axes, source.axes)
  return axes === undefined ? [] : [{ axes, inputs: { ...shape.inputs, [port]: [source.wire] } }]
}

interface Instancing {
  readonly definition: PipelineDefinition
  readonly id: string
  readonly node: NodeDefinition
  readonly loaded: LoadedStage
  readonly shape: Shape
  readonly problems: Problems
}

const instance = Effect.fnUntraced(function* (from: Instancing) {
  const { definition, id, node, loaded, shape } = from
  const decoded = yield* decodeConfig(from, configOf(from))
  return {
    id: Matrix.label(id, shape.axes),
    node: id,
    axes: shape.axes,
    ...loaded,
    config: decoded?.value,
    encodedConfig: decoded?.encoded ?? null,
    inputs: shape.inputs,
    seed: node.seed ?? definition.seed,
    ...(node.retries === undefined ? {} : { retries: node.retries }),
    ...(node.timeoutMinutes === undefined ? {} : { timeoutMillis: node.timeoutMinutes * 60_000 }),
    // without a config there is a problem already, and nothing will run
    resources: decoded === undefined ? none : { ...loaded.stage.resources(decoded.value), ...node.resources }
  } satisfies PipelineNode
})

const none: Resources = { cpus: 1, memoryBytes: 0 }

const configOf = ({ id, node, shape, problems }: Instancing): Schema.Json => {
  if (typeof node.with === "function") return node.with(shape.axes)
  return Matrix.interpolate(node.with, shape.axes, (axis, path) => {
    const known = Object.keys(shape.axes)
    const problem = `node ${id} has no axis "${axis}"`
    if (known.length === 0)
      problems.add(["nodes", id, "with", ...path], problem, "it has no matrix and inherits none")
    else problems.unknown(["nodes", id, "with", ...path], "value", { problem, name: axis, known })
  })
}

const decodeConfig = ({ id, loaded, problems }: Instancing, config: Schema.Json) =>
  Config.decode(loaded.stage, config).pipe(
    Effect.catch((invalid) => {
      for (const { path, problem, suggestion } of invalid.problems) {
        const at: Path = [
          "nodes",
          id,
          "with",
          ...path
            .split(".")
            .filter((step) => step !== "")
            .map(step)
        ]
        const what = `${loaded.stage.name}: ${path === "" ? "config" : path}: ${problem}`
        if (suggestion === "") problems.add(at, what)
        else problems.addKey(at, what, `did you mean "${suggestion}"?`)
      }
      return Effect.undefined
    })
  )

const step = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text)
