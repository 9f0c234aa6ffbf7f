// What a run says while it goes on: plain values that a command line draws as lines or prints as JSON.
import type { ArtifactRef } from "@inkstone/artifact"
import type { Progress, Resources, StageFailure } from "@inkstone/stage"
import type { PlannedNode } from "./Planner.ts"

/**
 * `hit`: taken from the store. `ran`: made now. `failed`: see `failure`. `cancelled`: stopped by a signal, or because
 * another node failed. `blocked`: something it needs failed. `skipped`: a trial that does not go on, and what stands below a trial
 * that does not go on or failed.
 */
export type NodeStatus = "hit" | "ran" | "failed" | "cancelled" | "blocked" | "skipped"

export interface NodeResult {
  /** label of the instance, such as `gpt[preset=nano]` */
  readonly id: string
  readonly stage: string
  readonly status: NodeStatus
  /** absent where it was never known */
  readonly key?: string
  readonly outputs: Readonly<Record<string, ArtifactRef>>
  /** attempts made now */
  readonly attempts: number
  /** from the first attempt's start to the last one's end; 0 for a hit */
  readonly milliseconds: number
  /** why it ran, in words */
  readonly reason?: string
  readonly failure?: StageFailure
  /** The failure is that of one trial of a search, which goes on without it. */
  readonly tolerated?: true
  /** of what stands for the best trial: which one it is; of what is skipped: why */
  readonly note?: string
  /** the log of its attempts, where there was one */
  readonly log?: string
}

export interface RunResult {
  readonly pipeline: string
  readonly status: "done" | "failed" | "cancelled"
  /** in topological order */
  readonly nodes: ReadonlyArray<NodeResult>
  readonly milliseconds: number
}

export type RunEvent =
  | { readonly type: "planned"; readonly pipeline: string; readonly nodes: ReadonlyArray<PlannedNode> }
  | { readonly type: "prepare-progress"; readonly stage: string; readonly progress: Progress }
  | { readonly type: "prepare-finished"; readonly stage: string }
  | {
      readonly type: "node-started"
      readonly node: string
      readonly stage: string
      readonly key: string
      readonly attempt: number
      readonly reason: string
      readonly granted: Resources
    }
  | { readonly type: "progress"; readonly node: string; readonly progress: Progress }
  | { readonly type: "log"; readonly node: string; readonly level: string; readonly message: string }
  | { readonly type: "warning"; readonly node?: string; readonly message: string }
  | {
      readonly type: "node-retrying"
      readonly node: string
      readonly failure: StageFailure
      readonly delayMillis: number
    }
  | { readonly type: "node-finished"; readonly result: NodeResult }
  | { readonly type: "run-finished"; readonly result: RunResult }
