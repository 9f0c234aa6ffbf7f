// What task metrics measure: texts that a model wrote, each beside one or more that it should have written.
import { Schema } from "effect"

/** One output and its references. Segments of a corpus may have different numbers of references. */
export interface Segment {
  readonly output: string
  readonly references: ReadonlyArray<string>
}

/** Thrown where there is nothing to measure, or nothing to measure it by. */
export class SegmentsUnusable extends Schema.TaggedError<SegmentsUnusable>()("SegmentsUnusable", {
  problem: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.problem}. ${this.advice}`
  }
}

/** Throws `SegmentsUnusable` where a corpus is empty or a segment has no reference. */
export const check = (segments: ReadonlyArray<Segment>): void => {
  if (segments.length === 0)
    throw new SegmentsUnusable({ problem: "there are no segments", advice: "Give at least one output" })
  const bare = segments.findIndex(({ references }) => references.length === 0)
  if (bare >= 0)
    throw new SegmentsUnusable({
      problem: `segments[${bare}].references is empty`,
      advice: "Give each output at least one reference, or leave the segment out"
    })
}

/** `nrefs` of a signature: the number of references a segment, or `var` where it varies. */
export const referencesOf = (segments: ReadonlyArray<Segment>): string => {
  const counts = new Set(segments.map(({ references }) => references.length))
  return counts.size === 1 ? String([...counts][0]) : "var"
}
