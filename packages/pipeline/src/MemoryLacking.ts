// Nodes whose stages have worked out that this machine is too small for them: refused before anything starts.
import { Schema } from "effect"
import type { PipelineNode } from "./Pipeline.ts"

const Lacking = Schema.Struct({
  /** label of the instance */
  node: Schema.String,
  needsBytes: Schema.Finite,
  /** what to change, by the stage */
  advice: Schema.String
})

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`

/** Nothing was started: some nodes would need more memory than there is. */
export class MemoryLacking extends Schema.TaggedError<MemoryLacking>()("MemoryLacking", {
  nodes: Schema.Array(Lacking),
  hasBytes: Schema.Finite
}) {
  override get message() {
    const has = gigabytes(this.hasBytes)
    return this.nodes
      .map(
        ({ advice, needsBytes, node }) =>
          `${node}: would hold about ${gigabytes(needsBytes)}, and there are ${has}. ${advice}; or, if you know better, say resources: { memoryBytes: ... } at the node`
      )
      .join("\n")
  }
}

/** What cannot fit, if anything. Stages that only guess what they need are let through: they run alone. */
export const lacking = (nodes: ReadonlyArray<PipelineNode>, hasBytes: number): MemoryLacking | undefined => {
  const found = nodes.flatMap(({ id, resources }) =>
    resources.estimate === undefined || resources.memoryBytes <= hasBytes
      ? []
      : [{ node: id, needsBytes: resources.memoryBytes, advice: resources.estimate.advice }]
  )
  return found.length === 0 ? undefined : new MemoryLacking({ nodes: found, hasBytes })
}
