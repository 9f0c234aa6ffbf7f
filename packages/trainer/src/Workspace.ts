// Files of the node's workspace: written so that a crash at any moment leaves either the old file or the new one.
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"

const isErrno = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string"

/** Runs file system calls; what they throw becomes a failure of category `resource` that names the place. */
export const attempt = <A>(place: string, work: () => A): Effect.Effect<A, StageFailure> =>
  Effect.try({
    try: work,
    catch: (cause) =>
      new StageFailure({
        category: "resource",
        fact: isErrno(cause) && cause.code === "ENOSPC" ? "DiskFull" : "WorkspaceFailed",
        problem: `${place}: ${cause instanceof Error ? cause.message : String(cause)}`,
        advice:
          "Check that the disk of the store has room and may be written; training continues from its checkpoint"
      })
  })

/** Opens a temporary file beside `file`, lets `write` fill it, and renames it once it is on the disk. */
export const replaceFile = (file: string, write: (descriptor: number) => void): void => {
  const partial = `${file}.partial`
  const descriptor = fs.openSync(partial, "w")
  try {
    write(descriptor)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
  fs.renameSync(partial, file)
  syncFolder(path.dirname(file))
}

/** A rename is on the disk only when its folder is. */
const syncFolder = (folder: string): void => {
  const descriptor = fs.openSync(folder, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Writes all of some bytes: one call of `writeSync` may write less than it was given. */
export const writeAll = (descriptor: number, bytes: Uint8Array): void => {
  let written = 0
  while (written < bytes.byteLength) {
    // Linux writes at most 2 GiB a call; pieces of 1 GiB stay clear of the limit.
    const piece = Math.min(bytes.byteLength - written, 2 ** 30)
    written += fs.writeSync(descriptor, bytes, written, piece)
  }
}
