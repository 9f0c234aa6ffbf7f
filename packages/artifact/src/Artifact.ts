// What stages hold in their hands: a sealed artifact to read, or a draft to write.
import type { Effect, Scope, Stream } from "effect"
import type { ArtifactCorrupt, ArtifactInvalid, ArtifactMissing, StorageFailed } from "./errors.ts"
import type { AttributesOf, Kind, Rows, TableName } from "./Kind.ts"

/** Names an artifact: kind, and the digest of what it says (not of how its bytes lie). */
export interface ArtifactRef {
  readonly kind: string
  /** logical digest, sha-256 in hex: equal for equal rows whatever the batches, compression or dictionaries */
  readonly digest: string
}

/*
 * Members below are methods, not function properties, so that an artifact of one kind is also an artifact of some kind.
 */

/** A sealed artifact. Its files were checked against their byte digests when it was opened. */
export interface Artifact<K extends Kind = Kind> extends ArtifactRef {
  readonly definition: K
  /** folder with `artifact.json` and one Arrow file a table */
  readonly directory: string
  readonly attributes: AttributesOf<K>
  /** rows of a table */
  rows(table: TableName<K>): number
  /** A whole table; numeric columns are views where the file has one batch, else copies. */
  read<T extends TableName<K>>(table: T): Effect.Effect<Rows<K["tables"][T]>, ArtifactCorrupt | StorageFailed>
  /** Batch by batch, for tables that do not fit in memory. */
  batches<T extends TableName<K>>(
    table: T
  ): Stream.Stream<Rows<K["tables"][T]>, ArtifactCorrupt | StorageFailed>
}

/** An artifact in the making: nothing of it can be seen before it is sealed. */
export interface Draft<K extends Kind = Kind> {
  readonly definition: K
  /** Adds one record batch. Tables that get none are sealed empty. */
  append<T extends TableName<K>>(
    table: T,
    rows: Rows<K["tables"][T]>
  ): Effect.Effect<void, ArtifactInvalid | StorageFailed>
  /** Must be called once before the draft is sealed. */
  describe(attributes: AttributesOf<K>): Effect.Effect<void, ArtifactInvalid>
}

/**
 * Where artifacts live, addressed by content. `StoreLocal.layer(root)` keeps them in a folder; other places are drivers of
 * this interface.
 */
export interface StoreShape {
  /** Opens an artifact of a known kind: verifies byte digests, upgrades older kind versions. */
  readonly open: <K extends Kind>(
    kind: K,
    digest: string
  ) => Effect.Effect<Artifact<K>, ArtifactMissing | ArtifactCorrupt | ArtifactInvalid | StorageFailed>
  /** A draft in a temporary folder of the store; the scope removes it if it was not sealed. */
  readonly draft: <K extends Kind>(kind: K) => Effect.Effect<Draft<K>, StorageFailed, Scope.Scope>
  /** fsync, rename: after this the artifact is there for everyone, before it for no one. */
  readonly seal: <K extends Kind>(
    draft: Draft<K>
  ) => Effect.Effect<Artifact<K>, ArtifactInvalid | StorageFailed>
  /** Present and intact? `deep: false` compares sizes only, `deep: true` also the byte digests. */
  readonly check: (
    ref: ArtifactRef,
    options: { readonly deep: boolean }
  ) => Effect.Effect<"intact" | "missing" | "corrupt", StorageFailed>
  /** Takes a corrupt artifact out of the way (into `quarantine/`), so that it can be made again. */
  readonly quarantine: (ref: ArtifactRef) => Effect.Effect<string, StorageFailed>
  readonly list: Effect.Effect<ReadonlyArray<ArtifactRef & { readonly bytes: number }>, StorageFailed>
  readonly remove: (ref: ArtifactRef) => Effect.Effect<void, StorageFailed>
  /** Removes the drafts of processes that are gone; gives their number. */
  readonly sweepDrafts: Effect.Effect<number, StorageFailed>
}
