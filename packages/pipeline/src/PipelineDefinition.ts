// A pipeline as a person wrote it, from YAML or from TypeScript, before stages are found and matrices unfolded.
import type { Resources } from "@inkstone/stage"
import type { Schema } from "effect"
import type { SearchDefinition } from "./search/SearchDefinition.ts"

/** An output of another node. `output` may be left out where the node has only one. */
export interface Reference {
  readonly node: string
  readonly output?: string
  /** of a searched node: what its best trial made, instead of what each of them did */
  readonly best?: boolean
}

/** Axis values of one instance of a matrix node, such as `{ preset: "nano" }`. */
export type Axes = Readonly<Record<string, Schema.Json>>
export type Fields = Readonly<Record<string, Schema.Json>>

export interface NodeDefinition {
  /** `package#export` or `./file.ts#export`, resolved from the pipeline's folder */
  readonly uses: string
  /** The stage's config. Text may hold `${axis}`; from TypeScript it may be a function of the axes. */
  readonly with: Fields | ((axes: Axes) => Fields)
  readonly in: Readonly<Record<string, ReadonlyArray<Reference>>>
  /** Cartesian product of the axes, one instance of the node for each combination. */
  readonly matrix: Readonly<Record<string, ReadonlyArray<Schema.Json>>>
  /** Like a matrix, one instance for each trial. */
  readonly search?: SearchDefinition
  readonly seed?: number
  /** More attempts after a crash or for want of a resource. */
  readonly retries?: number
  readonly timeoutMinutes?: number
  readonly resources?: Partial<Resources>
}

/** A key or list position for each level, such as `["nodes", "gpt", "with", "preset"]`. */
export type Path = ReadonlyArray<string | number>

/** Where a pipeline stands, to resolve what it names and to say where something is wrong. */
export interface Origin {
  /** as a person should see it in messages */
  readonly file: string
  /** absolute folder that `uses` and files are relative to */
  readonly directory: string
  /** Place of the deepest part of the path that exists; line 0 where there is no text. `at` says whether key or value. */
  readonly locate: (
    path: Path,
    at: "key" | "value"
  ) => { readonly line: number; readonly column: number; readonly source: string }
}

export interface PipelineDefinition {
  readonly name: string
  readonly description: string
  readonly seed: number
  readonly nodes: Readonly<Record<string, NodeDefinition>>
  readonly origin: Origin
}
