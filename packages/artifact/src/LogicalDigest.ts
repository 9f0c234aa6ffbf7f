// The digest an artifact goes by, taken from files: to verify one, or for tables that another program wrote.
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { ArtifactInvalid, type StorageFailed } from "./errors.ts"
import { columns, fileName } from "./internal/ArtifactLocal.ts"
import { ColumnHash } from "./internal/ColumnHash.ts"
import { errno, storageFailed } from "./internal/Disk.ts"
import * as Manifest from "./internal/Manifest.ts"
import { describeTable, type TableContents } from "./internal/TableContents.ts"
import { plainBatches } from "./internal/TableReader.ts"
import type { AttributesOf, Kind, TableSpec } from "./Kind.ts"

/**
 * The logical digest of the Arrow IPC files `<table>.arrow` in a folder: SHA-256 over the canonical JSON of
 *
 *     { kind, version, attributes, tables: { <table>: { rows, columns: [{ name, type, lengths?, values }] } } }
 *
 * with the columns in declared order, measured ones left out. `values` is the SHA-256 of all values of the column in a row:
 * little-endian numbers (token ids as uint32), one byte a boolean, the bytes of strings, binaries and list items; `lengths` that
 * of the byte (or item) counts of strings, binaries and lists as uint32. Needs the memory of one batch.
 */
export const ofFolder = Effect.fn("LogicalDigest.ofFolder")(function* <K extends Kind>(
  kind: K,
  directory: string,
  attributes: AttributesOf<K>
) {
  const encoded = yield* Schema.encodeUnknownEffect(kind.attributes)(attributes).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Schema.Json)),
    Effect.mapError((error) => new ArtifactInvalid({ kind: kind.name, problem: error.message }))
  )
  const tables: Record<string, TableContents> = {}
  for (const [table, spec] of Object.entries(kind.tables)) {
    const path = join(directory, fileName(table))
    tables[table] = yield* Effect.tryPromise({
      try: () => contentsOf(path, spec),
      catch: (cause): ArtifactInvalid | StorageFailed =>
        errno(cause) === ""
          ? new ArtifactInvalid({ kind: kind.name, problem: `${path}: ${String(cause)}` })
          : storageFailed(path, cause)
    })
  }
  return Manifest.digestOf({ kind: kind.name, version: kind.version, attributes: encoded, tables })
})

const contentsOf = async (path: string, spec: TableSpec): Promise<TableContents> => {
  const asked = columns(spec)
  const hashes = new Map(asked.map(([name, type]) => [name, new ColumnHash(type === "token_id")]))
  let rows = 0
  for await (const batch of plainBatches(path, asked)) {
    rows += batch.rows
    for (const [i, [name]] of asked.entries()) {
      const column = batch.columns[i]
      if (column !== undefined) hashes.get(name)?.update(column)
    }
  }
  return describeTable(spec, rows, hashes)
}
