// The TypeScript form of a pipeline. Wiring an output into a port of another kind, or a wrong config, is a compile error.
import path from "node:path"
import { fileURLToPath } from "node:url"
import type { Kind } from "@inkstone/artifact"
import type { Stage } from "@inkstone/stage"
import type { Schema } from "effect"
import type { NodeDefinition, PipelineDefinition } from "./PipelineDefinition.ts"
import { defaultSeed } from "./PipelineFile.ts"

/** An output of a node in the making; what goes into ports. */
export interface Output<K extends Kind.Kind = Kind.Kind> {
  readonly node: string
  readonly output: string
  readonly kind: K
  /** see `best` */
  readonly best?: true
}

/** Of a searched node: what its best trial makes, instead of what each of them does. */
export const best = <K extends Kind.Kind>(output: Output<K>): Output<K> => ({ ...output, best: true })

/** One `Output` per output of the stage. */
export type NodeOutputs<O extends Stage.Outputs> = { readonly [P in keyof O]: Output<O[P]> }

type Wires<I extends Stage.Inputs> = {
  readonly [P in keyof I]: I[P] extends Stage.Port<infer K, infer Many>
    ? Many extends true
      ? Output<K> | ReadonlyArray<Output<K>>
      : Output<K>
    : never
}

type Matrix = Readonly<Record<string, ReadonlyArray<Schema.Json>>>
type AxesOf<M extends Matrix> = { readonly [Axis in keyof M]: M[Axis][number] }
type Optional<Name extends string, T> = {} extends T
  ? { readonly [N in Name]?: T }
  : { readonly [N in Name]: T }

/** `with` may be a function of the node's own axes, where it has a matrix. */
export type NodeOptions<Encoded, I extends Stage.Inputs, M extends Matrix> = Optional<"in", Wires<I>> &
  ({} extends Encoded
    ? { readonly with?: Encoded | ((axes: AxesOf<M>) => Encoded) }
    : { readonly with: Encoded | ((axes: AxesOf<M>) => Encoded) }) & {
    /** module and export, where they are not the stage's name: `./my-stage.ts#stage` */
    readonly uses?: string
    readonly matrix?: M
  } & Pick<NodeDefinition, "search" | "seed" | "retries" | "timeoutMinutes" | "resources">

interface LooseOptions extends Pick<
  NodeDefinition,
  "search" | "seed" | "retries" | "timeoutMinutes" | "resources"
> {
  readonly uses?: string
  readonly matrix?: Matrix
  readonly with?: NodeDefinition["with"]
  readonly in?: Readonly<Record<string, Output | ReadonlyArray<Output>>>
}

/** What `make` gives: nodes are added one by one, `build` gives the definition. */
export class PipelineBuilder {
  readonly #about: Omit<PipelineDefinition, "nodes">
  readonly #nodes: Record<string, NodeDefinition> = {}

  constructor(about: Omit<PipelineDefinition, "nodes">) {
    this.#about = about
  }

  /** Adds a node; what it returns are its outputs, to be wired into others. */
  node<
    Config extends Schema.Codec<unknown, unknown>,
    I extends Stage.Inputs,
    O extends Stage.Outputs,
    const M extends Matrix = {}
  >(
    id: string,
    stage: Stage.Stage<string, Config, I, O>,
    options: NodeOptions<Config["Encoded"], I, M>
  ): NodeOutputs<O>
  node(id: string, stage: Stage.AnyStage, options: LooseOptions): NodeOutputs<Stage.Outputs> {
    const { in: wires = {}, uses = stage.name, matrix = {}, with: config = {}, ...rest } = options
    const references = Object.entries(wires).map(([port, outputs]) => [
      port,
      [outputs].flat().map(({ best, node, output }) => ({ node, output, ...(best === true ? { best } : {}) }))
    ])
    this.#nodes[id] = { uses, with: config, in: Object.fromEntries(references), matrix, ...rest }
    const outputs = Object.entries(stage.outputs)
    return Object.fromEntries(outputs.map(([output, kind]) => [output, { node: id, output, kind }]))
  }

  /** What the default export of a pipeline module is. */
  build(): PipelineDefinition {
    return { ...this.#about, nodes: { ...this.#nodes } }
  }
}

/**
 * A pipeline built step by step. `from` is `import.meta.url` of the file it stands in: stages and source files are
 * found from there.
 *
 *     const book = Pipeline.make("book", { from: import.meta.url })
 *     const corpus = book.node("corpus", ingest, { with: { files: ["texts/*.txt"] } })
 *     book.node("tokenizer", train, { in: { documents: corpus.documents } })
 *     export default book.build()
 */
export const make = (
  name: string,
  options: { readonly from: string; readonly seed?: number; readonly description?: string }
): PipelineBuilder => {
  const file = options.from.startsWith("file:") ? fileURLToPath(options.from) : path.resolve(options.from)
  return new PipelineBuilder({
    name,
    description: options.description ?? "",
    seed: options.seed ?? defaultSeed,
    origin: {
      file: path.relative(process.cwd(), file),
      directory: path.dirname(file),
      locate: () => ({ line: 0, column: 0, source: "" })
    }
  })
}
