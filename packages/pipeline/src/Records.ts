// What was run: one immutable JSON file an attempt. There is no index and no lock; "latest" is computed.
import { createHash, randomUUID } from "node:crypto"
import { mkdir, open, readdir, readFile, rename } from "node:fs/promises"
import path from "node:path"
import type { StorageFailed } from "@inkstone/artifact"
import { FailureCategory } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { orIfMissing, storage } from "./internal/storage.ts"

export const RunRecord = Schema.Struct({
  format: Schema.Literal(1),
  pipeline: Schema.String,
  /** label of the instance */
  node: Schema.String,
  stage: Schema.String,
  key: Schema.String,
  /** the parts of the key by path */
  leaves: Schema.Record(Schema.String, Schema.Json),
  status: Schema.Union([Schema.Literal("done"), FailureCategory]),
  /** port -> artifact; empty unless done */
  outputs: Schema.Record(Schema.String, Schema.Struct({ kind: Schema.String, digest: Schema.String })),
  seed: Schema.Finite,
  attempt: Schema.Int,
  /** ISO 8601, UTC */
  startedAt: Schema.String,
  finishedAt: Schema.String,
  milliseconds: Schema.Finite,
  /** facts about the machine; no part of any key */
  host: Schema.Struct({
    name: Schema.String,
    platform: Schema.String,
    node: Schema.String,
    cpu: Schema.String,
    cpus: Schema.Int,
    memoryBytes: Schema.Finite
  }),
  failure: Schema.optionalKey(
    Schema.Struct({
      category: FailureCategory,
      fact: Schema.String,
      problem: Schema.String,
      advice: Schema.String
    })
  )
})
export type RunRecord = typeof RunRecord.Type

const RecordJson = Schema.fromJsonString(RunRecord)
const decode = Schema.decodeUnknownEffect(RecordJson)
const encode = Schema.encodeSync(RecordJson)

const folder = (root: string) => path.join(root, "records")

/** Writes `records/<key>/<sha-256 of the file>.json` whole or not at all. */
export const write = Effect.fn("Records.write")(function* (root: string, record: RunRecord) {
  const text = `${encode(record)}\n`
  const directory = path.join(folder(root), record.key)
  const file = path.join(directory, `${createHash("sha256").update(text).digest("hex")}.json`)
  yield* storage(file, async () => {
    await mkdir(directory, { recursive: true })
    const partial = path.join(directory, `.${randomUUID()}.partial`)
    const handle = await open(partial, "wx")
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  })
  return file
})

/** Of one key, oldest first. A file that is no record is skipped with a logged warning. */
export const ofKey = Effect.fn("Records.ofKey")(function* (root: string, key: string) {
  return inOrder(yield* readFolder(path.join(folder(root), key)))
})

/** All there are, oldest first. A file that is no record is skipped with a logged warning. */
export const list = Effect.fn("Records.list")(function* (root: string) {
  const keys = yield* names(folder(root))
  const records = yield* Effect.forEach(keys, (key) => readFolder(path.join(folder(root), key)), {
    concurrency: 8
  })
  return inOrder(records.flat())
})

/** The newest finished record of each node (label), oldest first; of one pipeline or of all. */
export const latest = Effect.fn("Records.latest")(function* (root: string, pipeline?: string) {
  const newest = new Map<string, RunRecord>()
  for (const record of yield* list(root)) {
    if (record.status !== "done" || (pipeline !== undefined && record.pipeline !== pipeline)) continue
    const name = `${record.pipeline}/${record.node}`
    newest.delete(name)
    newest.set(name, record)
  }
  return [...newest.values()]
})

const inOrder = (records: ReadonlyArray<RunRecord>): ReadonlyArray<RunRecord> =>
  records.toSorted((a, b) => (a.finishedAt < b.finishedAt ? -1 : a.finishedAt > b.finishedAt ? 1 : 0))

const readFolder = Effect.fnUntraced(function* (directory: string) {
  const files = (yield* names(directory)).filter((name) => name.endsWith(".json"))
  const records = yield* Effect.forEach(files, (name) => readRecord(path.join(directory, name)))
  return records.filter((record) => record !== undefined)
})

const readRecord = (file: string): Effect.Effect<RunRecord | undefined, StorageFailed> =>
  storage(file, () => readFile(file, "utf8")).pipe(
    Effect.flatMap(decode),
    Effect.catchTag("SchemaError", () =>
      Effect.logWarning(`${file} is no record, or half of one: ignored`).pipe(Effect.as(undefined))
    ),
    // removed by someone else since the folder was listed
    orIfMissing(undefined)
  )

const names = (directory: string): Effect.Effect<ReadonlyArray<string>, StorageFailed> =>
  storage(directory, () => readdir(directory)).pipe(
    Effect.map((entries) => entries.toSorted()),
    orIfMissing([])
  )
