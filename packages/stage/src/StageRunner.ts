// Runs one stage in this process against the store. The pipeline's worker and the testkit both come through here.
import { mkdir } from "node:fs/promises"
import { type Artifact, type ArtifactRef, type Draft, Store } from "@inkstone/artifact"
import { Effect } from "effect"
import * as Config from "./Config.ts"
import type { AnyStage, Labelled, Progress, SourceFile } from "./Stage.ts"
import { StageFailure } from "./StageFailure.ts"

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
 * a reference per output. A failure or an interruption of the stage leaves nothing in the store. (If the disk fills up between
 * two outputs, the first one stays, complete and without a record.)
 */
export const run = (job: Job): Effect.Effect<Readonly<Record<string, ArtifactRef>>, StageFailure, Store> =>
  Effect.gen(function* () {
    const { files, report, seed, stage, workspace } = job
    const store = yield* Store
    const config = yield* Config.decode(stage, job.config)
    const given = yield* open(job)
    yield* Effect.tryPromise({
      try: () => mkdir(workspace, { recursive: true }),
      catch: (cause) => unusable(workspace, cause)
    })
    const outputs: Record<string, Draft> = {}
    for (const [name, kind] of Object.entries(stage.outputs)) outputs[name] = yield* store.draft(kind)
    yield* stage.run(config.value, given, { outputs, seed, files, workspace, report })
    return yield* Effect.uninterruptible(sealAll(outputs))
  }).pipe(Effect.scoped, Effect.mapError(StageFailure.of), Effect.withSpan("StageRunner.run"))

const sealAll = Effect.fnUntraced(function* (outputs: Readonly<Record<string, Draft>>) {
  const store = yield* Store
  const sealed: Record<string, ArtifactRef> = {}
  for (const [name, draft] of Object.entries(outputs)) {
    const { digest, kind } = yield* store.seal(draft)
    sealed[name] = { kind, digest }
  }
  return sealed
})

const open = Effect.fnUntraced(function* ({ inputs, stage }: Job) {
  const store = yield* Store
  const given: Record<string, Artifact | ReadonlyArray<Labelled<Artifact["definition"]>>> = {}
  for (const [port, { kind, many }] of Object.entries(stage.inputs)) {
    const sources = inputs[port] ?? []
    for (const { label, ref } of sources) {
      if (ref.kind !== kind.name) {
        return yield* miswired(stage, `input "${port}" takes ${kind.name}, but ${label} gives ${ref.kind}`)
      }
    }
    const labelled = yield* Effect.forEach(sources, ({ label, ref }) =>
      Effect.map(store.open(kind, ref.digest), (artifact) => ({ label, artifact }))
    )
    const [first] = labelled
    if (many) given[port] = labelled
    else if (first !== undefined && labelled.length === 1) given[port] = first.artifact
    else return yield* miswired(stage, `input "${port}" takes one artifact and was given ${labelled.length}`)
  }
  return given
})

const miswired = (stage: AnyStage, problem: string) =>
  new StageFailure({
    category: "config",
    fact: "InputsMiswired",
    problem: `${stage.name}: ${problem}`,
    advice: ""
  })

const unusable = (folder: string, cause: unknown) =>
  new StageFailure({
    category: "resource",
    fact: "WorkspaceUnusable",
    problem: `the workspace ${folder} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
    advice: "Make the folder writable"
  })
