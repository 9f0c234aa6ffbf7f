import { type ChildProcess, spawn } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Installation from "../src/Installation.ts"
import type { Report } from "../src/Progress.ts"
import type { Settings } from "../src/Settings.ts"
import * as TinyTensorFlow from "./TinyTensorFlow.ts"

const settingsOf = (tiny: TinyTensorFlow.Tiny, source: string | undefined): Settings => ({
  cache: join(tiny.folder, "cache"),
  source,
  variant: "cuda",
  compileCache: true
})

const silent: Report = () => Effect.void

const install = (tiny: TinyTensorFlow.Tiny, source: string | undefined, deep = false) =>
  Installation.make(tiny.recipe, settingsOf(tiny, source), { report: silent, deep })

const inode = ({ folder }: Installation.Installed) => statSync(join(folder, "lib/libtensorflow_cc.so.2")).ino

/** What lies in the cache beside finished installations. */
const leftovers = (tiny: TinyTensorFlow.Tiny) =>
  readdirSync(join(tiny.folder, "cache/tensorflow")).filter((name) => name.startsWith("draft"))

/** Runs with variables of the environment set. */
const withEnvironment = <A, E, R>(
  variables: Readonly<Record<string, string>>,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
      Object.assign(process.env, variables)
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        for (const [name, value] of before)
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
      })
  )

/** An installing process whose compiler waits to be released. */
const startSlow = (tiny: TinyTensorFlow.Tiny) => {
  const file = join(tiny.folder, "job.json")
  writeFileSync(file, JSON.stringify({ recipe: tiny.recipe, settings: settingsOf(tiny, tiny.wheel) }))
  const child = spawn(process.execPath, [join(import.meta.dirname, "child/install.ts"), file], {
    env: { ...process.env, CXX: tiny.slowCompiler },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const lines: Array<string> = []
  child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(...text.trimEnd().split("\n")))
  return { child, lines }
}

const says = ({ lines }: { readonly lines: ReadonlyArray<string> }, what: string) =>
  Effect.promise(async () => {
    while (!lines.some((line) => line.startsWith(what)))
      await new Promise((resolve) => setTimeout(resolve, 20))
  })

const ended = (child: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) resume(Effect.succeed(child.exitCode))
    else child.once("close", (status) => resume(Effect.succeed(status)))
  })

describe("Installation", () => {
  it.live("installs from a wheel: libraries, addon that loads, manifest, nothing else", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const { addon, folder, manifest } = yield* install(tiny, tiny.wheel)
      assert.deepStrictEqual(
        manifest.files.map((file) => file.path),
        [
          "include/tensorflow/c/c_api.h",
          "lib/libtensorflow_cc.so.2",
          "lib/libtensorflow_framework.so.2",
          "nvidia/cublas/lib/libcublas.so.12",
          "nvidia/cuda_nvcc/bin/ptxas",
          "quiet.node",
          "tfjs_binding.node"
        ]
      )
      assert.isTrue(existsSync(addon))
      assert.strictEqual(statSync(join(folder, "nvidia/cuda_nvcc/bin/ptxas")).mode & 0o111, 0o111)
      assert.deepStrictEqual(leftovers(tiny), [])
    })
  )

  it.live("installs from a folder of wheels, from site-packages and from another installation", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const { folder, manifest } = yield* install(tiny, dirname(tiny.wheel))
      const needed = ({ files }: typeof manifest) =>
        files.filter(({ path }) => /^(lib|include)\/|cublas\/lib|ptxas/.test(path))
      const sources = [tiny.sitePackages, join(tiny.sitePackages, "tensorflow"), folder]
      for (const [i, source] of sources.entries()) {
        const settings = { ...settingsOf(tiny, source), cache: join(tiny.folder, `cache-${i}`) }
        const other = yield* Installation.make(tiny.recipe, settings, { report: silent, deep: false })
        assert.deepStrictEqual(needed(other.manifest), needed(manifest))
      }
    })
  )

  it.live("refuses a wheel that is not the published one, and a folder of another version", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const tampered = join(tiny.folder, "tampered.whl")
      const bytes = readFileSync(tiny.wheel)
      bytes[100] = (bytes[100] ?? 0) ^ 1
      writeFileSync(tampered, bytes)
      const first = yield* Effect.flip(install(tiny, tampered))
      assert.include(first.message, "tampered.whl is not the wheel that was published")

      const other = join(tiny.folder, "tensorflow")
      mkdirSync(other)
      for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
        writeFileSync(join(other, name), "another build")
      const second = yield* Effect.flip(install(tiny, other))
      assert.include(second.message, "libtensorflow_cc.so.2 is not that of TensorFlow 9.9.9")

      const third = yield* Effect.flip(install(tiny, "/nowhere"))
      assert.include(third.message, "INKSTONE_TENSORFLOW is /nowhere, but there is nothing")
      assert.deepStrictEqual(leftovers(tiny), [])
    })
  )

  it.live("downloads with pip, asking for the pinned version only", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const log = join(tiny.folder, "pip.log")
      const bin = tiny.python(
        [
          `if [ "$3" = --version ]; then echo "pip 24.0 from x (python 3.12)"; exit; fi`,
          `echo "$@" >> ${log}`,
          `while [ "$1" != --dest ]; do shift; done; mkdir -p "$2"; cp ${tiny.wheel} "$2"`
        ].join("\n")
      )
      const notes: Array<string> = []
      const report: Report = ({ note }) => Effect.sync(() => void notes.push(note ?? ""))
      const path = `${bin}:${process.env["PATH"]}`
      const { manifest } = yield* withEnvironment(
        { PATH: path },
        Installation.make(tiny.recipe, settingsOf(tiny, undefined), { report, deep: false })
      )
      assert.strictEqual(manifest.source, "tiny-9.9.9-py3-none-any.whl")
      assert.isTrue(readFileSync(log, "utf8").trimEnd().endsWith("tiny==9.9.9"))
      assert.include(notes, "downloading tiny==9.9.9")
    })
  )

  it.live("says in one sentence what is missing: compiler, python, pip, network, disk, cache", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const cxx = "/usr/bin/env" // stands for a compiler that is found and not reached
      const attempt = (variables: Readonly<Record<string, string>>) =>
        Effect.map(
          Effect.flip(withEnvironment(variables, install(tiny, undefined))),
          (error) => [error.missing, error.message] as const
        )
      const compiler = yield* attempt({ PATH: "" })
      assert.strictEqual(compiler[0], "compiler")
      assert.include(compiler[1], "there is no C++ compiler on PATH")
      assert.include(compiler[1], "apt install g++")

      const named = yield* attempt({ CXX: "/nowhere/c++" })
      assert.include(named[1], "CXX is /nowhere/c++, which cannot be run")

      const python = yield* attempt({ PATH: "", CXX: cxx })
      assert.strictEqual(python[0], "python")
      assert.include(python[1], "there is no python3 on PATH")

      const noPip = tiny.python(`echo "$0: No module named pip" >&2; exit 1`)
      const pip = yield* attempt({ PATH: noPip, CXX: cxx })
      assert.strictEqual(pip[0], "pip")
      assert.include(pip[1], "No module named pip")

      const offline = tiny.python(
        `[ "$3" = --version ] && echo pip 24.0 && exit; echo "ERROR: No matching distribution found" >&2; exit 1`
      )
      const network = yield* attempt({ PATH: offline, CXX: cxx })
      assert.strictEqual(network[0], "download")
      assert.include(network[1], "ERROR: No matching distribution found")
      assert.include(network[1], "INKSTONE_TENSORFLOW")

      const huge = { ...tiny.recipe, unpackedBytes: 1e18 }
      const options = { report: silent, deep: false }
      const disk = yield* Effect.flip(Installation.make(huge, settingsOf(tiny, tiny.wheel), options))
      assert.strictEqual(disk.missing, "disk space")
      assert.include(disk.message, "1000000000.0 GB are needed")

      writeFileSync(join(tiny.folder, "file"), "")
      const settings = { ...settingsOf(tiny, tiny.wheel), cache: join(tiny.folder, "file") }
      const cache = yield* Effect.flip(Installation.make(tiny.recipe, settings, options))
      assert.include(cache.message, "can be written")
      assert.deepStrictEqual(leftovers(tiny), [])
    })
  )

  it.live("two processes on an empty cache both succeed; the second waits and says so", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const first = startSlow(tiny)
      yield* says(first, "building")
      const second = startSlow(tiny)
      yield* says(second, "waiting for another process")
      tiny.release()
      assert.deepStrictEqual([yield* ended(first.child), yield* ended(second.child)], [0, 0])
      assert.strictEqual(second.lines.at(-1), first.lines.at(-1))
      assert.notInclude(second.lines, "building the addon")
      assert.deepStrictEqual(leftovers(tiny), [])
    })
  )

  it.live("a process killed in the middle leaves nothing that the next one trips over", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const first = startSlow(tiny)
      yield* says(first, "building")
      const second = startSlow(tiny)
      yield* says(second, "waiting for another process")
      first.child.kill("SIGKILL")
      yield* ended(first.child)
      tiny.release()
      assert.strictEqual(yield* ended(second.child), 0)
      assert.include(second.lines, "building the addon")
      assert.deepStrictEqual(leftovers(tiny), [])
    })
  )

  it.live("leaves nothing behind when interrupted", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const notes: Array<string> = []
      const report: Report = ({ note }) => Effect.sync(() => void notes.push(note ?? ""))
      const settings = settingsOf(tiny, tiny.wheel)
      yield* withEnvironment(
        { CXX: tiny.slowCompiler },
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(
            Installation.make(tiny.recipe, settings, { report, deep: false })
          )
          yield* says({ lines: notes }, "building")
          yield* Fiber.interrupt(fiber)
        })
      )
      assert.deepStrictEqual(readdirSync(join(tiny.folder, "cache/tensorflow")), [])
    })
  )

  it.live("replaces an installation that was cut short, and one whose bytes changed if asked to look", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const { folder, manifest } = yield* install(tiny, tiny.wheel)
      const library = join(folder, "lib/libtensorflow_cc.so.2")
      const size = statSync(library).size

      truncateSync(library, size - 1)
      assert.isUndefined(yield* Installation.look(folder))
      yield* install(tiny, tiny.wheel)
      assert.strictEqual(statSync(library).size, size)

      const bytes = readFileSync(library)
      bytes[size - 1] = (bytes[size - 1] ?? 0) ^ 1
      writeFileSync(library, bytes)
      yield* install(tiny, tiny.wheel) // sizes are right: not noticed
      assert.deepStrictEqual(readFileSync(library), bytes)
      const repaired = yield* install(tiny, tiny.wheel, true)
      assert.deepStrictEqual(
        repaired.manifest.files.filter((file) => file.path.startsWith("lib")),
        manifest.files.filter((file) => file.path.startsWith("lib"))
      )
      assert.notDeepEqual(readFileSync(library), bytes)
    })
  )

  it.live("takes the library from an earlier installation when only the addon's sources changed", () =>
    Effect.gen(function* () {
      const tiny = yield* TinyTensorFlow.make
      const first = yield* install(tiny, tiny.wheel)
      writeFileSync(join(tiny.recipe.sources, "utils.h"), "// a newer binding\n")
      const offline = tiny.python("exit 1")
      const second = yield* withEnvironment(
        { PATH: `${offline}:${process.env["PATH"]}` },
        install(tiny, undefined)
      )
      assert.notStrictEqual(second.folder, first.folder)
      assert.strictEqual(second.manifest.source, first.manifest.source)
      assert.strictEqual(inode(second), inode(first))
    })
  )
})
