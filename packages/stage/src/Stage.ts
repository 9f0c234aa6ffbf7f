// A stage: a value that says what it needs, what it makes and how. Packages export stages; the pipeline runs them.
import type { Artifact, Draft, Kind } from "@inkstone/artifact"
import { Effect, type Schema } from "effect"
import type { StageFailure } from "./StageFailure.ts"

/** An input port: one artifact of a kind, or any number of them. */
export interface Port<K extends Kind.Kind = Kind.Kind, Many extends boolean = boolean> {
  readonly kind: K
  readonly many: Many
  /** May be left unwired. */
  readonly optional: boolean
}
/** Exactly one artifact. */
export const one = <K extends Kind.Kind>(kind: K): Port<K, false> => ({ kind, many: false, optional: false })
/** One artifact or more. */
export const many = <K extends Kind.Kind>(kind: K): Port<K, true> => ({ kind, many: true, optional: false })
/** Any number of artifacts, none included. */
export const any = <K extends Kind.Kind>(kind: K): Port<K, true> => ({ kind, many: true, optional: true })

export type Inputs = Readonly<Record<string, Port>>
export type Outputs = Readonly<Record<string, Kind.Kind>>

/** An artifact and the name of the node that made it, such as `gpt[preset=nano]`. */
export interface Labelled<K extends Kind.Kind> {
  readonly label: string
  readonly artifact: Artifact<K>
}

export type Given<I extends Inputs> = {
  readonly [P in keyof I]: I[P] extends Port<infer K, infer Many>
    ? Many extends true
      ? ReadonlyArray<Labelled<K>>
      : Artifact<K>
    : never
}
export type Drafts<O extends Outputs> = { readonly [P in keyof O]: Draft<O[P]> }

/** A file from outside the store that a stage reads; its digest is part of the key, its path is not. */
export interface SourceFile {
  /** absolute */
  readonly path: string
  /** relative to the pattern's fixed part, with `/`; stable across machines */
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface Progress {
  readonly done: number
  /** absent while it is not known */
  readonly total?: number
  /** what is counted: `documents`, `bytes`, `steps`, `tokens` */
  readonly unit: string
  /** a few words on what is happening, such as `loss 3.21, lr 3.0e-4` */
  readonly note?: string
}

/** What a run gives a stage beside its inputs. */
export interface Run<O extends Outputs> {
  readonly outputs: Drafts<O>
  /** Derived from the pipeline's seed and the node; all randomness comes from here. */
  readonly seed: number
  /** The files that `files(config)` named, sorted by name. */
  readonly files: ReadonlyArray<SourceFile>
  /**
   * A folder that belongs to this node's key and survives a crash of it: checkpoints and event files go here. Another
   * attempt at the same key finds what the last one left. Of a trial of a search that longer ones may follow it has a folder
   * `beginning`, to keep what a longer one could go on from; of a longer one `earlier` is that folder of the shorter one. Both are
   * only ever a short cut: what is made is the same without them.
   */
  readonly workspace: string
  /** Cheap: call it as often as there is something to say. */
  readonly report: (progress: Progress) => Effect.Effect<void>
}

/** Whole numbers of what a node holds while it runs; the executor never hands out more than there is. */
export interface Resources {
  readonly cpus: number
  readonly memoryBytes: number
  readonly gpus?: number
  /** where the stage has worked out what it needs: a node that cannot fit is then refused before anything starts */
  readonly estimate?: Estimate
}

/** What stands behind the memory of a node, for the person who plans it. */
export interface Estimate {
  /** by name, such as `parameters` or `weightBytes`; those whose names end in `Bytes` are sizes */
  readonly figures: Readonly<Record<string, number>>
  /** what to change where it does not fit */
  readonly advice: string
}

export interface Stage<
  Name extends string = string,
  Config extends Schema.Codec<unknown, unknown> = Schema.Codec<unknown, unknown>,
  I extends Inputs = Inputs,
  O extends Outputs = Outputs
> {
  /** package and export, such as `@inkstone/tokenizer#train` */
  readonly name: Name
  /** raise it whenever the same inputs and config would give other bytes */
  readonly version: number
  readonly description: string
  readonly config: Config
  readonly inputs: I
  readonly outputs: O
  /** Patterns of files to read from outside: paths and globs relative to the pipeline file, or `npm:package/path/*.txt`. */
  files(config: Config["Type"]): ReadonlyArray<string>
  resources(config: Config["Type"]): Resources
  /**
   * Fetches what the stage needs on this machine beside its inputs, such as a native library. Called once a run in the
   * parent process, before the first node starts, and only if a node of this stage will run. Must be safe to repeat.
   */
  prepare(report: (progress: Progress) => Effect.Effect<void>): Effect.Effect<void, StageFailure>
  /**
   * Only of a stage whose next attempt goes on from what the last one left in the workspace: how far that is, undefined where it
   * would start anew. Such a stage is tried again by itself when its process dies, as long as it gets further each time.
   */
  goesOnFrom?(config: Config["Type"], workspace: string): Effect.Effect<Progress | undefined, StageFailure>
  /** Interruptible at every `yield*`. Logs through Effect, never prints. */
  run(config: Config["Type"], given: Given<I>, run: Run<O>): Effect.Effect<void, StageFailure>
}

/**
 * What a pipeline holds: a stage of any shape (the methods above are methods so that every stage is one). The planner
 * checks config and ports against the stage's own schemas before it calls `run`.
 */
export type AnyStage = Stage

/** Defines a stage; port and config types are inferred and checked against `run`. */
export const define = <
  const Name extends string,
  Config extends Schema.Codec<unknown, unknown>,
  const I extends Inputs,
  const O extends Outputs
>(stage: {
  readonly name: Name
  readonly version: number
  readonly description: string
  readonly config: Config
  readonly inputs: I
  readonly outputs: O
  readonly files?: (config: Config["Type"]) => ReadonlyArray<string>
  readonly resources?: (config: Config["Type"]) => Resources
  readonly prepare?: (
    report: (progress: Progress) => Effect.Effect<void>
  ) => Effect.Effect<void, StageFailure>
  readonly goesOnFrom?: (
    config: Config["Type"],
    workspace: string
  ) => Effect.Effect<Progress | undefined, StageFailure>
  readonly run: (config: Config["Type"], given: Given<I>, run: Run<O>) => Effect.Effect<void, StageFailure>
}): Stage<Name, Config, I, O> => ({
  files: () => [],
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 30 }),
  prepare: () => Effect.void,
  ...stage
})
