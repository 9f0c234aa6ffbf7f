import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as CompileCache from "../src/CompileCache.ts"
import { Native } from "../src/index.ts"

const library = "/somewhere/2.21.0-cpu-0123456789ab"
const settings = (cache: string) =>
  ({ cache, source: undefined, variant: "cpu", compileCache: true }) as const

const temporary = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "inkstone cache-"))), // a path with a space
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** The folder that a process's flags name, unquoted. */
const named = ({ flags }: CompileCache.Opened) => /directory="(.*)"$/.exec(flags)?.[1] ?? ""

const opened = (cache: string) => {
  const found = CompileCache.open(settings(cache), library)
  assert.isDefined(found)
  return { ...found, own: named(found) }
}

/** Entries as XLA writes them, made and kept by one process. */
const compile = (cache: string, entries: Readonly<Record<string, string>>) => {
  const { close, own } = opened(cache)
  for (const [name, text] of Object.entries(entries)) fs.writeFileSync(join(own, `${name}.pb`), text)
  close()
}

const lent = (cache: string) => {
  const { close, own } = opened(cache)
  const found = fs.readdirSync(own).toSorted()
  close()
  return found
}

const kept = (cache: string) => {
  const folder = CompileCache.folderOf(settings(cache), library)
  return fs.readdirSync(folder).map((name) => join(folder, name))
}

const ends = (child: ReturnType<typeof spawn>) =>
  new Promise<{ readonly code: number | null; readonly said: string }>((resolve) => {
    let said = ""
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => {
        said += String(chunk)
      })
    child.on("close", (code) => resolve({ code, said }))
  })

/** A process that lets XLA compile a cluster, or finds it compiled. */
const cluster = (variables: Readonly<Record<string, string>>) => {
  const { TF_CPP_MIN_LOG_LEVEL: _, TF_XLA_FLAGS: __, ...env } = process.env
  const file = join(import.meta.dirname, "child/cluster.ts")
  return spawn(process.execPath, [file], { env: { ...env, ...variables } })
}

describe("CompileCache", () => {
  it.effect("what one process compiled, the next one has", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      compile(cache, { a: "code of a", b: "code of b" })
      compile(cache, { c: "code of c" })
      assert.deepStrictEqual(lent(cache), ["a.pb", "b.pb", "c.pb"])
      assert.strictEqual(kept(cache).length, 3)
      assert.deepStrictEqual(CompileCache.size(CompileCache.folderOf(settings(cache), library)), {
        clusters: 3,
        bytes: 27
      })
    })
  )

  it.effect("a damaged entry is never lent, and is made anew", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      compile(cache, { a: "code of a", b: "code of b", c: "code of c" })
      const [a = "", b = ""] = ["a", "b"].map((name) =>
        kept(cache).find((path) => path.endsWith(`-${name}.pb`))
      )
      fs.truncateSync(a, 4)
      fs.writeFileSync(b, "code of B")
      assert.deepStrictEqual(lent(cache), ["c.pb"])
      assert.strictEqual(kept(cache).length, 1)
      compile(cache, { a: "code of a" })
      assert.deepStrictEqual(lent(cache), ["a.pb", "c.pb"])
    })
  )

  it.effect("files that are no entries are left alone, half-written ones not kept", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      compile(cache, { a: "code of a" })
      const folder = CompileCache.folderOf(settings(cache), library)
      fs.writeFileSync(join(folder, "note.txt"), "mine")
      const { close, own } = opened(cache)
      fs.writeFileSync(join(own, "b.pb123.tmp"), "code")
      close()
      assert.deepStrictEqual(lent(cache), ["a.pb"])
      assert.isTrue(fs.existsSync(join(folder, "note.txt")))
      assert.strictEqual(kept(cache).length, 2)
    })
  )

  it.effect("two processes at once do not see each other's entries, and equal ones are kept once", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      const [one, other] = [opened(cache), opened(cache)]
      fs.writeFileSync(join(one.own, "a.pb"), "code of a, by one")
      assert.deepStrictEqual(fs.readdirSync(other.own), [])
      fs.writeFileSync(join(other.own, "a.pb"), "code of a, by the other")
      other.close()
      one.close()
      assert.strictEqual(kept(cache).length, 1)
      assert.deepStrictEqual(lent(cache), ["a.pb"])
    })
  )

  it.effect("what a killed process left behind goes, what a living one uses stays", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      const living = opened(cache)
      const folder = CompileCache.folderOf(settings(cache), library)
      const child = spawn("true")
      yield* Effect.promise(() => ends(child))
      const dead = join(folder, `process-${hostname()}-${child.pid}-abcdef`)
      const elsewhere = join(folder, `process-another-machine-${child.pid}-abcdef`)
      for (const path of [dead, elsewhere]) fs.mkdirSync(path)
      lent(cache)
      assert.deepStrictEqual(
        [living.own, dead, elsewhere].map((path) => fs.existsSync(path)),
        [true, false, true]
      )
      living.close()
    })
  )

  it.effect("the oldest entries go when there are too many bytes, whichever library's they are", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      const half = "x".repeat(CompileCache.maxBytes / 2)
      compile(cache, { old: half })
      const [old = ""] = kept(cache)
      fs.utimesSync(old, 1, 1)
      const earlier = join(cache, "xla/2.20.0-cpu-0")
      fs.mkdirSync(earlier)
      const older = join(earlier, old.slice(old.lastIndexOf("/") + 1))
      fs.copyFileSync(old, older)
      fs.utimesSync(older, 0, 0)
      compile(cache, { new: half })
      assert.deepStrictEqual(lent(cache), ["new.pb", "old.pb"])
      assert.isFalse(fs.existsSync(older))
      compile(cache, { newer: "x" })
      assert.deepStrictEqual(lent(cache), ["new.pb", "newer.pb"])
    })
  )

  it.effect("is not used where it cannot be written, is turned off, or a person names another", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      const file = join(cache, "file")
      fs.writeFileSync(file, "")
      assert.isUndefined(CompileCache.open(settings(file), library))
      assert.isUndefined(CompileCache.open({ ...settings(cache), compileCache: false }, library))
      assert.isUndefined(CompileCache.open({ ...settings(cache), variant: "cuda" }, library))
      yield* Effect.addFinalizer(() => Effect.sync(() => delete process.env["TF_XLA_FLAGS"]))
      process.env["TF_XLA_FLAGS"] = "--tf_xla_persistent_cache_directory=/elsewhere"
      assert.isUndefined(CompileCache.open(settings(cache), library))
      process.env["TF_XLA_FLAGS"] = "/a/file/with/flags"
      assert.isUndefined(CompileCache.open(settings(cache), library))
      process.env["TF_XLA_FLAGS"] = "--tf_xla_clustering_debug"
      const { close, flags } = opened(cache)
      assert.match(flags, /^--tf_xla_clustering_debug --tf_xla_persistent_cache_directory=".*"$/)
      close()
    })
  )

  it.effect("other flags, threads and libraries have other folders", () =>
    Effect.gen(function* () {
      const cache = yield* temporary
      const plain = CompileCache.folderOf(settings(cache), library)
      assert.strictEqual(CompileCache.folderOf(settings(cache), library), plain)
      assert.notStrictEqual(CompileCache.folderOf(settings(cache), "/somewhere/2.22.0-cpu-0"), plain)
      const before = { ...process.env }
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          for (const name of ["XLA_FLAGS", "TF_NUM_INTRAOP_THREADS", "TF_CPP_MIN_LOG_LEVEL"])
            if (before[name] === undefined) delete process.env[name]
            else process.env[name] = before[name]
        })
      )
      process.env["TF_CPP_MIN_LOG_LEVEL"] = "1"
      assert.strictEqual(CompileCache.folderOf(settings(cache), library), plain)
      process.env["TF_NUM_INTRAOP_THREADS"] = "7"
      const seven = CompileCache.folderOf(settings(cache), library)
      process.env["XLA_FLAGS"] = "--xla_cpu_enable_fast_math"
      assert.strictEqual(new Set([plain, seven, CompileCache.folderOf(settings(cache), library)]).size, 3)
    })
  )

  it.live("XLA finds what another process compiled, takes no damage for code, and says nothing", () =>
    Effect.gen(function* () {
      const { folder } = yield* Native.require
      const cache = yield* temporary
      const home = fs.mkdirSync(join(cache, "tensorflow"), { recursive: true })
      assert.isDefined(home)
      fs.symlinkSync(folder, join(cache, "tensorflow", folder.slice(folder.lastIndexOf("/") + 1)))
      const entries = () =>
        fs.globSync(join(cache, "xla/*/*.pb")).map((path) => ({ path, inode: fs.statSync(path).ino }))
      const run = (variables: Readonly<Record<string, string>> = {}) =>
        Effect.promise(() => ends(cluster({ INKSTONE_CACHE: cache, ...variables })))
      const fine = { code: 0, said: "[2,6,6]" }

      assert.deepStrictEqual(yield* run({ INKSTONE_COMPILE_CACHE: "off" }), fine)
      assert.isFalse(fs.existsSync(join(cache, "xla")))
      // two at once, both cold
      const both = yield* Effect.all([run(), run()], { concurrency: 2 })
      assert.deepStrictEqual(both, [fine, fine])
      const [first] = entries()
      assert.strictEqual(entries().length, 1)
      assert.deepStrictEqual(yield* run(), fine)
      assert.deepStrictEqual(entries(), [first])
      // half of it is gone: XLA alone would fail here
      fs.truncateSync(first?.path ?? "", 2000)
      assert.deepStrictEqual(yield* run(), fine)
      const sizes = () => entries().map(({ path }) => fs.statSync(path).size > 2000)
      assert.deepStrictEqual(sizes(), [true])
      // a process that was killed leaves nothing that stays
      const child = cluster({ INKSTONE_CACHE: cache })
      const killed = ends(child)
      const folders = () => fs.globSync(join(cache, "xla/*/process-*"))
      while (folders().length === 0 && child.exitCode === null) yield* Effect.sleep("5 millis")
      child.kill("SIGKILL")
      yield* Effect.promise(() => killed)
      assert.deepStrictEqual(yield* run(), fine)
      assert.deepStrictEqual(folders(), [])
      assert.deepStrictEqual(sizes(), [true])
    })
  )
})
