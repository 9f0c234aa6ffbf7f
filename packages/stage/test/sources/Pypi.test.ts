// Wheels as sources: fetched once, checked, kept; and what is said when that cannot be.
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { afterAll, beforeEach } from "vitest"
import { type Progress, SourceFiles, StageFailure } from "../../src/index.ts"
import { type Entry, wheel } from "./wheel.ts"

const root = mkdtempSync(join(tmpdir(), "inkstone-pypi-"))
afterAll(() => rmSync(root, { recursive: true }))
const wheelName = "tiny_data-1.0-py3-none-any.whl"
const poems: ReadonlyArray<Entry> = [
  { name: "tiny_data/poems/a.txt", content: "床前明月光" },
  { name: "tiny_data/poems/b.txt", content: "疑是地上霜" },
  { name: "tiny_data/__init__.py", content: "" }
]
const hasPip = (() => {
  try {
    execFileSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()

/** A cache of its own for each test, and an index of local files only. */
let [cache, index, downloads] = ["", "", ""]
beforeEach(() => {
  const place = mkdtempSync(join(root, "case-"))
  cache = join(place, "cache")
  index = join(place, "index")
  downloads = join(cache, "sources", "downloads")
  mkdirSync(index)
  mkdirSync(downloads, { recursive: true })
  process.env["PIP_NO_INDEX"] = "1"
  process.env["PIP_FIND_LINKS"] = index
})

const resolve = (...patterns: ReadonlyArray<string>) =>
  Effect.suspend(() =>
    SourceFiles.resolve(patterns, root).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ INKSTONE_CACHE: cache })))
    )
  )
const pattern = "pypi:tiny-data@1.0/tiny_data/poems/*.txt"

describe("pypi: sources", () => {
  it.effect.skipIf(!hasPip)("are fetched by pip with its own settings, once, and told of", () =>
    Effect.gen(function* () {
      writeFileSync(join(index, wheelName), wheel(poems))
      const told: Array<readonly [string, Progress | undefined]> = []
      const first = yield* resolve(pattern).pipe(
        Effect.provideService(SourceFiles.Fetching, (source, progress) =>
          Effect.sync(() => void told.push([source, progress]))
        )
      )
      assert.deepStrictEqual(
        first.map(({ name }) => name),
        ["a.txt", "b.txt"]
      )
      assert.deepStrictEqual(told[0], ["pypi tiny-data 1.0", { done: 0, unit: "bytes", note: "fetching" }])
      assert.deepStrictEqual(told.at(-1), ["pypi tiny-data 1.0", undefined])
      rmSync(index, { recursive: true })
      // other spellings are the same package
      assert.deepStrictEqual(yield* resolve("pypi:Tiny_Data@1.0/tiny_data/poems/*.txt"), first)
    })
  )

  it.effect("may be put into a folder by hand", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems))
      const [file] = yield* resolve(pattern)
      assert.strictEqual(file?.bytes, Buffer.byteLength("床前明月光"))
      const kept = readdirSync(join(cache, "sources", "pypi"))
      assert.deepStrictEqual(kept, ["tiny-data%401.0"], "no draft is left")
    })
  )

  it.effect("are there once, whole, when several ask at the same time", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems))
      const all = yield* Effect.all([resolve(pattern), resolve(pattern), resolve(pattern)], {
        concurrency: "unbounded"
      })
      for (const files of all) assert.strictEqual(files.length, 2)
      assert.deepStrictEqual(readdirSync(join(cache, "sources", "pypi")), ["tiny-data%401.0"])
    })
  )

  it.effect("are not taken when they were changed after they came", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems))
      const [file] = yield* resolve(pattern)
      writeFileSync(file?.path ?? "", "举头望明月")
      const error = yield* Effect.flip(resolve(pattern))
      assert.include(error.problem, "is not what was fetched: remove")
    })
  )

  it.effect("lose what a process left that died while it fetched", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems))
      const dead = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }))
      const { hostname } = yield* Effect.promise(() => import("node:os"))
      const draft = join(cache, "sources", "pypi", `.draft-${hostname()}-${dead}-abcdef`, "files")
      mkdirSync(draft, { recursive: true })
      yield* resolve(pattern)
      assert.isFalse(existsSync(dirname(draft)))
    })
  )

  it.effect.each([
    ["leads out of the folder", [{ name: "../evil.txt", content: "x" }], "would lie outside"],
    ["has an absolute path", [{ name: "/tmp/evil.txt", content: "x" }], "would lie outside"],
    ["holds a link", [{ name: "tiny_data/l", content: "/etc/passwd", mode: 0o120777 }], "is a link"],
    [
      "is larger than it says",
      [{ name: "tiny_data/a", content: "long text", claims: 3 }],
      "larger than it says"
    ],
    ["says it is huge", [{ name: "tiny_data/a", content: "x", claims: 2 ** 31 }], "as large as it says"]
  ] as const)("are refused where a file %s", ([, files, problem]) =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel([...poems, ...files]))
      const error = yield* Effect.flip(resolve(pattern))
      assert.include(error.message, problem)
      assert.isFalse(existsSync(join(cache, "sources", "pypi", "tiny-data%401.0")))
      assert.isFalse(existsSync("/tmp/evil.txt"))
    })
  )

  it.effect.each([
    [
      "differ from their list",
      (lines: string) => lines.replace(/sha256=[\w-]{43}/, `sha256=${"A".repeat(43)}`),
      "not as its RECORD says"
    ],
    [
      "are not in their list",
      (lines: string) => lines.slice(lines.indexOf("\n") + 1),
      "RECORD does not know"
    ],
    [
      "are fewer than in their list",
      (lines: string) => `${lines}tiny_data/c.txt,sha256=A,3\n`,
      "c.txt is missing"
    ]
  ] as const)("are refused where files %s", ([, record, problem]) =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems, record))
      assert.include((yield* Effect.flip(resolve(pattern))).message, problem)
    })
  )

  it.effect("are refused where the file is cut off", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems).subarray(0, 200))
      assert.include((yield* Effect.flip(resolve(pattern))).message, "no whole zip archive")
    })
  )

  it.effect.each([
    ["no version", "pypi:tiny-data/poems/*"],
    ["an option instead of a name", "pypi:-r@1.0/x"]
  ] as const)("are refused with %s", ([, wrong]) =>
    Effect.map(Effect.flip(resolve(wrong)), (error) => {
      assert.include(StageFailure.of(error).advice, "package@version")
    })
  )

  it.effect("give no way out of the package", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, wheelName), wheel(poems))
      for (const out of ["pypi:tiny-data@1.0/../manifest.json", "pypi:tiny-data@1.0//etc/passwd"])
        assert.include((yield* Effect.flip(resolve(out))).problem, "leads out of the package")
    })
  )

  it.effect.skipIf(!hasPip)("say where to put the file when it cannot be fetched", () =>
    Effect.gen(function* () {
      const failure = StageFailure.of(yield* Effect.flip(resolve(pattern)))
      assert.strictEqual(failure.category, "resource")
      assert.strictEqual(failure.fact, "SourceUnfetched")
      assert.include(failure.problem, "tiny-data 1.0")
      assert.include(failure.advice, `tiny_data-1.0-….whl) into ${downloads}`)
    })
  )

  it.effect("say what is missing on a machine without Python", () =>
    Effect.gen(function* () {
      const path = process.env["PATH"]
      process.env["PATH"] = index
      const error = yield* Effect.flip(resolve(pattern)).pipe(
        Effect.ensuring(Effect.sync(() => (process.env["PATH"] = path)))
      )
      assert.include(error.message, "there is no python3 on PATH")
    })
  )

  // root may write everywhere
  it.effect.skipIf(process.getuid?.() === 0)("name the folder that cannot be written", () =>
    Effect.gen(function* () {
      chmodSync(join(cache, "sources"), 0o500)
      const failure = StageFailure.of(yield* Effect.flip(resolve(pattern)))
      assert.include(failure.advice, "INKSTONE_CACHE")
    })
  )
})
