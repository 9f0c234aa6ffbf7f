// Runs one stage in this process against the store. The pipeline's worker and the testkit both come through here.
import type { ArtifactRef, Store } from "@inkstone/artifact"
import { Effect } from "effect"
import type { AnyStage, Progress, SourceFile } from "./Stage.ts"
import type { StageFailure } from "./StageFailure.ts"

/** An artifact on its way into a port, with the name of the node that made it. */
export interface Source {
  readonly label: string
  readonly ref: ArtifactRef
}

export interface Job {
  readonly stage: AnyStage
  /** as it stood in the pipeline file, or as `Config.decode` encoded it */
  readonly config: unknown
  /** per port; a port that takes one artifact must have exactly one */
  readonly inputs: Readonly<Record<string, ReadonlyArray<Source>>>
  readonly seed: number
  readonly files: ReadonlyArray<SourceFile>
  /** absolute; made if it is not there */
  readonly workspace: string
  readonly report: (progress: Progress) => Effect.Effect<void>
}

/**
 * Decodes the config, opens the inputs, runs the stage and seals its outputs, all of them and only after `run` succeeded; gives
 * a reference per output. A failure or an interruption leaves nothing in the store.
 */
export const run = (job: Job): Effect.Effect<Readonly<Record<string, ArtifactRef>>, StageFailure, Store> =>
  Effect.die(new Error(`not written yet: ${job.stage.name}`))
