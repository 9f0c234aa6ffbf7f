// Gives disk space back: whatever no kept record reaches. Says first what it would remove, and removes only that.
import { readdir, readFile, rm, stat } from "node:fs/promises"
import path from "node:path"
import { type ArtifactRef, Store, type StorageFailed, StoreLocal } from "@inkstone/artifact"
import { Clock, Effect } from "effect"
import * as ProcessId from "./internal/ProcessId.ts"
import { orIfMissing, storage } from "./internal/storage.ts"
import type { Pipeline } from "./Pipeline.ts"
import * as Planner from "./Planner.ts"
import * as Records from "./Records.ts"
import { holderFile, workerFile } from "./Workspace.ts"

export interface GcOptions {
  /** the store's folder */
  readonly root: string
  /**
   * What these would take from the store now is kept, and what their nodes made last. Default: what every node of every
   * pipeline that has records made last.
   */
  readonly pipelines?: ReadonlyArray<Pipeline>
  /** Whatever is younger than this is kept, be it reached or not; default 24. */
  readonly graceHours?: number
}

export interface DeadArtifact extends ArtifactRef {
  readonly bytes: number
}

export interface DeadFolder {
  /** absolute */
  readonly path: string
  readonly what: "workspace" | "quarantine"
  readonly bytes: number
}

export interface GcPlan {
  readonly root: string
  readonly artifacts: ReadonlyArray<DeadArtifact>
  readonly folders: ReadonlyArray<DeadFolder>
  /** of all of it */
  readonly bytes: number
  readonly kept: { readonly artifacts: number; readonly bytes: number }
}

/** What can go. Removes nothing. */
export const plan = Effect.fn("Gc.plan")(
  function* (options: GcOptions) {
    const { root } = options
    const before = (yield* Clock.currentTimeMillis) - (options.graceHours ?? 24) * 3_600_000
    const records = yield* Records.list(root)
    const reached = new Set(latest(records, options.pipelines).flatMap(({ outputs }) => namesOf(outputs)))
    for (const pipeline of options.pipelines ?? []) {
      // a hit may rest on another pipeline's record
      const { nodes } = yield* Planner.plan(pipeline, { root }).pipe(
        Effect.catchTag("NodeUnknown", Effect.die)
      )
      for (const { outputs } of nodes) for (const name of namesOf(outputs ?? {})) reached.add(name)
    }
    for (const { finishedAt, outputs } of records) {
      if (Date.parse(finishedAt) >= before) for (const name of namesOf(outputs)) reached.add(name)
    }
    const all = yield* (yield* Store).list
    const unreached = all.filter((ref) => !reached.has(nameOf(ref)))
    const artifacts = yield* Effect.filter(unreached, (ref) => olderThan(objectOf(root, ref), before))
    const folders = [...(yield* workspaces(root, records, before)), ...(yield* quarantined(root))]
    const going = new Set(artifacts.map(nameOf))
    const kept = all.filter((ref) => !going.has(nameOf(ref)))
    return {
      root,
      artifacts,
      folders,
      bytes: sum([...artifacts, ...folders]),
      kept: { artifacts: kept.length, bytes: sum(kept) }
    } satisfies GcPlan
  },
  (effect, options) => Effect.provide(effect, StoreLocal.layer(options.root))
)

/**
 * Removes what the plan names, and the drafts of processes that are gone. Records stay: they are small, and say what was. Gives
 * the number of drafts.
 */
export const apply = Effect.fn("Gc.apply")(
  function* (found: GcPlan) {
    const store = yield* Store
    for (const ref of found.artifacts) yield* store.remove(ref)
    for (const folder of found.folders) {
      yield* storage(folder.path, () => rm(folder.path, { recursive: true, force: true }))
    }
    return yield* store.sweepDrafts
  },
  (effect, found) => Effect.provide(effect, StoreLocal.layer(found.root))
)

const nameOf = ({ kind, digest }: ArtifactRef) => `${kind}/${digest}`
const namesOf = (outputs: Readonly<Record<string, ArtifactRef>>) => Object.values(outputs).map(nameOf)
const objectOf = (root: string, { kind, digest }: ArtifactRef) => path.join(root, "objects", kind, digest)
const sum = (things: ReadonlyArray<{ readonly bytes: number }>) =>
  things.reduce((total, { bytes }) => total + bytes, 0)

/** The newest finished record of each node, of the given pipelines' own nodes or of all. */
const latest = (
  records: ReadonlyArray<Records.RunRecord>,
  pipelines: GcOptions["pipelines"]
): ReadonlyArray<Records.RunRecord> => {
  const own = pipelines?.flatMap(({ name, nodes }) => nodes.map(({ id }) => `${name}/${id}`))
  const wanted = own === undefined ? undefined : new Set(own)
  const newest = new Map<string, Records.RunRecord>()
  for (const record of records) {
    const name = `${record.pipeline}/${record.node}`
    if (record.status === "done" && (wanted === undefined || wanted.has(name))) newest.set(name, record)
  }
  return [...newest.values()]
}

const list = (directory: string) => storage(directory, () => readdir(directory)).pipe(orIfMissing([]))

const olderThan = (file: string, before: number): Effect.Effect<boolean, StorageFailed> =>
  storage(file, () => stat(file)).pipe(
    Effect.map(({ mtimeMs }) => mtimeMs < before),
    orIfMissing(false)
  )

const bytesOf = (directory: string): Effect.Effect<number, StorageFailed> =>
  storage(directory, async () => {
    const found = await readdir(directory, { recursive: true, withFileTypes: true })
    const files = found.filter((entry) => entry.isFile())
    const sizes = await Promise.all(
      files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size)
    )
    return sizes.reduce((total, size) => total + size, 0)
  }).pipe(orIfMissing(0))

const quarantined = Effect.fnUntraced(function* (root: string) {
  const directory = path.join(root, "quarantine")
  const names = yield* list(directory)
  return yield* Effect.forEach(names, (name) => dead(path.join(directory, name), "quarantine"))
})

/** Of keys that were finished, and those that stood in for one in use; never those in use. */
const workspaces = Effect.fnUntraced(function* (
  root: string,
  records: ReadonlyArray<Records.RunRecord>,
  before: number
) {
  const directory = path.join(root, "work")
  const done = new Set(records.filter(({ status }) => status === "done").map(({ key }) => key))
  const found: Array<DeadFolder> = []
  for (const name of yield* list(directory)) {
    const place = path.join(directory, name)
    const old = yield* olderThan(place, before)
    // an unfinished key's workspace holds the checkpoint that the next attempt starts from
    if (!old || !(done.has(name) || name.includes("~")) || (yield* inUse(place))) continue
    found.push(yield* dead(place, "workspace"))
  }
  return found
})

const inUse = Effect.fnUntraced(function* (place: string) {
  for (const file of [holderFile, workerFile]) {
    const text = yield* storage(place, () => readFile(path.join(place, file), "utf8")).pipe(orIfMissing(""))
    const process = ProcessId.decode(text)
    if (process !== undefined && ProcessId.lives(process)) return true
  }
  return false
})

const dead = (place: string, what: DeadFolder["what"]): Effect.Effect<DeadFolder, StorageFailed> =>
  Effect.map(bytesOf(place), (bytes) => ({ path: place, what, bytes }))
