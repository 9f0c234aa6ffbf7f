// Files as effects: what the system says (errno) becomes StorageFailed, everything else is a bug and dies.
import { type FileHandle, open, readdir } from "node:fs/promises"
import { Effect } from "effect"
import { StorageFailed } from "../errors.ts"

/** Errno name of a thrown thing, such as `ENOSPC`; empty where it has none (`ERR_...` and zlib's codes are not the system's). */
export const errno = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return /^E(?!RR_)[A-Z0-9]+$/.test(code) ? code : ""
}

export const storageFailed = (path: string, cause: unknown): StorageFailed =>
  new StorageFailed({
    path,
    code: errno(cause),
    problem: cause instanceof Error ? cause.message : String(cause)
  })

/** Runs file work on `path`. */
export const disk = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, StorageFailed> =>
  Effect.promise(work).pipe(
    Effect.catchDefect((cause) =>
      errno(cause) === "" ? Effect.die(cause) : Effect.fail(storageFailed(path, cause))
    )
  )

/** What to do instead where the file or folder is not there. */
export const ifMissing =
  <B, E>(instead: Effect.Effect<B, E>) =>
  <A>(work: Effect.Effect<A, StorageFailed>): Effect.Effect<A | B, StorageFailed | E> =>
    Effect.catchIf(
      work,
      (error) => error.code === "ENOENT",
      () => instead
    )

/** Names in a folder, sorted; none where there is no such folder. */
export const names = (folder: string): Effect.Effect<ReadonlyArray<string>, StorageFailed> =>
  disk(folder, () => readdir(folder)).pipe(
    Effect.map((found) => found.toSorted()),
    ifMissing(Effect.succeed([]))
  )

/** Makes a rename or a new file in the folder last through a power cut. */
export const syncFolder = async (folder: string): Promise<void> => {
  await using handle = await open(folder, "r")
  await handle.sync()
}

/** Writes all of the chunks, however many calls the system makes of it: a nearly full disk takes a part, then says ENOSPC. */
export const writeAll = async (file: FileHandle, chunks: ReadonlyArray<Uint8Array>): Promise<void> => {
  let left = chunks
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left)
    const rest: Array<Uint8Array> = []
    for (const chunk of left) {
      if (chunk.byteLength > bytesWritten) rest.push(chunk.subarray(bytesWritten))
      bytesWritten = Math.max(0, bytesWritten - chunk.byteLength)
    }
    left = rest
  }
}
