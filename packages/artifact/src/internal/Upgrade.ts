// Artifacts of older kind versions, turned into what the kind is now, in memory. Their digest stays what it was.
import { join } from "node:path"
import { Effect, Result, Schema, Stream } from "effect"
import type { Artifact } from "../Artifact.ts"
import { ArtifactInvalid } from "../errors.ts"
import { type Contents, type Kind, specOf, type TableName } from "../Kind.ts"
import { fileName, readFailure } from "./ArtifactLocal.ts"
import type { Manifest } from "./Manifest.ts"
import { encodeRows, isRows } from "./Rows.ts"
import { columnsOf, readTable } from "./TableReader.ts"

/** Reads a verified artifact of an older version and applies the kind's upgraders one after the other. */
export const upgrade = Effect.fnUntraced(function* <K extends Kind>(
  kind: K,
  directory: string,
  manifest: Manifest
) {
  const from = manifest.contents.version
  const invalid = (problem: string) =>
    new ArtifactInvalid({
      kind: kind.name,
      problem: `upgrading ${manifest.digest.slice(0, 12)} from version ${from} to ${kind.version}: ${problem}`
    })
  let contents: Contents = yield* readOlder(kind.name, directory, manifest)
  for (let version = from; version < kind.version; version++) {
    const upgrader = kind.upgraders[version]
    if (upgrader === undefined) return yield* invalid(`no upgrader from version ${version}`)
    const older = contents
    contents = yield* Effect.try({ try: () => upgrader(older), catch: (cause) => invalid(String(cause)) })
  }
  for (const [table, spec] of Object.entries(kind.tables)) {
    const fit = encodeRows(spec, contents.tables[table] ?? {})
    if (Result.isFailure(fit)) return yield* invalid(`table "${table}": ${fit.failure}`)
  }
  const attributes = yield* Schema.decodeUnknownEffect(kind.attributes)(contents.attributes).pipe(
    Effect.mapError((error) => invalid(error.message))
  )
  return inMemory(kind, { directory, digest: manifest.digest, attributes, tables: contents.tables })
})

const readOlder = Effect.fnUntraced(function* (kind: string, directory: string, manifest: Manifest) {
  const tables: Record<string, Readonly<Record<string, unknown>>> = {}
  for (const [table, { rows }] of Object.entries(manifest.contents.tables)) {
    const path = join(directory, fileName(table))
    tables[table] = yield* Effect.tryPromise({
      try: async () => readTable(path, await columnsOf(path), rows),
      catch: (cause) => readFailure({ kind, digest: manifest.digest, directory }, table, cause)
    })
  }
  return { attributes: manifest.contents.attributes, tables }
})

interface Loaded<K extends Kind> extends Contents {
  readonly directory: string
  readonly digest: string
  readonly attributes: K["attributes"]["Type"]
}

const inMemory = <K extends Kind>(kind: K, loaded: Loaded<K>): Artifact<K> => {
  const read = <T extends TableName<K>>(table: T) => {
    const spec = specOf(kind, table)
    const rows = loaded.tables[table]
    return isRows(spec, rows)
      ? Effect.succeed(rows)
      : Effect.die(new Error(`table "${table}" was checked, then changed`))
  }
  return {
    kind: kind.name,
    digest: loaded.digest,
    definition: kind,
    directory: loaded.directory,
    attributes: loaded.attributes,
    rows: (table) => {
      const first: unknown = Object.values(loaded.tables[table] ?? {})[0]
      return Array.isArray(first) || (ArrayBuffer.isView(first) && "length" in first)
        ? Number(first.length)
        : 0
    },
    read,
    batches: (table) => Stream.fromEffect(read(table))
  }
}
