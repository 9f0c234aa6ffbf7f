// File calls as effects.
import { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"

/** Runs a file call; what it throws becomes a `StorageFailed` of that path. */
export const io = <A>(path: string, act: () => Promise<A>): Effect.Effect<A, StorageFailed> =>
  Effect.tryPromise({
    try: act,
    catch: (cause) =>
      new StorageFailed({
        path,
        code: cause instanceof Error && "code" in cause ? String(cause.code) : "unknown",
        problem: cause instanceof Error ? cause.message : String(cause)
      })
  })
