// Decides for each node whether the store already holds what it would make. `plan` and `run` both come here.
import type { ArtifactRef } from "@inkstone/artifact"
import type { Reason } from "./Reason.ts"

export interface PlannedNode {
  /** label of the instance, such as `gpt[preset=nano]` */
  readonly id: string
  readonly stage: string
  /** `may run`: something it needs will run first, and only then its key is known. */
  readonly decision: "hit" | "run" | "may run"
  /** why, in words: `config.learningRate 0.0003 -> 0.001`; for `may run` what it waits for */
  readonly because: string
  /** the same for programs; only for `run` */
  readonly reason?: Reason
  readonly key?: string
  /** of a hit */
  readonly outputs?: Readonly<Record<string, ArtifactRef>>
}

export interface Plan {
  readonly pipeline: string
  /** in topological order */
  readonly nodes: ReadonlyArray<PlannedNode>
}
