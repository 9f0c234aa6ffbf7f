import { join } from "node:path"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { Doctor } from "../src/index.ts"

describe("Doctor", () => {
  it.live("finds a machine that runs these tests in order", () =>
    Effect.gen(function* () {
      const checks = yield* Doctor.report({ deep: true })
      assert.deepStrictEqual(
        checks.map((check) => check.name),
        ["node", "pip", "compiler", "node headers", "library", "addon", "cpu", "gpu", "disk", "compile cache"]
      )
      assert.deepStrictEqual(
        checks.filter((check) => check.status === "missing"),
        []
      )
      assert.include(checks.find((check) => check.name === "library")?.detail ?? "", "every file verified")
    })
  )

  it.live("says for everything that is missing what to do", () =>
    Effect.gen(function* () {
      const cache = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "inkstone-cache-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      const { CXX: cxx, PATH: path } = process.env
      delete process.env["CXX"]
      process.env["PATH"] = cache
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          process.env["PATH"] = path
          if (cxx !== undefined) process.env["CXX"] = cxx
        })
      )
      const checks = yield* Doctor.report().pipe(
        Effect.provide(
          ConfigProvider.layer(
            ConfigProvider.fromUnknown({
              INKSTONE_CACHE: join(cache, "not/yet"),
              INKSTONE_TENSORFLOW_VARIANT: "cpu"
            })
          )
        )
      )
      const missing = checks.filter((check) => check.status === "missing")
      assert.deepStrictEqual(
        missing.map((check) => check.name),
        ["pip", "compiler", "library", "addon"]
      )
      for (const check of missing) assert.isNotEmpty(check.advice)
      assert.strictEqual(checks.find((check) => check.name === "disk")?.status, "ok")
    })
  )
})
