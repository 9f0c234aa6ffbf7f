// How a stage fails: the category decides the exit code and whether another attempt makes sense.
import { Schema } from "effect"

/** `config`: the pipeline file is wrong. `data`: the input is. `resource`: disk, memory, a missing library. */
export const FailureCategory = Schema.Literals([
  "config",
  "data",
  "resource",
  "crashed",
  "timed-out",
  "cancelled"
])
export type FailureCategory = typeof FailureCategory.Type

export class StageFailure extends Schema.TaggedError<StageFailure>()("StageFailure", {
  category: FailureCategory,
  /** machine-readable name of the fact, such as `EmptyCorpus` */
  fact: Schema.String,
  /** what happened, naming the file, line or field */
  problem: Schema.String,
  /** what the person can do about it */
  advice: Schema.String
}) {
  override get message() {
    return this.advice === "" ? this.problem : `${this.problem}. ${this.advice}`
  }
}
