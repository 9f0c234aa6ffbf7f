// Files of a checkpoint as effects.
import { constants } from "node:fs"
import { type FileHandle, open, realpath } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"
import { CheckpointInvalid, CheckpointUnreadable } from "../errors.ts"
import { Malformed } from "../Protobuf.ts"

export const fetchAgain = "fetch the file again: it is cut off, damaged or not from TensorFlow"

const unreadable = (file: string, cause: unknown) =>
  new CheckpointUnreadable({
    file,
    code: cause instanceof Error && "code" in cause ? String(cause.code) : "unknown",
    problem: cause instanceof Error ? cause.message : String(cause)
  })

/** Pure reading of what a file holds; what it finds malformed becomes an error of that file. */
export const parse = <A>(file: string, read: () => A): Effect.Effect<A, CheckpointInvalid> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(read())
    } catch (cause) {
      if (!(cause instanceof Malformed)) throw cause
      const { field, message: problem } = cause
      return Effect.fail(new CheckpointInvalid({ file, field, problem, advice: cause.advice ?? fetchAgain }))
    }
  })

/**
 * A regular file's size. With `beside`, its real folder must be that one's: a link that leads elsewhere has no place in a
 * checkpoint (caches that link every file into one folder of blobs are fine).
 */
export const size = Effect.fnUntraced(function* (
  file: string,
  beside?: string
): Effect.fn.Return<number, CheckpointInvalid | CheckpointUnreadable> {
  const found = yield* Effect.tryPromise({
    try: async () => {
      const real = await realpath(file)
      // a FIFO would never open
      const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        return { real, stat: await handle.stat() }
      } finally {
        await handle.close()
      }
    },
    catch: (cause) => unreadable(file, cause)
  })
  const wrong = (problem: string, advice: string) =>
    new CheckpointInvalid({ file, field: "file", problem, advice })
  if (!found.stat.isFile()) return yield* wrong("is no regular file", fetchAgain)
  if (beside !== undefined) {
    const home = yield* Effect.tryPromise({
      try: async () => dirname(await realpath(beside)),
      catch: (cause) => unreadable(beside, cause)
    })
    if (dirname(found.real) !== home)
      return yield* wrong(`leads to ${found.real}`, `put the file itself beside ${beside}`)
  }
  return found.stat.size
})

const pieceBytes = 2 ** 30 // one read of 2^31 bytes or more aborts Node

const readInto = async (handle: FileHandle, bytes: Uint8Array, from: number) => {
  for (let at = 0; at < bytes.length;) {
    const piece = Math.min(pieceBytes, bytes.length - at)
    const { bytesRead } = await handle.read(bytes, at, piece, from + at)
    if (bytesRead === 0) throw new Error("the file became shorter while it was read")
    at += bytesRead
  }
  return bytes
}

/** Bytes `from` to `from + length` of a file, which must have been checked to lie inside of it. */
export const span = (
  file: string,
  from: number,
  length: number
): Effect.Effect<Uint8Array, CheckpointUnreadable> =>
  Effect.tryPromise({
    try: async () => {
      const handle = await open(file)
      try {
        return await readInto(handle, new Uint8Array(length), from)
      } finally {
        await handle.close()
      }
    },
    catch: (cause) => unreadable(file, cause)
  })

/** A whole file of at most so many bytes. */
export const whole = Effect.fnUntraced(function* (
  file: string,
  most: number
): Effect.fn.Return<Uint8Array, CheckpointInvalid | CheckpointUnreadable> {
  const bytes = yield* size(file)
  if (bytes > most)
    return yield* new CheckpointInvalid({
      file,
      field: "file",
      problem: `has ${bytes} bytes, more than the ${most} that are read of one`,
      advice: fetchAgain
    })
  return yield* span(file, 0, bytes)
})
