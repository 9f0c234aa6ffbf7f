import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Ledger, Store, StoreLocal } from "../src/index.ts"

const root = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "inkstone-store-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("Store", () => {
  it.effect("gives back what was sealed", () =>
    Effect.gen(function* () {
      const folder = yield* root
      yield* Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Ledger)
        yield* draft.append("ledger", {
          id: ["a", "字b"],
          source: ["s", "t"],
          action: ["dropped", "repaired"],
          rule: ["r", "r"],
          value: Float64Array.of(1, 2),
          threshold: Float64Array.of(3, 4),
          excerpt: ["", "x"]
        })
        yield* draft.describe({ read: 2, kept: 1, dropped: { r: 1 }, repaired: { r: 1 } })
        const sealed = yield* store.seal(draft)
        const again = yield* store.open(Ledger, sealed.digest)
        const rows = yield* again.read("ledger")
        assert.deepStrictEqual(rows.id, ["a", "字b"])
        assert.deepStrictEqual(rows.threshold, Float64Array.of(3, 4))
      }).pipe(Effect.provide(StoreLocal.layer(folder)))
    })
  )
})
