// Packages and lists of Debian as sources. The packages are made here; a real one is fetched only where apt can.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { afterAll, beforeEach } from "vitest"
import { SourceFiles, StageFailure } from "../../src/index.ts"

const root = mkdtempSync(join(tmpdir(), "inkstone-apt-"))
afterAll(() => rmSync(root, { recursive: true }))
const hasDpkg = existsSync("/usr/bin/dpkg-deb")
let [cache, downloads] = ["", ""]
beforeEach(() => {
  cache = mkdtempSync(join(root, "cache-"))
  downloads = join(cache, "sources", "downloads")
  mkdirSync(downloads, { recursive: true })
})

const resolve = (pattern: string) =>
  Effect.suspend(() =>
    SourceFiles.resolve([pattern], root).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ INKSTONE_CACHE: cache })))
    )
  )
const names = (pattern: string) => Effect.map(resolve(pattern), (files) => files.map(({ name }) => name))

/** The package `tiny-help` with two pages and a link that leads out of it. */
const build = (version: string, file: string) => {
  const tree = mkdtempSync(join(root, "tree-"))
  const help = join(tree, "usr", "share", "help", "en-US")
  mkdirSync(join(tree, "DEBIAN"))
  mkdirSync(help, { recursive: true })
  const control = `Package: tiny-help\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <n@example.org>\nDescription: x\n`
  writeFileSync(join(tree, "DEBIAN", "control"), control)
  writeFileSync(join(help, "one.html"), "<p>one</p>")
  writeFileSync(join(help, "two.html"), `<p>two of ${version}</p>`)
  symlinkSync("/etc/passwd", join(help, "three.html"))
  execFileSync("dpkg-deb", ["--root-owner-group", "--build", tree, join(downloads, file)], {
    stdio: "ignore"
  })
}

describe("apt: sources", () => {
  it.effect.skipIf(!hasDpkg)("are unpacked without what links elsewhere", () =>
    Effect.gen(function* () {
      build("1:2.0-1", "tiny-help_1%3a2.0-1_all.deb")
      const pages = ["en-US/one.html", "en-US/two.html"]
      assert.deepStrictEqual(yield* names("apt:tiny-help/usr/share/help/*/*.html"), pages)
      assert.deepStrictEqual(yield* names("apt:tiny-help@1:2.0-1/usr/share/help/*/*.html"), pages)
    })
  )

  it.effect.skipIf(!hasDpkg)("keep the version that came first until another one is asked for", () =>
    Effect.gen(function* () {
      build("1.0", "tiny-help_1.0_all.deb")
      const before = yield* resolve("apt:tiny-help/usr")
      build("2.0", "tiny-help_2.0_all.deb")
      assert.deepStrictEqual(yield* resolve("apt:tiny-help/usr"), before)
      const digests = (files: typeof before) => files.map(({ sha256 }) => sha256)
      assert.notDeepEqual(digests(yield* resolve("apt:tiny-help@2.0/usr")), digests(before))
    })
  )

  it.effect.each([
    ["apt:-o/x"],
    ["apt:Upper/x"],
    ["apt:name@$(id)/x"],
    ["apt-lists:../main/Packages"]
  ] as const)("refuse %s", ([wrong]) =>
    Effect.map(Effect.flip(resolve(wrong)), (error) => {
      assert.strictEqual(error._tag, "SourceUnfetched")
    })
  )

  it.effect("say on a machine without apt where to put the file", () =>
    Effect.gen(function* () {
      const path = process.env["PATH"]
      process.env["PATH"] = root
      for (const [pattern, file] of [
        ["apt:tiny-help/usr", "put tiny-help_…_….deb"],
        ["apt-lists:trixie/main/Packages", "put trixie_main_Packages"]
      ] as const) {
        const failure = StageFailure.of(
          yield* Effect.flip(resolve(pattern)).pipe(
            Effect.onExit(() => Effect.sync(() => (process.env["PATH"] = path)))
          )
        )
        process.env["PATH"] = root
        assert.include(failure.problem, "no apt-get")
        assert.include(failure.advice, file)
        assert.include(failure.advice, downloads)
      }
      process.env["PATH"] = path
    })
  )
})

describe("apt-lists: sources", () => {
  it.effect("are files of a component, whoever put them there", () =>
    Effect.gen(function* () {
      writeFileSync(join(downloads, "trixie_main_Packages"), "Package: a\n")
      writeFileSync(join(downloads, "trixie_main_Translation-en"), "Package: a\nDescription-en: b\n")
      writeFileSync(join(downloads, "bookworm_main_Packages"), "Package: of another suite\n")
      assert.deepStrictEqual(yield* names("apt-lists:trixie/main/*"), ["Packages", "Translation-en"])
    })
  )
})

/** Whether apt can say where it would fetch a package of the size of a letter from. */
const reachable = (() => {
  try {
    execFileSync("apt-get", ["-q", "--print-uris", "download", "hostname"], { stdio: "ignore" })
    const options = { cwd: root, stdio: "ignore", timeout: 10_000 } as const
    execFileSync("apt-get", ["-q", "-o", "APT::Sandbox::User=root", "download", "hostname"], options)
    return true
  } catch {
    return false
  }
})()

describe(`a package of Debian${reachable ? "" : " (apt cannot fetch here)"}`, () => {
  it.live.skipIf(!reachable)(
    "is fetched by apt, checked and unpacked",
    () =>
      Effect.map(names("apt:hostname/usr/share/doc"), (files) => {
        assert.include(files, "hostname/copyright")
      }),
    60_000
  )
})
