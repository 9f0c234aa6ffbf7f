// What can go wrong when a source is fetched from a package registry.
import { Schema } from "effect"

/** A source that is to be fetched is not there and cannot be fetched; `advice` is what a person can do about it. */
export class SourceUnfetched extends Schema.TaggedError<SourceUnfetched>()("SourceUnfetched", {
  /** as the pipeline names it, such as `pypi:package@1.0/data/*` */
  pattern: Schema.String,
  /** what is missing: `name`, `tool`, `download`, `file`, `disk` */
  missing: Schema.String,
  problem: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.pattern}: ${this.problem}`
  }
}
