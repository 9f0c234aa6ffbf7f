// What XLA has compiled, kept for the next process: most of what a first step takes beyond a later one.
//
// XLA keeps compiled clusters in a folder if a flag names one, but trusts what it finds there: a damaged entry fails every run
// that needs it, and so does an entry that disappears while it is looked at. So each process has a folder of its own, filled
// with entries whose digest was checked, and what it has added there is kept when it ends.
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { availableParallelism } from "node:os"
import { basename, join } from "node:path"
import * as CpuFeatures from "./CpuFeatures.ts"
import * as ProcessFolder from "./internal/ProcessFolder.ts"
import type { Settings } from "./Settings.ts"

/** A process's part in the cache. */
export interface Opened {
  /** what `TF_XLA_FLAGS` must be when the library loads */
  readonly flags: string
  /** Keeps what was compiled. Synchronous, for a process's last moment; nothing may be compiled after it. */
  readonly close: () => void
}

/** About a hundred programs of 27 clusters; checking all of them takes 0.1 s. */
export const maxBytes = 2 ** 26

// XLA's writing to a full disk fails the run that compiled
const spareBytes = 2 ** 28

const rootOf = ({ cache }: Pick<Settings, "cache">) => join(cache, "xla")

/**
 * Where compiled clusters are kept: a folder for each library, processor and setting that decides what is compiled.
 *
 * @param library folder of the installation
 */
export const folderOf = (settings: Pick<Settings, "cache">, library: string): string => {
  // TF_CPP_ variables are about logging
  const set = Object.entries(process.env).flatMap(([name, value]) =>
    /^(TF|XLA)_/.test(name) && !name.startsWith("TF_CPP_") ? [`${name}=${value}`] : []
  )
  const hash = createHash("sha256")
  // loops are cut into as many parts as there are processors
  hash.update(JSON.stringify([CpuFeatures.identity(), availableParallelism(), set.toSorted()]))
  return join(rootOf(settings), `${basename(library)}-${hash.digest("hex").slice(0, 12)}`)
}

/**
 * A folder of this process with all that is known to be sound. Undefined where a person has named a folder or turned the
 * cache off, and where nothing can be written: then everything is compiled anew.
 *
 * @param library folder of the installation
 */
export const open = (settings: Settings, library: string): Opened | undefined => {
  const asked = process.env["TF_XLA_FLAGS"] ?? ""
  // code for a graphics card depends on its driver as well
  if (!settings.compileCache || settings.variant === "cuda" || !canAppend(asked)) return undefined
  try {
    const folder = folderOf(settings, library)
    fs.mkdirSync(folder, { recursive: true })
    for (const name of fs.readdirSync(folder))
      if (ProcessFolder.isAbandoned(kind, name))
        fs.rmSync(join(folder, name), { recursive: true, force: true })
    const { bavail, bsize } = fs.statfsSync(folder)
    if (bavail * bsize < spareBytes) return undefined
    const own = fs.mkdtempSync(join(folder, ProcessFolder.prefix(kind)))
    lend(folder, own)
    return {
      flags:
        `${asked} --tf_xla_persistent_cache_directory="${own.replaceAll(/["\\]/g, String.raw`\$&`)}"`.trimStart(),
      close: () => {
        try {
          if (keep(folder, own) > 0) prune(rootOf(settings))
          fs.rmSync(own, { recursive: true, force: true })
        } catch {
          // what cannot be kept is compiled again
        }
      }
    }
  } catch {
    return undefined // compiling takes seconds, which is no reason to fail
  }
}

/** How much is kept for this library and machine. */
export const size = (folder: string): { readonly clusters: number; readonly bytes: number } => {
  const found = entriesIn(folder).map(({ path }) => fs.statSync(path).size)
  return { clusters: found.length, bytes: found.reduce((sum, bytes) => sum + bytes, 0) }
}

const kind = "process"

// flags of another file or after a mistake are not for us to continue; xla/parse_flags_from_env.cc
const canAppend = (flags: string) =>
  /^\s*(-|$)/.test(flags) && !flags.includes("tf_xla_persistent_cache_directory")

interface Entry {
  readonly path: string
  /** what XLA calls it: fingerprints of the cluster and of the shapes it is given */
  readonly name: string
  /** hex sha256, a part of the file's name so that it comes and goes with it */
  readonly digest: string
}

const entriesIn = (folder: string): ReadonlyArray<Entry> => {
  if (!fs.existsSync(folder)) return []
  return fs.readdirSync(folder).flatMap((file) => {
    const [, digest, name] = /^([0-9a-f]{64})-(.+\.pb)$/.exec(file) ?? []
    return digest === undefined || name === undefined ? [] : [{ path: join(folder, file), name, digest }]
  })
}

const digestOf = (path: string) => createHash("sha256").update(fs.readFileSync(path)).digest("hex")

/** Puts each entry that is what it was when it was kept into the process's folder; removes the others. */
const lend = (folder: string, own: string) => {
  for (const { digest, name, path } of entriesIn(folder))
    try {
      const lent = join(own, name)
      try {
        fs.linkSync(path, lent)
      } catch {
        fs.copyFileSync(path, lent) // no hard links there
      }
      if (digestOf(lent) === digest) continue
      fs.rmSync(lent)
      fs.rmSync(path, { force: true })
    } catch {
      // another process has just removed it
    }
}

/** Moves what the process has added, and says how much that was. XLA writes beside and renames, so entries are whole. */
const keep = (folder: string, own: string): number => {
  const known = new Set(entriesIn(folder).map(({ name }) => name))
  const added = fs.readdirSync(own).filter((name) => name.endsWith(".pb") && !known.has(name))
  for (const name of added) {
    const path = join(own, name)
    fs.renameSync(path, join(folder, `${digestOf(path)}-${name}`))
  }
  return added.length
}

/** Removes the oldest entries of any library and machine until the rest is small enough. */
const prune = (root: string) => {
  const entries = fs
    .readdirSync(root)
    .flatMap((folder) => entriesIn(join(root, folder)))
    .map(({ path }) => ({ path, stat: fs.statSync(path) }))
    .toSorted((a, b) => b.stat.mtimeMs - a.stat.mtimeMs)
  let bytes = 0
  for (const { path, stat } of entries) {
    bytes += stat.size
    if (bytes > maxBytes) fs.rmSync(path, { force: true })
  }
}
