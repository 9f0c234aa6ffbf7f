// One attempt at a node in a process of its own: to its end, to a step, or until it is killed with kill -9.
import { readFileSync } from "node:fs"
import * as path from "node:path"
import type { ArtifactRef } from "@inkstone/artifact"
import { Executor, type Job, Workspace } from "@inkstone/pipeline"
import type { Progress, StageFailure } from "@inkstone/stage"
import { Effect, Option, Schema } from "effect"
import type { Moment } from "./Moments.ts"

export type Outputs = Readonly<Record<string, ArtifactRef>>

const decodeWorker = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ pid: Schema.Int })))

/** The process that works in a workspace now. */
const workerIn = (workspace: string): number | undefined => {
  try {
    const text = readFileSync(path.join(workspace, Workspace.workerFile), "utf8")
    return Option.getOrUndefined(decodeWorker(text))?.pid
  } catch {
    return undefined
  }
}

export interface Heard {
  /** milliseconds from the start to the first progress, and to the end */
  readonly first: number
  readonly all: number
}

/** To its end. */
export const whole = Effect.fnUntraced(function* (
  job: Job,
  report: (progress: Progress) => void
): Effect.fn.Return<{ readonly outputs: Outputs } & Heard, StageFailure> {
  const executor = yield* Executor
  const begun = performance.now()
  let first: number | undefined
  const outputs = yield* executor.execute(job, {
    progress: (progress) => {
      first ??= performance.now() - begun
      report(progress)
    },
    log: () => undefined
  })
  const all = performance.now() - begun
  return { outputs, first: first ?? all, all }
})

/** Until it has reported so much progress; its outputs if it had an end before that. */
export const upTo = (
  job: Job,
  stopAfter: number,
  report: (progress: Progress) => void
): Effect.Effect<Outputs | undefined, StageFailure> =>
  whole({ ...job, stopAfter }, report).pipe(
    Effect.map(({ outputs }): Outputs | undefined => outputs),
    Effect.catchIf(
      ({ fact }) => fact === "ProcessTerminated",
      () => Effect.undefined
    )
  )

/** Kills its process at a moment, without a word; its outputs if it had an end before that. */
export const killed = (
  job: Job,
  moment: Moment,
  report: (progress: Progress) => void
): Effect.Effect<Outputs | undefined, StageFailure> =>
  Effect.suspend(() => {
    let timer: NodeJS.Timeout | undefined
    const kill = () => {
      const pid = workerIn(job.workspace)
      if (pid !== undefined) process.kill(pid, "SIGKILL")
    }
    const reached = (done: number) => {
      if (done >= moment.done) timer ??= setTimeout(kill, moment.millis)
    }
    reached(0)
    const running = whole(job, (progress) => {
      report(progress)
      reached(progress.done)
    })
    return running.pipe(
      Effect.map(({ outputs }): Outputs | undefined => outputs),
      Effect.catchIf(
        ({ fact }) => fact === "ProcessKilled",
        () => Effect.undefined
      ),
      Effect.ensuring(Effect.sync(() => clearTimeout(timer)))
    )
  })
