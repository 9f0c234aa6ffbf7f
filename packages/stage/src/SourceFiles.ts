// Files from outside the store that a stage reads: patterns become paths with digests before the key is made.
import { existsSync } from "node:fs"
import { access, constants, glob, readdir, realpath, stat } from "node:fs/promises"
import { basename, dirname, join, relative, resolve as absolute, sep } from "node:path"
import { fileDigest } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { nearest } from "./Nearest.ts"
import * as Apt from "./sources/Apt.ts"
import * as AptLists from "./sources/AptLists.ts"
import type { Fetched } from "./sources/Fetched.ts"
import * as Pypi from "./sources/Pypi.ts"
import type { SourceUnfetched } from "./sources/SourceUnfetched.ts"
import type { SourceFile } from "./Stage.ts"

export { Fetching, type Tell } from "./sources/Fetching.ts"
export { SourceUnfetched } from "./sources/SourceUnfetched.ts"

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
 *   `baseDirectory` upwards, whatever the package's `exports` say;
 * - `pypi:package@version/path`, the same inside a wheel, `apt:package/path` (or `apt:package@version/path`) inside a package of Debian,
 *   `apt-lists:suite/component/file` for Debian's own lists. They are fetched once into the user's cache, by pip and apt with
 *   their own settings, and `Fetching` is told.
 *
 * Sorted by name; a file that two patterns name is given once. A pattern that stands for no file is a failure.
 */
export const resolve = Effect.fn("SourceFiles.resolve")(function* (
  patterns: ReadonlyArray<string>,
  baseDirectory: string
): Effect.fn.Return<ReadonlyArray<SourceFile>, SourceFilesMissing | SourceUnfetched> {
  const names = new Map<string, string>()
  /** what fetched files were when they came */
  const known = new Map<string, { readonly sha256: string; readonly home: string }>()
  for (const pattern of patterns) {
    const { root, rest, fetched } = yield* rootOf(pattern, baseDirectory)
    for (const [path, name] of yield* expand(pattern, root, rest)) {
      if (!names.has(path)) names.set(path, name)
      if (fetched !== undefined)
        known.set(path, { sha256: fetched.sha256.get(path) ?? "", home: fetched.home })
    }
  }
  const files = yield* Effect.forEach(
    names,
    ([path, name]) =>
      fileDigest(path).pipe(
        Effect.map((digest): SourceFile => ({ path, name, ...digest })),
        Effect.mapError(
          (error) => new SourceFilesMissing({ pattern: name, searched: [path], problem: error.message })
        ),
        Effect.filterOrFail(
          ({ sha256 }) => sha256 === (known.get(path)?.sha256 ?? sha256),
          () => changed(name, path, known.get(path)?.home ?? "")
        )
      ),
    { concurrency: 4 }
  )
  return files.toSorted((a, b) => compare(a.name, b.name) || compare(a.sha256, b.sha256))
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Absolute path -> name. */
type Found = ReadonlyMap<string, string>

const changed = (name: string, path: string, home: string) =>
  new SourceFilesMissing({
    pattern: name,
    searched: [path],
    problem: `the file is not what was fetched: remove ${home}, and it is fetched again`
  })

interface Root {
  /** absolute; what is named lies below it */
  readonly root: string
  readonly rest: string
  readonly fetched: Fetched | undefined
}

/** Sources that are fetched, by the word before the colon. */
const remote = { pypi: Pypi.fetch, apt: Apt.fetch, "apt-lists": AptLists.fetch }
const isRemote = (scheme: string): scheme is keyof typeof remote => Object.hasOwn(remote, scheme)

const rootOf = Effect.fnUntraced(function* (
  pattern: string,
  baseDirectory: string
): Effect.fn.Return<Root, SourceFilesMissing | SourceUnfetched> {
  const colon = pattern.indexOf(":")
  const [scheme, named] = [pattern.slice(0, Math.max(0, colon)), pattern.slice(colon + 1)]
  if (scheme === "npm") {
    const [root, rest] = yield* inPackage(pattern, baseDirectory)
    return { root, rest, fetched: undefined }
  }
  if (!isRemote(scheme)) return { root: baseDirectory, rest: pattern, fetched: undefined }
  const slash = named.indexOf("/")
  const [spec, rest] = slash < 0 ? [named, ""] : [named.slice(0, slash), named.slice(slash + 1)]
  const fetched = yield* remote[scheme](pattern, spec)
  if (rest.startsWith("/") || rest.split("/").includes("..")) {
    const problem = "the path leads out of the package"
    return yield* new SourceFilesMissing({ pattern, searched: [fetched.folder], problem })
  }
  return { root: fetched.folder, rest, fetched }
})

const expand = Effect.fnUntraced(function* (
  pattern: string,
  root: string,
  rest: string
): Effect.fn.Return<Found, SourceFilesMissing> {
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
