// What code a stage consists of, so that a changed line makes its results new: the sources of its package and of the linked
// packages below it, and the versions of everything else.
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import path from "node:path"
import { canonicalJson } from "@inkstone/artifact"
import { Effect, Schema } from "effect"

/**
 * `code.<package>` for linked sources (sha-256), `dependency.<package>` for installed ones (version). These are leaves of the
 * key, so that a plan can say which package changed.
 */
export type CodeDigest = Readonly<Record<string, string>>

const Manifest = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  version: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(Schema.String),
  exports: Schema.optionalKey(Schema.Json),
  imports: Schema.optionalKey(Schema.Json),
  dependencies: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  optionalDependencies: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  peerDependencies: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})
type Manifest = typeof Manifest.Type
const decodeManifest = Schema.decodeUnknownSync(Schema.fromJsonString(Manifest))

/** The sources of a package do not change under a running process: it has loaded them already. */
const known = new Map<string, CodeDigest>()

/**
 * Of the module in `file` (absolute, real path). A file outside its package's `src` stands for itself and what it
 * imports; in `node_modules` the version says it all.
 */
export const ofModule = (file: string): Effect.Effect<CodeDigest> =>
  Effect.sync(() => {
    const before = known.get(file)
    if (before !== undefined) return before
    const root = packageRoot(path.dirname(file))
    const found = new Map<string, string>()
    if (root === undefined) addFiles(found, path.dirname(file), file)
    else if (root.includes(`${path.sep}node_modules${path.sep}`)) addPackage(found, root)
    else if (file.startsWith(path.join(root, "src") + path.sep)) addPackage(found, root)
    else addFiles(found, root, file)
    const digest = Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    known.set(file, digest)
    return digest
  })

/** The nearest folder upwards with a `package.json`. */
export const packageRoot = (directory: string): string | undefined => {
  if (existsSync(path.join(directory, "package.json"))) return directory
  const above = path.dirname(directory)
  return above === directory ? undefined : packageRoot(above)
}

const manifestOf = (root: string): Manifest =>
  decodeManifest(readFileSync(path.join(root, "package.json"), "utf8"))

interface Package {
  readonly leaf: string
  readonly value: string
  /** real folders of what it depends on; the name alone where that is not there */
  readonly below: ReadonlyArray<{ readonly name: string; readonly root: string | undefined }>
}

/** By folder: many stages stand on the same few packages. */
const packages = new Map<string, Package>()

const packageIn = (root: string): Package => {
  const before = packages.get(root)
  if (before !== undefined) return before
  const found = readPackage(root)
  packages.set(root, found)
  return found
}

const readPackage = (root: string): Package => {
  const manifest = manifestOf(root)
  const name = manifest.name ?? path.basename(root)
  if (root.includes(`${path.sep}node_modules${path.sep}`)) {
    return { leaf: `dependency.${name}`, value: manifest.version ?? "unknown", below: [] }
  }
  const hash = createHash("sha256")
  // scripts and development dependencies do not change what a stage makes
  const { type, exports, imports, dependencies } = manifest
  hash.update(canonicalJson({ type, exports, imports, dependencies }))
  for (const file of sources(root)) addTo(hash, path.relative(root, file), file)
  const below = { ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies }
  return {
    leaf: `code.${name}`,
    value: hash.digest("hex"),
    below: Object.keys(below).map((name) => ({ name, root: installed(root, name) }))
  }
}

const addPackage = (found: Map<string, string>, root: string): void => {
  const { leaf, value, below } = packageIn(root)
  if (found.has(leaf)) return
  found.set(leaf, value)
  for (const dependency of below) addDependency(found, dependency)
}

const addDependency = (found: Map<string, string>, { name, root }: Package["below"][number]): void => {
  if (root === undefined) found.set(`dependency.${name}`, "absent")
  else addPackage(found, root)
}

/** Follows `node_modules` upwards, as Node does, to the real folder. */
const installed = (from: string, name: string): string | undefined => {
  const candidate = path.join(from, "node_modules", name)
  if (existsSync(path.join(candidate, "package.json"))) return realpathSync(candidate)
  const above = path.dirname(from)
  return above === from ? undefined : installed(above, name)
}

const skipped = new Set(["node_modules", "test", "tests", "coverage"])

/** `src/**` where there is a `src`, else all there is; sorted. */
const sources = (root: string): ReadonlyArray<string> => {
  const src = path.join(root, "src")
  return filesBelow(existsSync(src) ? src : root)
}

const filesBelow = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !skipped.has(entry.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = path.join(directory, entry.name)
      if (entry.isDirectory()) return filesBelow(below)
      return entry.isFile() ? [below] : []
    })

const addTo = (hash: ReturnType<typeof createHash>, name: string, file: string): void => {
  const bytes = readFileSync(file)
  hash.update(`${name.split(path.sep).join("/")}\0${bytes.length}\0`).update(bytes)
}

const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']/g

/** A local file, the files it imports, and the packages those import. */
const addFiles = (found: Map<string, string>, root: string, entry: string): void => {
  const files = new Set<string>()
  const imported = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file) || !existsSync(file)) return
    files.add(file)
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(importPattern)) {
      if (specifier.startsWith(".")) visit(path.resolve(path.dirname(file), specifier))
      else if (!specifier.startsWith("node:")) imported.add(packageName(specifier))
    }
  }
  visit(entry)
  const hash = createHash("sha256")
  const named = [...files].map((file) => [path.relative(path.dirname(entry), file), file] as const)
  for (const [name, file] of named.toSorted(([a], [b]) => (a < b ? -1 : 1))) addTo(hash, name, file)
  found.set(`code.${path.basename(entry)}`, hash.digest("hex"))
  for (const name of [...imported].toSorted()) addDependency(found, { name, root: installed(root, name) })
}

const packageName = (specifier: string): string =>
  specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
