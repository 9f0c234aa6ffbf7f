// What can go wrong with an artifact, one class per thing a caller may do differently.
import { Schema } from "effect"

/** Not in the store: make it again. */
export class ArtifactMissing extends Schema.TaggedError<ArtifactMissing>()("ArtifactMissing", {
  kind: Schema.String,
  digest: Schema.String
}) {
  override get message() {
    return `${this.kind} ${this.digest.slice(0, 12)} is not in the store`
  }
}

/** Its bytes are not those that were sealed: quarantine it and make it again. */
export class ArtifactCorrupt extends Schema.TaggedError<ArtifactCorrupt>()("ArtifactCorrupt", {
  kind: Schema.String,
  digest: Schema.String,
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.kind} ${this.digest.slice(0, 12)} is corrupt: ${this.file}: ${this.problem}`
  }
}

/** What was written does not fit the kind: a bug of the stage that wrote it, or an artifact of a newer Inkstone. */
export class ArtifactInvalid extends Schema.TaggedError<ArtifactInvalid>()("ArtifactInvalid", {
  kind: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.kind}: ${this.problem}`
  }
}

/** The place itself failed: full disk, no permission, gone. */
export class StorageFailed extends Schema.TaggedError<StorageFailed>()("StorageFailed", {
  path: Schema.String,
  /** errno name such as `ENOSPC`, where there is one */
  code: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.problem}`
  }
}
