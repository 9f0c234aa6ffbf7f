// The digest of a file's bytes, whatever its size.
import { createHash } from "node:crypto"
import { open } from "node:fs/promises"
import type { Effect } from "effect"
import type { StorageFailed } from "./errors.ts"
import { disk } from "./internal/Disk.ts"

/** Bytes read at a time; a single read of 2 GiB or more would abort Node. */
const piece = 4 * 2 ** 20

export interface FileDigest {
  readonly bytes: number
  /** hex */
  readonly sha256: string
}

/** Size and SHA-256 of a file of any size, in the memory of one piece. */
export const fileDigest = (path: string): Effect.Effect<FileDigest, StorageFailed> =>
  disk(path, async () => {
    await using handle = await open(path, "r")
    const hash = createHash("sha256")
    const { size } = await handle.stat()
    // hundreds of small files are checked in a plan: a piece for each would mostly be zeroes to clear
    const buffer = new Uint8Array(Math.min(piece, size + 1))
    let bytes = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, bytes)
      if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") }
      hash.update(buffer.subarray(0, bytesRead))
      bytes += bytesRead
    }
  })
