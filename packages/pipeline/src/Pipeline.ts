// A pipeline that can be planned and run: stages found, configs checked, matrices unfolded, in topological order.
import { readFile } from "node:fs/promises"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { Resources, Stage } from "@inkstone/stage"
import { Effect, type Schema } from "effect"
import type { CodeDigest } from "./CodeDigest.ts"
import { unfold } from "./internal/unfold.ts"
import type { Axes, PipelineDefinition } from "./PipelineDefinition.ts"
import * as PipelineFile from "./PipelineFile.ts"
import { PipelineInvalid } from "./PipelineInvalid.ts"
import type { Role, Search } from "./search/Search.ts"
export { best, make } from "./PipelineBuilder.ts"

/** An output of another node that goes into a port. */
export interface Wire {
  /** label of the instance it comes from */
  readonly from: string
  readonly output: string
}

/** One instance of a node. */
export interface PipelineNode {
  /** label: `gpt`, or `gpt[preset=nano]` */
  readonly id: string
  /** name of the node in the file */
  readonly node: string
  readonly axes: Axes
  readonly stage: Stage.AnyStage
  readonly module: { readonly url: string; readonly export: string }
  readonly code: CodeDigest
  /** decoded, defaults filled in */
  readonly config: unknown
  /** the same as JSON, part of the key */
  readonly encodedConfig: Schema.Json
  readonly inputs: Readonly<Record<string, ReadonlyArray<Wire>>>
  /** searches of whose trials it is one, or to which it belongs: its failure is one of the trial's, not of the run */
  readonly within: ReadonlyArray<string>
  /** of a trial of a search */
  readonly trial?: Role
  /** It runs nothing: it stands for the best trial of this search. */
  readonly bestOf?: string
  readonly seed: number
  /** absent: what the run says */
  readonly retries?: number
  readonly timeoutMillis?: number
  readonly resources: Resources
}

export interface Pipeline {
  readonly name: string
  readonly description: string
  /** as shown in messages */
  readonly file: string
  /** absolute; source files are relative to it */
  readonly directory: string
  /** Each node stands after all that it needs. */
  readonly nodes: ReadonlyArray<PipelineNode>
  readonly searches: ReadonlyArray<Search>
}

/**
 * Reads, resolves and checks a pipeline: `.yaml`, `.yml`, or a module whose default export is what `Pipeline.make(...).build()`
 * gives. `profile` is one of the YAML file's `profiles`. Fails with every problem at once.
 */
export const load = Effect.fn("Pipeline.load")(function* (
  file: string,
  options: PipelineFile.ParseOptions = {}
) {
  return yield* fromDefinition(yield* read(file, options))
})

const read = Effect.fnUntraced(function* (file: string, options: PipelineFile.ParseOptions) {
  const invalid = (problem: string) =>
    new PipelineInvalid({ file, problems: [{ line: 0, column: 0, problem, suggestion: "", source: "" }] })
  if (/\.[mc]?[jt]s$/.test(file)) {
    if (options.profile !== undefined)
      return yield* invalid(`only a YAML file has profiles: run it without --profile ${options.profile}`)
    const module = yield* Effect.tryPromise({
      try: (): Promise<Readonly<Record<string, unknown>>> => import(pathToFileURL(path.resolve(file)).href),
      catch: (cause) => invalid(`cannot be loaded: ${String(cause)}`)
    })
    const definition = module["default"]
    if (isDefinition(definition)) return definition
    return yield* invalid("its default export is not a pipeline: export default Pipeline.make(...).build()")
  }
  const text = yield* Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) => invalid(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  })
  return yield* PipelineFile.parse(text, file, options)
})

const isDefinition = (value: unknown): value is PipelineDefinition =>
  typeof value === "object" && value !== null && "nodes" in value && "origin" in value && "seed" in value

/** Finds the stages, checks wires and configs, and unfolds matrices. */
export const fromDefinition = (definition: PipelineDefinition): Effect.Effect<Pipeline, PipelineInvalid> =>
  unfold(definition)

/** The DAG as a Mermaid flowchart; an arrow carries the port it goes into. */
export const toMermaid = (pipeline: Pipeline): string => {
  const names = new Map(pipeline.nodes.map(({ id }, index) => [id, `n${index}`]))
  const nodes = pipeline.nodes.map(
    ({ id, stage }) => `  ${names.get(id)}["${id}<br/><small>${stage.name}</small>"]`
  )
  const arrows = pipeline.nodes.flatMap(({ id, inputs }) =>
    Object.entries(inputs).flatMap(([port, wires]) =>
      wires.map(({ from }) => `  ${names.get(from)} -- "${port}" --> ${names.get(id)}`)
    )
  )
  const bests = pipeline.searches.flatMap(({ best, trials }) =>
    trials.map(({ nodes }) => `  ${names.get(nodes.at(-1) ?? "")} -. "best" .-> ${names.get(best)}`)
  )
  return ["flowchart TD", ...nodes, ...arrows, ...bests, ""].join("\n")
}
