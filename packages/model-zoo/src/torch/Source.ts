// An open file that is read by span, so that a checkpoint of many GB is never held as a whole.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect, type Scope } from "effect"
import { open as openFile } from "node:fs/promises"
import { io } from "../internal/Files.ts"
import { TorchInvalid } from "./TorchInvalid.ts"

const pieceBytes = 2 ** 30 // one read of 2^31 bytes or more aborts Node

export interface Source {
  readonly file: string
  readonly size: number
  readonly invalid: (field: string, problem: string) => TorchInvalid
  /** The bytes of a span. `field` names it if it is not inside the file. */
  readonly read: (
    field: string,
    begin: number,
    end: number
  ) => Effect.Effect<Uint8Array, TorchInvalid | StorageFailed>
}

/** Opens a file; it closes with the scope. */
export const open = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<Source, StorageFailed, Scope.Scope> {
  const handle = yield* Effect.acquireRelease(
    io(file, () => openFile(file)),
    (handle) => Effect.promise(() => handle.close())
  )
  const { size } = yield* io(file, () => handle.stat())
  const invalid = (field: string, problem: string) => new TorchInvalid({ file, field, problem })
  const read = Effect.fnUntraced(function* (
    field: string,
    begin: number,
    end: number
  ): Effect.fn.Return<Uint8Array, TorchInvalid | StorageFailed> {
    if (!(begin >= 0 && begin <= end && end <= size))
      return yield* invalid(field, `bytes ${begin} to ${end} lie outside of the ${size} bytes of the file`)
    return yield* io(file, async () => {
      const bytes = new Uint8Array(end - begin)
      for (let done = 0; done < bytes.length;) {
        const length = Math.min(pieceBytes, bytes.length - done)
        const { bytesRead } = await handle.read(bytes, done, length, begin + done)
        if (bytesRead === 0) throw new Error("the file became shorter while it was read")
        done += bytesRead
      }
      return bytes
    })
  })
  return { file, size, invalid, read }
})
