// Files as effects: what the system says (errno) becomes StorageFailed, everything else is a bug and dies.
import { createHash } from "node:crypto"
import { type FileHandle, open, readdir } from "node:fs/promises"
import { Effect } from "effect"
import { StorageFailed } from "../errors.ts"

/** Errno name of a thrown thing, such as `ENOSPC`; empty where it has none. */
export const errno = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

export const storageFailed = (path: string, cause: unknown): StorageFailed =>
  new StorageFailed({
    path,
    code: errno(cause),
    problem: cause instanceof Error ? cause.message : String(cause)
  })

/** Runs file work on `path`. */
export const disk = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, StorageFailed> =>
  Effect.tryPromise({ try: work, catch: (cause) => cause }).pipe(
    Effect.catch((cause) =>
      errno(cause) === "" ? Effect.die(cause) : Effect.fail(storageFailed(path, cause))
    )
  )

/** What to do instead where the file or folder is not there. */
export const ifMissing =
  <B, E>(instead: Effect.Effect<B, E>) =>
  <A>(work: Effect.Effect<A, StorageFailed>): Effect.Effect<A | B, StorageFailed | E> =>
    work.pipe(
      Effect.catch((error): Effect.Effect<B, StorageFailed | E> =>
        error.code === "ENOENT" ? instead : Effect.fail(error)
      )
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

/** Bytes read at a time; a single read of 2 GiB or more would abort Node. */
const piece = 4 * 2 ** 20

export interface ByteDigest {
  readonly bytes: number
  /** hex */
  readonly sha256: string
}

/** SHA-256 of a file of any size. */
export const digestFile = async (path: string): Promise<ByteDigest> => {
  await using handle = await open(path, "r")
  const hash = createHash("sha256")
  const buffer = new Uint8Array(piece)
  let bytes = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, piece, bytes)
    if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") }
    hash.update(buffer.subarray(0, bytesRead))
    bytes += bytesRead
  }
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
