// Downloads wheels with pip: any Python that has it will do, the wheel's own Python is named to it.
import { mkdir, readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { NativeUnavailable } from "./errors.ts"
import { during, type Report } from "./Progress.ts"
import type { Recipe } from "./Recipe.ts"
import { attempt } from "./Source.ts"
import * as Tool from "./Tool.ts"

// pip takes them literally: the one of TensorFlow, then the older ones some NVIDIA wheels are tagged with
const platforms = ["manylinux_2_27_x86_64", "manylinux2014_x86_64", "manylinux2010_x86_64"]

const elsewhere = "or name a downloaded wheel in INKSTONE_TENSORFLOW"

export interface Pip {
  readonly python: string
  /** as pip says it, such as `23.2.1` */
  readonly version: string
}

/** The Python whose pip will be used. */
export const find: Effect.Effect<Pip, NativeUnavailable> = Effect.gen(function* () {
  const python = Tool.find(["python3", "python"])
  if (python === undefined)
    return yield* new NativeUnavailable({
      missing: "python",
      problem: "there is no python3 on PATH to download the library with",
      advice: `install Python 3 with pip (Debian: apt install python3-pip), ${elsewhere}`
    })
  const { status, stderr, stdout } = yield* Tool.run(python, ["-m", "pip", "--version"])
  if (status !== 0)
    return yield* new NativeUnavailable({
      missing: "pip",
      problem: `${python} has no pip to download the library with (${Tool.telling(stderr)})`,
      advice: `install it (Debian: apt install python3-pip; elsewhere: python3 -m ensurepip), ${elsewhere}`
    })
  return { python, version: /^pip (\S+)/.exec(stdout)?.[1] ?? "unknown" }
})

/** Bytes of the files below a folder; files may come and go while it is read. */
const bytesBelow = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries.flatMap((entry) =>
      entry.isFile()
        ? [
            stat(join(entry.parentPath, entry.name)).then(
              ({ size }) => size,
              () => 0
            )
          ]
        : []
    )
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Downloads the wheels of a recipe into `folder` and returns their paths, in the recipe's order. */
export const download = Effect.fn("Pip.download")(function* (
  recipe: Recipe,
  folder: string,
  report: Report
): Effect.fn.Return<ReadonlyArray<string>, NativeUnavailable> {
  const pip = yield* find
  const temporary = join(folder, "tmp") // pip writes here first: its growth is the progress
  yield* attempt(`check that ${folder} can be written`, () => mkdir(temporary, { recursive: true }))
  let finished = 0
  const total = recipe.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0)
  const paths: Array<string> = []
  for (const wheel of recipe.wheels) {
    const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", "3.11"]
    args.push(...platforms.flatMap((platform) => ["--platform", platform]))
    args.push("--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off", "--dest", folder)
    let seen = 0 // pip moves the file away at the end: never count back
    const progress = Effect.promise(() => bytesBelow(temporary)).pipe(
      Effect.map((bytes) => {
        seen = Math.max(seen, Math.min(bytes, wheel.bytes))
        return { done: finished + seen, total, unit: "bytes", note: `downloading ${wheel.requirement}` }
      })
    )
    const { status, stderr } = yield* during(
      Tool.run(pip.python, [...args, wheel.requirement], { env: { TMPDIR: temporary } }),
      progress,
      report
    )
    if (status !== 0)
      return yield* new NativeUnavailable({
        missing: "download",
        problem: `pip could not download ${wheel.requirement}: ${Tool.telling(stderr)}`,
        advice: `check the network and pip's index settings, ${elsewhere}`
      })
    finished += wheel.bytes
    paths.push(join(folder, wheel.file))
  }
  return paths
})
