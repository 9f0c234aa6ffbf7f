// A store in a folder that is gone after the test.
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { Store, StoreLocal } from "../../src/index.ts"

export const tempFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "inkstone-artifact-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Runs `body` with an empty store; `root` is its folder. */
export const withStore = <A, E>(body: (root: string) => Effect.Effect<A, E, Store | Scope.Scope>) =>
  Effect.gen(function* () {
    const root = yield* tempFolder
    return yield* body(root).pipe(Effect.provide(StoreLocal.layer(root)))
  }).pipe(Effect.scoped)

/** Names in a folder of the store; none where it is not there. */
export const ls = (...parts: ReadonlyArray<string>): ReadonlyArray<string> => {
  try {
    return readdirSync(join(...parts)).toSorted()
  } catch {
    return []
  }
}
