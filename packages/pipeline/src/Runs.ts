// Runs that are under way or were cut off, `runs/<id>.json`: what `inkstone resume` goes on with. A run that is done leaves none.
import { randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import type { StorageFailed } from "@inkstone/artifact"
import { Clock, Effect, Schema } from "effect"
import * as ProcessId from "./internal/ProcessId.ts"
import { orIfMissing, storage } from "./internal/storage.ts"

/** What was asked for. */
const Asked = Schema.Struct({
  /** name of the pipeline */
  pipeline: Schema.String,
  /** absolute */
  file: Schema.String,
  profile: Schema.optionalKey(Schema.String),
  only: Schema.Array(Schema.String),
  force: Schema.Union([Schema.Literal("all"), Schema.Array(Schema.String)]),
  keepGoing: Schema.Boolean,
  out: Schema.String
})
export type Asked = typeof Asked.Type

export const Run = Schema.Struct({
  format: Schema.Literal(1),
  id: Schema.String,
  /** ISO 8601, UTC */
  startedAt: Schema.String,
  process: ProcessId.ProcessId,
  asked: Asked
})
export type Run = typeof Run.Type

const RunJson = Schema.fromJsonString(Run)
const encode = Schema.encodeSync(RunJson)
const decode = Schema.decodeUnknownEffect(RunJson)

const folder = (root: string) => path.join(root, "runs")
const fileOf = (root: string, id: string) => path.join(folder(root), `${id}.json`)

/** Whether a run goes on in a process of its own. */
export const isAlive = (run: Run): boolean => ProcessId.lives(run.process)

const sameWork = (a: Asked, b: Asked): boolean =>
  a.file === b.file && a.profile === b.profile && a.only.toSorted().join(" ") === b.only.toSorted().join(" ")

/** Every run that has not ended well, oldest first; half a file is none. */
export const list = Effect.fn("Runs.list")(function* (
  root: string
): Effect.fn.Return<ReadonlyArray<Run>, StorageFailed> {
  const names = yield* storage(folder(root), () => readdir(folder(root))).pipe(orIfMissing([]))
  const runs: Array<Run> = []
  for (const name of names.filter((name) => name.endsWith(".json"))) {
    const file = path.join(folder(root), name)
    const text = yield* storage(file, () => readFile(file, "utf8")).pipe(orIfMissing(""))
    const run = yield* decode(text).pipe(Effect.orElseSucceed(() => undefined))
    if (run !== undefined) runs.push(run)
  }
  return runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0))
})

/** Notes that a run starts; it takes the place of those of the same work that were cut off. */
export const begin = Effect.fn("Runs.begin")(function* (
  root: string,
  asked: Asked
): Effect.fn.Return<Run, StorageFailed> {
  const startedAt = new Date(yield* Clock.currentTimeMillis).toISOString()
  const id = `${startedAt.replaceAll(/[-:]|\.\d+/g, "")}-${randomUUID().slice(0, 4)}`
  const run: Run = { format: 1, id, startedAt, process: ProcessId.of(process.pid), asked }
  const file = fileOf(root, id)
  for (const other of yield* list(root))
    if (sameWork(other.asked, asked) && !isAlive(other)) yield* end(root, other)
  yield* storage(file, async () => {
    await mkdir(folder(root), { recursive: true })
    await writeFile(`${file}.partial`, `${encode(run)}\n`)
    await rename(`${file}.partial`, file)
  })
  return run
})

/** Forgets a run: it is done, or another one has taken its place. */
export const end = (root: string, { id }: Run): Effect.Effect<void, StorageFailed> =>
  storage(fileOf(root, id), () => rm(fileOf(root, id), { force: true }))
