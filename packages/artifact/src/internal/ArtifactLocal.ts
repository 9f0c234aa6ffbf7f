// A sealed artifact in a folder, as its readers see it.
import { join } from "node:path"
import { Effect, Stream } from "effect"
import type { Artifact } from "../Artifact.ts"
import { ArtifactCorrupt, type StorageFailed } from "../errors.ts"
import { type AttributesOf, type Kind, specOf, type TableName, type TableSpec } from "../Kind.ts"
import { errno, storageFailed } from "./Disk.ts"
import type { Manifest } from "./Manifest.ts"
import { isRows } from "./Rows.ts"
import { type Columns, readBatches, readTable } from "./TableReader.ts"

export const columns = (spec: TableSpec): Columns =>
  Object.entries(spec).map(([name, { type }]) => [name, type] as const)

export const fileName = (table: string): string => `${table}.arrow`

/** What a failed read means: the place failed, or the file is not what it should be. */
export const readFailure = (
  place: { readonly kind: string; readonly digest: string; readonly directory: string },
  table: string,
  cause: unknown
): ArtifactCorrupt | StorageFailed =>
  errno(cause) === ""
    ? new ArtifactCorrupt({
        kind: place.kind,
        digest: place.digest,
        file: fileName(table),
        problem: cause instanceof Error ? cause.message : String(cause)
      })
    : storageFailed(join(place.directory, fileName(table)), cause)

/** An artifact whose files were verified, of the version that `kind` has. */
export const make = <K extends Kind>(
  kind: K,
  directory: string,
  manifest: Manifest,
  attributes: AttributesOf<K>
): Artifact<K> => {
  const place = { kind: kind.name, digest: manifest.digest, directory }
  const rows = (table: string): number => manifest.contents.tables[table]?.rows ?? 0
  const unlike = (table: string) => readFailure(place, table, new Error("its columns are of other types"))
  return {
    kind: kind.name,
    digest: manifest.digest,
    definition: kind,
    directory,
    attributes,
    rows,
    read: <T extends TableName<K>>(table: T) => {
      const spec = specOf(kind, table)
      return Effect.tryPromise({
        try: () => readTable(join(directory, fileName(table)), columns(spec), rows(table)),
        catch: (cause) => readFailure(place, table, cause)
      }).pipe(
        Effect.flatMap((read) => (isRows(spec, read) ? Effect.succeed(read) : Effect.fail(unlike(table))))
      )
    },
    batches: <T extends TableName<K>>(table: T) => {
      const spec = specOf(kind, table)
      return Stream.suspend(() =>
        Stream.fromAsyncIterable(readBatches(join(directory, fileName(table)), columns(spec)), (cause) =>
          readFailure(place, table, cause)
        )
      ).pipe(
        Stream.mapEffect((read) => (isRows(spec, read) ? Effect.succeed(read) : Effect.fail(unlike(table))))
      )
    }
  }
}
