// What can go wrong with the engine, one class per thing a caller may do differently.
import { Schema } from "effect"

/** TensorFlow cannot be loaded on this machine as it is; `advice` is what a person can do about it. */
export class NativeUnavailable extends Schema.TaggedError<NativeUnavailable>()("NativeUnavailable", {
  /** what is missing, such as `python`, `compiler`, `library` */
  missing: Schema.String,
  problem: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `TensorFlow is not available: ${this.problem}; ${this.advice}`
  }
}

/** TensorFlow refused the graph when the session was opened: a bug of whoever wrote the graph. */
export class ProgramRejected extends Schema.TaggedError<ProgramRejected>()("ProgramRejected", {
  problem: Schema.String
}) {
  override get message() {
    return `TensorFlow refused the graph: ${this.problem}`
  }
}

/** A run of an open session failed. Thrown, not failed with: `Session.run` is synchronous. */
export class RunFailed extends Schema.TaggedError<RunFailed>()("RunFailed", {
  reason: Schema.Literals(["out-of-memory", "rejected", "unsupported-dtype", "feed-mismatch", "closed"]),
  feeds: Schema.Array(Schema.String),
  fetches: Schema.Array(Schema.String),
  problem: Schema.String
}) {
  override get message() {
    return `running [${this.fetches.join(", ")}] from [${this.feeds.join(", ")}] failed: ${this.problem}`
  }
}

/** A checkpoint or SavedModel is not what its format asks for, or not one that can be read here. */
export class CheckpointInvalid extends Schema.TaggedError<CheckpointInvalid>()("CheckpointInvalid", {
  file: Schema.String,
  /** the tensor or the part of the file */
  field: Schema.String,
  problem: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.field}: ${this.problem}; ${this.advice}`
  }
}

/** A file of a checkpoint is not there or cannot be read. */
export class CheckpointUnreadable extends Schema.TaggedError<CheckpointUnreadable>()("CheckpointUnreadable", {
  file: Schema.String,
  /** such as `ENOENT` */
  code: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file} cannot be read: ${this.problem}`
  }
}
