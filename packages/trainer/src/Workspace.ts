// Files of the node's workspace.
import { StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"

const isErrno = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string"

const storageFailed = (place: string, cause: unknown): StorageFailed =>
  new StorageFailed({
    path: place,
    code: isErrno(cause) ? (cause.code ?? "") : "",
    problem: cause instanceof Error ? cause.message : String(cause)
  })

/** Runs file system calls; what they throw becomes a stage's failure that names the place. */
export const attempt = <A>(place: string, work: () => A): Effect.Effect<A, StageFailure> =>
  Effect.try({ try: work, catch: (cause) => StageFailure.of(storageFailed(place, cause)) })
