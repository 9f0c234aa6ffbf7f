// Files from outside the store that a stage reads: patterns become paths with digests before the key is made.
import { Effect, Schema } from "effect"
import type { SourceFile } from "./Stage.ts"

export class SourceFilesMissing extends Schema.TaggedError<SourceFilesMissing>()("SourceFilesMissing", {
  pattern: Schema.String,
  /** places that were searched, absolute */
  searched: Schema.Array(Schema.String),
  problem: Schema.String
}) {
  override get message() {
    return `${this.pattern}: ${this.problem}; looked in ${this.searched.join(", ")}`
  }
}

/**
 * Expands a stage's patterns: paths, folders (all files below), globs, and `npm:package/path/glob`, which is looked up in the
 * `node_modules` folders from `baseDirectory` upwards. Sorted by name; files named twice are given once.
 */
export const resolve = (
  patterns: ReadonlyArray<string>,
  baseDirectory: string
): Effect.Effect<ReadonlyArray<SourceFile>, SourceFilesMissing> =>
  Effect.die(new Error(`not written yet: ${patterns.join()} ${baseDirectory}`))
