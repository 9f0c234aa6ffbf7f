// What XLA compiled in an earlier process computes what it would compute compiled anew.
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Native } from "@inkstone/tensorflow"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

const temporary = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "inkstone-cache-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** The digest of what a process of its own has trained. */
const trained = (variables: Readonly<Record<string, string>>) =>
  execFileSync(process.execPath, [join(import.meta.dirname, "support/trainTiny.ts")], {
    env: { ...process.env, ...variables },
    encoding: "utf8"
  })

describe("the compile cache", () => {
  it.live("changes no bit of a training: off, cold and warm", () =>
    Effect.gen(function* () {
      const { folder } = yield* Native.require
      const cache = yield* temporary
      fs.mkdirSync(join(cache, "tensorflow"))
      fs.symlinkSync(folder, join(cache, "tensorflow", basename(folder)))
      const compiled = () => fs.globSync(join(cache, "xla/*/*.pb")).length
      const off = trained({ INKSTONE_CACHE: cache, INKSTONE_COMPILE_CACHE: "off" })
      assert.match(off, /^[0-9a-f]{64}$/)
      assert.strictEqual(compiled(), 0)
      assert.strictEqual(trained({ INKSTONE_CACHE: cache }), off)
      const cold = compiled()
      assert.isAbove(cold, 10)
      assert.strictEqual(trained({ INKSTONE_CACHE: cache }), off)
      assert.strictEqual(compiled(), cold) // everything was there
    })
  )
})
