// Files of the node's workspace.
import { StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import * as fs from "node:fs"

const isErrno = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string"

/** Runs file system calls; what they throw becomes a stage's failure that names the place. */
export const attempt = <A>(place: string, work: () => A): Effect.Effect<A, StageFailure> =>
  Effect.try({
    try: work,
    catch: (cause) =>
      StageFailure.of(
        new StorageFailed({
          path: place,
          code: isErrno(cause) ? (cause.code ?? "") : "",
          problem: cause instanceof Error ? cause.message : String(cause)
        })
      )
  })

/** A new or renamed file is on the disk only when its folder is. */
export const syncFolder = (folder: string): void => {
  const descriptor = fs.openSync(folder, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
