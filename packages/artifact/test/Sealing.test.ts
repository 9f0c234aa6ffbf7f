// Nothing is there before it is whole, and a draft leaves nothing behind.
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, symlinkSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Schema } from "effect"
import { Column, Kind, Store, StoreLocal } from "../src/index.ts"
import { attributes, Everything, rows, seal } from "./support/Everything.ts"
import { ls, withStore } from "./support/TempStore.ts"

/** A small kind. */
const Notes = Kind.define({
  name: "notes",
  version: 1,
  tables: { notes: { id: Column.utf8, rule: Column.utf8, value: Column.float64 } },
  attributes: Schema.Struct({ rules: Schema.Array(Schema.String) })
})

describe("a draft", () => {
  it.effect("is not in the store before it is sealed and not in tmp afterwards", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* store.draft(Everything)
            yield* draft.append("all", rows)
            yield* draft.describe(attributes)
            assert.deepStrictEqual(yield* store.list, [])
            assert.strictEqual(ls(root, "tmp").length, 1)
            yield* store.seal(draft)
            assert.strictEqual((yield* store.list).length, 1)
          })
        )
        assert.deepStrictEqual(ls(root, "tmp"), [])
      })
    )
  )

  it.effect("is removed by its scope when the work fails or is interrupted", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        const begun = Effect.gen(function* () {
          const draft = yield* store.draft(Everything)
          yield* draft.append("all", rows)
        })
        yield* Effect.flip(Effect.scoped(Effect.andThen(begun, Effect.fail("no"))))
        const fiber = yield* Effect.forkChild(Effect.scoped(Effect.andThen(begun, Effect.never)))
        yield* Effect.promise(() => waitFor(() => ls(root, "tmp").length === 1))
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(ls(root, "tmp"), [])
        assert.deepStrictEqual(yield* store.list, [])
      })
    )
  )

  it.effect("must be described once, and sealed once", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Notes)
        assert.match((yield* Effect.flip(store.seal(draft))).message, /describe was not called/)
        yield* draft.describe({ rules: [] })
        assert.match((yield* Effect.flip(draft.describe({ rules: [] }))).message, /describe was called twice/)
        yield* store.seal(draft)
        assert.match((yield* Effect.flip(store.seal(draft))).message, /sealed already/)
        const late = draft.append("notes", { id: ["a"], rule: ["r"], value: Float64Array.of(1) })
        assert.match((yield* Effect.flip(late)).message, /sealed already/)
      })
    )
  )

  it.effect("takes batches from many fibers, each whole", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Notes)
        yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], (n) => draft.append("notes", batch(n)), {
          concurrency: "unbounded"
        })
        yield* draft.describe({ rules: ["r"] })
        const { id, value } = yield* (yield* store.seal(draft)).read("notes")
        assert.deepStrictEqual(id.map(Number), [...value])
        assert.strictEqual(new Set(id).size, 8)
      })
    )
  )
})

describe("sealing", () => {
  it.effect("the same rows many times at once succeeds everywhere and keeps one", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        const sealed = yield* Effect.all(
          Array.from({ length: 8 }, () => seal([rows])),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(sealed.map(({ digest }) => digest)).size, 1)
        assert.strictEqual((yield* store.list).length, 1)
        for (const artifact of sealed) assert.deepStrictEqual(yield* artifact.read("all"), rows)
        assert.deepStrictEqual(ls(root, "tmp"), [])
      })
    )
  )

  it.effect("the same rows from two processes at once succeeds in both", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        assert.deepStrictEqual(
          yield* Effect.all([sealElsewhere(root), sealElsewhere(root)], { concurrency: 2 }),
          [0, 0]
        )
        const states = yield* Effect.forEach(yield* store.list, (ref) => store.check(ref, { deep: true }))
        assert.deepStrictEqual(states, ["intact"])
      })
    )
  )
})

// every write to this device says that the disk is full
describe("a full disk", () => {
  it.effect("is a StorageFailed with ENOSPC that leaves nothing half written", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* store.draft(Everything)
            symlinkSync("/dev/full", join(root, "tmp", ls(root, "tmp")[0] ?? "", "all.arrow"))
            const error = yield* Effect.flip(draft.append("all", rows))
            assert.strictEqual(error._tag, "StorageFailed")
            if (error._tag === "StorageFailed") assert.strictEqual(error.code, "ENOSPC")
            assert.include(error.message, "all.arrow")
            yield* draft.describe(attributes)
            const sealing = yield* Effect.exit(store.seal(draft))
            assert.isTrue(Exit.isFailure(sealing))
          })
        )
        assert.deepStrictEqual(yield* store.list, [])
        assert.deepStrictEqual(ls(root, "tmp"), [])
      })
    )
  )

  it.effect("that shows only at the end, in a table without rows, fails the sealing", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        const draft = yield* store.draft(Everything)
        symlinkSync("/dev/full", join(root, "tmp", ls(root, "tmp")[0] ?? "", "empty.arrow"))
        yield* draft.append("all", rows)
        yield* draft.describe(attributes)
        const error = yield* Effect.flip(store.seal(draft))
        assert.strictEqual(error._tag, "StorageFailed")
        assert.deepStrictEqual(yield* store.list, [])
      })
    )
  )
})

describe("sweepDrafts", () => {
  it.effect("removes the drafts of dead processes and leaves those of living ones", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.draft(Everything)
        yield* Effect.promise(async () => {
          const child = fork(join(import.meta.dirname, "support", "sealing.ts"), [root, "hang"])
          await waitFor(() => ls(root, "tmp").length === 2)
          child.kill("SIGKILL")
          await once(child, "exit")
        })
        assert.strictEqual(ls(root, "tmp").length, 2)
        assert.strictEqual(yield* store.sweepDrafts, 1)
        assert.strictEqual(ls(root, "tmp").length, 1)
        assert.strictEqual(yield* store.sweepDrafts, 0)
      })
    )
  )

  it.live("removes what another machine left only when it is old", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        for (const name of ["elsewhere-1-1-new", "elsewhere-1-1-old"])
          mkdirSync(join(root, "tmp", name), { recursive: true })
        utimesSync(join(root, "tmp", "elsewhere-1-1-old"), 0, 0)
        assert.strictEqual(yield* store.sweepDrafts, 1)
        assert.deepStrictEqual(ls(root, "tmp"), ["elsewhere-1-1-new"])
      })
    )
  )

  it.effect("has nothing to do in an empty store", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const swept = yield* Effect.provide(
          Effect.flatMap(Store, (store) => store.sweepDrafts),
          StoreLocal.layer(join(root, "none"))
        )
        assert.strictEqual(swept, 0)
      })
    )
  )
})

const waitFor = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const batch = (n: number) => ({
  id: Array.from({ length: 50 }, () => String(n)),
  rule: Array.from({ length: 50 }, () => "r"),
  value: new Float64Array(50).fill(n)
})

/** Exit code of a process that seals the known rows. */
const sealElsewhere = (root: string) =>
  Effect.promise(async () => {
    const child = fork(join(import.meta.dirname, "support", "sealing.ts"), [root, "seal"])
    const [code] = await once(child, "exit")
    return Number(code)
  })
