// Where a node runs. `local` starts a child process for each; other places are other values of this interface.
import type { ArtifactRef } from "@inkstone/artifact"
import type { Progress, Resources, SourceFile, StageFailure } from "@inkstone/stage"
import { Context, type Effect, type Schema } from "effect"
import * as ExecutorLocal from "./ExecutorLocal.ts"
import type { InputsByPort } from "./Key.ts"

/** All a process needs to run one node; plain JSON. */
export interface Job {
  /** label of the instance */
  readonly node: string
  readonly stage: string
  readonly key: string
  readonly attempt: number
  readonly module: { readonly url: string; readonly export: string }
  readonly config: Schema.Json
  readonly inputs: InputsByPort
  readonly files: ReadonlyArray<SourceFile>
  readonly seed: number
  /** the store's folder */
  readonly root: string
  readonly workspace: string
  readonly granted: Resources
  /** how long a process that was asked to stop may take to leave a checkpoint */
  readonly graceMillis: number
  /** stops by itself, as if it was asked to, once it has reported so much progress */
  readonly stopAfter?: number
}

/** Called from outside Effect, in order. */
export interface Listener {
  readonly progress: (progress: Progress) => void
  readonly log: (level: string, message: string) => void
}

export interface ExecutorShape {
  /**
   * Runs one attempt to its end; gives the sealed outputs. Interruption stops it cleanly and waits until it has stopped. What
   * the stage prints goes into `log.txt` of the workspace.
   */
  readonly execute: (
    job: Job,
    listener: Listener
  ) => Effect.Effect<Readonly<Record<string, ArtifactRef>>, StageFailure>
}

export const Executor = Context.Reference<ExecutorShape>("@inkstone/pipeline/Executor", {
  defaultValue: () => ({ execute: ExecutorLocal.execute })
})
