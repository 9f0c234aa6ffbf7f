// One instance of a node: its config read by its stage, what it may hold, its label.
import { Config, type Resources } from "@inkstone/stage"
import { Effect, type Schema } from "effect"
import type { PipelineNode, Wire } from "../Pipeline.ts"
import type { Axes, NodeDefinition, Path, PipelineDefinition } from "../PipelineDefinition.ts"
import type { LoadedStage } from "../StageModules.ts"
import * as Matrix from "./Matrix.ts"
import type { Problems } from "./Problems.ts"

/** Axes and wires of one instance, before its config is read. */
export interface Shape {
  readonly axes: Axes
  readonly inputs: Readonly<Record<string, ReadonlyArray<Wire>>>
  /** searches whose trials it belongs to */
  readonly within: ReadonlyArray<string>
}

export interface Instancing {
  readonly definition: PipelineDefinition
  readonly id: string
  readonly node: NodeDefinition
  readonly loaded: LoadedStage
  readonly shape: Shape
  readonly problems: Problems
}

/** Where in the file a part of the config comes from, and what to add to what is wrong with it. */
export interface Source {
  readonly at: (path: ReadonlyArray<string | number>) => Path
  readonly note: (path: ReadonlyArray<string | number>) => string
}

const asWritten = (id: string): Source => ({ at: (path) => ["nodes", id, "with", ...path], note: () => "" })

/** A config that its stage takes; undefined where something was reported. */
export const decodeConfig = (
  { id, loaded, problems }: Instancing,
  config: Schema.Json,
  source = asWritten(id)
) =>
  Config.decode(loaded.stage, config).pipe(
    Effect.catch((invalid) => {
      for (const { path, problem, suggestion } of invalid.problems) {
        const steps = path
          .split(".")
          .filter((text) => text !== "")
          .map(step)
        const what = `${loaded.stage.name}: ${path === "" ? "config" : path}: ${problem}${source.note(steps)}`
        if (suggestion === "") problems.add(source.at(steps), what)
        else problems.addKey(source.at(steps), what, `did you mean "${suggestion}"?`)
      }
      return Effect.undefined
    })
  )

const step = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text)

/** `with`, its `${axis}` replaced. */
export const configOf = ({ id, node, shape, problems }: Instancing): Schema.Json => {
  if (typeof node.with === "function") return node.with(shape.axes)
  return Matrix.interpolate(node.with, shape.axes, (axis, path) => {
    const known = Object.keys(shape.axes)
    const problem = `node ${id} has no axis "${axis}"`
    if (known.length === 0)
      problems.add(["nodes", id, "with", ...path], problem, "it has no matrix and inherits none")
    else problems.unknown(["nodes", id, "with", ...path], "value", { problem, name: axis, known })
  })
}

/** The node but for what its config decides. */
export const outline = ({ definition, id, node, loaded, shape }: Instancing, mark?: string) => ({
  id: Matrix.label(id, shape.axes, mark),
  node: id,
  axes: shape.axes,
  ...loaded,
  inputs: shape.inputs,
  within: shape.within,
  seed: node.seed ?? definition.seed,
  ...(node.retries === undefined ? {} : { retries: node.retries }),
  ...(node.timeoutMinutes === undefined ? {} : { timeoutMillis: node.timeoutMinutes * 60_000 })
})

/** What nothing is held by. */
export const none: Resources = { cpus: 1, memoryBytes: 0 }

/** `decoded` is absent where there is a problem already, and nothing will run. */
export const withConfig = (
  from: Instancing,
  decoded: Config.Decoded | undefined,
  resources: Resources = resourcesOf(from, decoded)
): PipelineNode => ({
  ...outline(from),
  config: decoded?.value,
  encodedConfig: decoded?.encoded ?? null,
  resources
})

export const resourcesOf = ({ loaded, node }: Instancing, decoded: Config.Decoded | undefined): Resources =>
  decoded === undefined ? none : { ...loaded.stage.resources(decoded.value), ...node.resources }

export const instance = Effect.fnUntraced(function* (from: Instancing) {
  return withConfig(from, yield* decodeConfig(from, configOf(from)))
})
