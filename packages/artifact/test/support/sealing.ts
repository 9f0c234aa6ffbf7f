// A process of its own for Sealing.test.ts: seals the known rows in the store of argv[2], or hangs with an open draft.
import { Effect } from "effect"
import { Store, StoreLocal } from "../../src/index.ts"
import { Everything, rows, seal } from "./Everything.ts"

const [, , root = "", what] = process.argv

const hang = Effect.gen(function* () {
  const store = yield* Store
  const draft = yield* store.draft(Everything)
  yield* draft.append("all", rows)
  yield* Effect.sleep("1 minute")
})

await Effect.runPromise(
  Effect.scoped(what === "seal" ? Effect.asVoid(seal([rows])) : hang).pipe(
    Effect.provide(StoreLocal.layer(root))
  )
)
