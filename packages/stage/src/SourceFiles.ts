// Files from outside the store that a stage reads: patterns become paths with digests before the key is made.
import { existsSync } from "node:fs"
import { access, constants, glob, readdir, realpath, stat } from "node:fs/promises"
import { basename, dirname, join, relative, resolve as absolute, sep } from "node:path"
import { fileDigest } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { nearest } from "./Nearest.ts"
import type { SourceFile } from "./Stage.ts"

export class SourceFilesMissing extends Schema.TaggedError<SourceFilesMissing>()("SourceFilesMissing", {
  pattern: Schema.String,
  /** places that were searched, absolute */
  searched: Schema.Array(Schema.String),
  problem: Schema.String
}) {
  override get message() {
    return `${this.pattern}: ${this.problem}; looked in ${this.searched.join(", ")}`
  }
}

/**
 * Expands a stage's patterns, each relative to `baseDirectory` (absolute; the pipeline file's folder):
 *
 * - a file, or a folder: all files below it, but for those whose path has a name that starts with a dot;
 * - a glob, such as `books/*.txt`;
 * - `npm:package/path` with a file, folder or glob inside an installed package, looked up in the `node_modules` folders from
 *   `baseDirectory` upwards, whatever the package's `exports` say.
 *
 * Sorted by name; a file that two patterns name is given once. A pattern that stands for no file is a failure.
 */
export const resolve = Effect.fn("SourceFiles.resolve")(function* (
  patterns: ReadonlyArray<string>,
  baseDirectory: string
): Effect.fn.Return<ReadonlyArray<SourceFile>, SourceFilesMissing> {
  const names = new Map<string, string>()
  for (const pattern of patterns) {
    for (const [path, name] of yield* expand(pattern, baseDirectory)) {
      if (!names.has(path)) names.set(path, name)
    }
  }
  const files = yield* Effect.forEach(
    names,
    ([path, name]) =>
      fileDigest(path).pipe(
        Effect.map((digest): SourceFile => ({ path, name, ...digest })),
        Effect.mapError(
          (error) => new SourceFilesMissing({ pattern: name, searched: [path], problem: error.message })
        )
      ),
    { concurrency: 4 }
  )
  return files.toSorted((a, b) => compare(a.name, b.name) || compare(a.sha256, b.sha256))
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Absolute path -> name. */
type Found = ReadonlyMap<string, string>

const expand = Effect.fnUntraced(function* (
  pattern: string,
  baseDirectory: string
): Effect.fn.Return<Found, SourceFilesMissing> {
  const isPackage = pattern.startsWith("npm:")
  const [root, rest] = isPackage ? yield* inPackage(pattern, baseDirectory) : [baseDirectory, pattern]
  const parts = rest.split("/")
  const magic = parts.findIndex((part) => /[*?[\]{}]/.test(part))
  const fixed = absolute(
    root,
    (magic === -1 ? parts : parts.slice(0, magic)).join("/") || (rest.startsWith("/") ? "/" : ".")
  )
  const missing = (searched: string, problem: string) =>
    new SourceFilesMissing({ pattern, searched: [searched], problem })
  const found = yield* Effect.tryPromise({
    try: () => (magic === -1 ? plainPath(fixed) : globbed(fixed, parts.slice(magic).join("/"))),
    catch: (cause) => missing(fixed, cause instanceof Error ? cause.message : String(cause))
  })
  if (found === undefined) {
    const near = yield* Effect.promise(() => neighbour(fixed))
    const hint = near === undefined ? "" : `; did you mean "${near}"?`
    return yield* missing(dirname(fixed), `there is no file or folder "${basename(fixed)}"${hint}`)
  }
  if (found.size === 0)
    return yield* missing(fixed, magic === -1 ? "the folder has no files" : "matches no file")
  return found
})

const inPackage = Effect.fnUntraced(function* (
  pattern: string,
  baseDirectory: string
): Effect.fn.Return<readonly [string, string], SourceFilesMissing> {
  const parts = pattern.slice("npm:".length).split("/")
  const name = parts.splice(0, parts[0]?.startsWith("@") === true ? 2 : 1).join("/")
  const searched = ancestors(baseDirectory).map((folder) => join(folder, "node_modules"))
  const home = searched.map((folder) => join(folder, name)).find((folder) => existsSync(folder))
  if (home === undefined || name === "" || parts.includes("..") || name.includes("..")) {
    return yield* new SourceFilesMissing({
      pattern,
      searched,
      problem: `the package "${name}" is not installed`
    })
  }
  return [yield* Effect.promise(() => realpath(home)), parts.join("/")]
})

const ancestors = (folder: string): ReadonlyArray<string> => {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...ancestors(above)]
}

/** A file, or what is below a folder; undefined where there is neither. */
const plainPath = async (path: string): Promise<Found | undefined> => {
  if (!existsSync(path)) return undefined
  if ((await stat(path)).isFile()) return new Map([[path, basename(path)]])
  const all = await globbed(path, "**/*")
  return new Map([...all].filter(([, name]) => !name.split("/").some((part) => part.startsWith("."))))
}

const globbed = async (folder: string, pattern: string): Promise<Found> => {
  const found = new Map<string, string>()
  if (!existsSync(folder)) return found
  await mayList(folder)
  for await (const match of glob(pattern, { cwd: folder })) {
    const path = join(folder, match)
    if ((await stat(path)).isFile()) found.set(path, relative(folder, path).split(sep).join("/"))
  }
  const inner = dirname(pattern)
  if (inner === ".") return found
  for await (const match of glob(inner, { cwd: folder })) await mayList(join(folder, match))
  return found
}

/** `glob` passes over folders that it may not read, and a corpus would be smaller than it should be. */
const mayList = async (path: string): Promise<void> => {
  if ((await stat(path)).isDirectory()) await access(path, constants.R_OK | constants.X_OK)
}

const neighbour = async (path: string): Promise<string | undefined> =>
  existsSync(dirname(path)) ? nearest(basename(path), await readdir(dirname(path))) : undefined
