// No change to a sealed folder goes unseen, and the error names the file.
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import fc from "fast-check"
import { type Artifact, Documents, Kind, Ledger, Store } from "../src/index.ts"
import { Everything, rows, seal } from "./support/Everything.ts"
import { ls, withStore } from "./support/TempStore.ts"

const corruptAfter = (damage: (artifact: Artifact) => void) =>
  withStore(() =>
    Effect.gen(function* () {
      const store = yield* Store
      const sealed = yield* seal([rows])
      damage(sealed)
      const error = yield* Effect.flip(store.open(Everything, sealed.digest))
      assert.strictEqual(error._tag, "ArtifactCorrupt")
      assert.strictEqual(yield* store.check(sealed, { deep: true }), "corrupt")
      return error.message
    })
  )

const flip = (file: string, bit: number): void => {
  const bytes = readFileSync(file)
  const at = (bit >> 3) % bytes.length
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
  writeFileSync(file, bytes)
}

describe("an artifact is corrupt", () => {
  for (const name of ["all.arrow", "empty.arrow", "artifact.json"]) {
    it.effect(`when ${name} is cut short`, () =>
      Effect.gen(function* () {
        const message = yield* corruptAfter(({ directory }) => {
          const file = join(directory, name)
          truncateSync(file, readFileSync(file).length - 1)
        })
        assert.include(message, name)
      })
    )

    it.effect(`when ${name} is gone`, () =>
      Effect.gen(function* () {
        const message = yield* corruptAfter(({ directory }) => rmSync(join(directory, name)))
        assert.include(message, `${name}: is missing`)
      })
    )

    it(`when any bit of ${name} is flipped`, () =>
      Effect.runPromise(
        withStore(() =>
          Effect.gen(function* () {
            const store = yield* Store
            const { digest, directory } = yield* seal([rows])
            const file = join(directory, name)
            const whole = readFileSync(file)
            yield* Effect.promise(() =>
              fc.assert(
                fc.asyncProperty(fc.nat(whole.length * 8 - 1), async (bit) => {
                  writeFileSync(file, whole)
                  flip(file, bit)
                  const opened = await Effect.runPromise(Effect.result(store.open(Everything, digest)))
                  assert.isTrue(Result.isFailure(opened))
                  if (Result.isFailure(opened)) assert.include(opened.failure.message, name)
                }),
                { numRuns: 40 }
              )
            )
          })
        )
      ))
  }

  it.effect("when its folder holds another artifact", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        const [one, other] = [yield* seal([rows]), yield* seal([])]
        const file = join(root, "objects", "everything", one.digest, "artifact.json")
        writeFileSync(file, readFileSync(join(other.directory, "artifact.json")))
        const error = yield* Effect.flip(store.open(Everything, one.digest))
        assert.match(error.message, /artifact.json: is that of/)
      })
    )
  )
})

describe("opening", () => {
  it.effect("an artifact that is not there, under its digest or its kind, says that it is missing", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const sealed = yield* seal([rows])
        for (const open of [
          Effect.asVoid(store.open(Everything, "0".repeat(64))),
          Effect.asVoid(store.open(Documents, sealed.digest)),
          Effect.asVoid(store.open(Ledger, "../x"))
        ]) {
          assert.strictEqual((yield* Effect.flip(open))._tag, "ArtifactMissing")
        }
        assert.strictEqual(
          yield* store.check({ kind: "everything", digest: "x" }, { deep: false }),
          "missing"
        )
      })
    )
  )

  it.effect("an artifact of a newer version of its kind says to update", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const newer = Kind.define({ ...Everything, version: 4 })
        const draft = yield* store.draft(newer)
        yield* draft.append("all", rows)
        yield* draft.describe({ title: "", count: 0, more: {} })
        const { digest } = yield* store.seal(draft)
        const error = yield* Effect.flip(store.open(Everything, digest))
        assert.strictEqual(error._tag, "ArtifactInvalid")
        assert.match(error.message, /version 4, newer than 1/)
      })
    )
  )
})

describe("check", () => {
  it.effect("tells a changed size at once and a changed byte when it looks deep", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const sealed = yield* seal([rows])
        const file = join(sealed.directory, "all.arrow")
        assert.strictEqual(yield* store.check(sealed, { deep: true }), "intact")
        flip(file, 4000)
        assert.strictEqual(yield* store.check(sealed, { deep: false }), "intact")
        assert.strictEqual(yield* store.check(sealed, { deep: true }), "corrupt")
        truncateSync(file, 100)
        assert.strictEqual(yield* store.check(sealed, { deep: false }), "corrupt")
      })
    )
  )
})

describe("quarantine", () => {
  it.effect("takes a corrupt artifact away, so that the same one can be sealed again", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        const sealed = yield* seal([rows])
        flip(join(sealed.directory, "all.arrow"), 4000)
        const away = yield* store.quarantine(sealed)
        assert.include(away, join(root, "quarantine"))
        assert.include(ls(away), "all.arrow")
        assert.strictEqual(yield* store.check(sealed, { deep: false }), "missing")
        yield* seal([rows])
        assert.strictEqual(yield* store.check(sealed, { deep: true }), "intact")
      })
    )
  )

  it.effect("happens by itself when an equal artifact is sealed over a corrupt one", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        const sealed = yield* seal([rows])
        flip(join(sealed.directory, "all.arrow"), 4000)
        yield* seal([rows])
        assert.strictEqual(yield* store.check(sealed, { deep: true }), "intact")
        assert.strictEqual(ls(root, "quarantine").length, 1)
      })
    )
  )
})

describe("list and remove", () => {
  it.effect("see and take away what is sealed", () =>
    withStore((root) =>
      Effect.gen(function* () {
        const store = yield* Store
        assert.deepStrictEqual(yield* store.list, [])
        const [one, other] = [yield* seal([rows]), yield* seal([])]
        const expected = [one, other]
          .map((artifact) => ({ kind: "everything", digest: artifact.digest, bytes: bytes(artifact) }))
          .toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
        assert.deepStrictEqual(yield* store.list, expected)
        yield* store.remove(one)
        yield* store.remove(one)
        assert.deepStrictEqual(
          (yield* store.list).map(({ digest }) => digest),
          [other.digest]
        )
        assert.deepStrictEqual(ls(root, "tmp"), [])
      })
    )
  )
})

const bytes = (artifact: Artifact) =>
  ls(artifact.directory).reduce((sum, name) => sum + readFileSync(join(artifact.directory, name)).length, 0)
