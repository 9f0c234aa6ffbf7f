// Calls to the file system as effects with the store's own error.
import { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"

/** `place` is the path that a person should look at. */
export const storage = <A>(place: string, run: () => Promise<A>): Effect.Effect<A, StorageFailed> =>
  Effect.tryPromise({ try: run, catch: (cause) => storageFailed(place, cause) })

export const storageFailed = (place: string, cause: unknown): StorageFailed =>
  new StorageFailed({
    path: place,
    code: cause instanceof Error && "code" in cause ? String(cause.code) : "",
    problem: cause instanceof Error ? cause.message : String(cause)
  })

/** `otherwise` where the file or folder is not there. */
export const orIfMissing =
  <B>(otherwise: B) =>
  <A>(effect: Effect.Effect<A, StorageFailed>): Effect.Effect<A | B, StorageFailed> =>
    Effect.catchTag(effect, "StorageFailed", (error) =>
      error.code === "ENOENT" ? Effect.succeed<A | B>(otherwise) : Effect.fail(error)
    )
