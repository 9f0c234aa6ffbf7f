import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { Device, Doctor, Native, Session } from "../src/index.ts"

const environment = (variables: Readonly<Record<string, string>>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))

const emptyCache = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "inkstone-cache-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const runChild = (file: string, variables: Readonly<Record<string, string>> = {}) => {
  const env = { ...process.env, ...variables }
  return spawnSync(process.execPath, [join(import.meta.dirname, "child", file)], { env, encoding: "utf8" })
}

describe("Native", () => {
  it.live("installs into an empty cache from an unpacked folder, without network", () =>
    Effect.gen(function* () {
      const cache = yield* emptyCache
      const { folder } = yield* Native.require
      const variables = { INKSTONE_CACHE: cache, INKSTONE_TENSORFLOW: folder }
      const installed = yield* Native.install(() => Effect.void).pipe(environment(variables))
      assert.isTrue(installed.addon.startsWith(cache))
      const checks = yield* Doctor.report().pipe(environment(variables))
      const statuses = checks.flatMap(({ name, status }) => (/library|addon/.test(name) ? [status] : []))
      assert.deepStrictEqual(statuses, ["ok", "ok"])
    })
  )

  it.effect("says what to do where nothing is installed", () =>
    Effect.gen(function* () {
      const cache = yield* emptyCache
      const error = yield* Effect.flip(Session.open(new Uint8Array(0))).pipe(
        environment({ INKSTONE_CACHE: cache })
      )
      assert.strictEqual(error._tag, "NativeUnavailable")
      assert.include(error.message, `not installed in ${cache}; run "npm start"`)
      assert.isUndefined(yield* Native.find.pipe(environment({ INKSTONE_CACHE: cache })))
    })
  )

  it.effect("names the setting that is wrong", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Native.require).pipe(
        environment({ INKSTONE_TENSORFLOW_VARIANT: "tpu" })
      )
      assert.strictEqual(error.missing, "setting")
      assert.include(error.message, "INKSTONE_TENSORFLOW_VARIANT")
    })
  )

  it("is not loaded by importing the package", () => {
    const { status, stdout } = runChild("import.ts")
    assert.deepStrictEqual([status, stdout], [0, '{"exports":true,"brought":[]}'])
  })

  it.effect("carries tfjs itself, which computes the same", () =>
    Effect.gen(function* () {
      const { addon } = yield* Native.require
      const script = `
        const tf = require(process.argv[1])
        const product = tf.matMul([[1, 2, 3], [4, 5, 6]], [[1], [10], [100]])
        process.stdout.write(JSON.stringify([tf.getBackend(), ...product.dataSync(), ...tf.topk([3, 9], 1).values.dataSync()]))`
      const tfjs = createRequire(import.meta.url).resolve("@tensorflow/tfjs-node-gpu")
      const env = { ...process.env, TFJS_BINDING_PATH: addon, TF_CPP_MIN_LOG_LEVEL: "2" }
      const { stdout } = spawnSync(process.execPath, ["-e", script, tfjs], { env, encoding: "utf8" })
      assert.strictEqual(stdout.split("\n").at(-1), '["tensorflow",321,654,9]')
    })
  )

  it("compiles a marked function with XLA, and logs nothing unless asked", () => {
    const loud = runChild("cluster.ts", { TF_CPP_MIN_LOG_LEVEL: "0" })
    assert.strictEqual(loud.stdout, "[2,6,6]")
    assert.include(loud.stderr, "Compiled cluster using XLA!")
    const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env
    const file = join(import.meta.dirname, "child/cluster.ts")
    const quiet = spawnSync(process.execPath, [file], { env, encoding: "utf8" })
    assert.deepStrictEqual([quiet.stdout, quiet.stderr], ["[2,6,6]", ""])
  })

  it.effect("lists the CPU first and takes as many threads as the environment says", () =>
    Effect.gen(function* () {
      const [first] = yield* Device.list
      assert.strictEqual(first?.kind, "cpu")
      const before = process.env["TF_NUM_INTRAOP_THREADS"]
      process.env["TF_NUM_INTRAOP_THREADS"] = "3"
      assert.strictEqual(Device.threads().intraOp, 3)
      if (before === undefined) delete process.env["TF_NUM_INTRAOP_THREADS"]
      else process.env["TF_NUM_INTRAOP_THREADS"] = before
    })
  )

  // needs an NVIDIA card, its driver and 3.4 GB of wheels
  it.live.skipIf(!existsSync("/dev/nvidia0"))("the CUDA variant finds the card", () =>
    Effect.sync(() => {
      const { status, stdout } = runChild("cuda.ts", { INKSTONE_TENSORFLOW_VARIANT: "cuda" })
      assert.strictEqual(status, 0)
      assert.match(stdout, /^cpu(,gpu)+ 6$/)
    })
  )
})
