// What is wrong with a folder that `transformers` could have written.
import { Schema } from "effect"

const mostNames = 5

/** The files of a checkpoint do not belong together; `names` are the arrays or files that show it. */
export class CheckpointUnusable extends Schema.TaggedError<CheckpointUnusable>()("CheckpointUnusable", {
  /** file or folder */
  path: Schema.String,
  problem: Schema.String,
  names: Schema.Array(Schema.String),
  advice: Schema.String
}) {
  override get message() {
    const shown = this.names.slice(0, mostNames).join(", ")
    const more = this.names.length - mostNames
    const names = this.names.length === 0 ? "" : `: ${shown}${more > 0 ? ` and ${more} more` : ""}`
    return `${this.path}: ${this.problem}${names}; ${this.advice}`
  }
}
