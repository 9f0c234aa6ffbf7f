// A search whose trials are drawn: which nodes they are, and what judges them. The planner and the runner read it, nobody writes it.
import type { Kind } from "@inkstone/artifact"
import type { Ladder } from "./Halving.ts"
import type { Method } from "./SearchDefinition.ts"
import type { Values } from "./Space.ts"

/** The objective with everything that was left out. */
export interface Judge {
  /** name of the node whose instances judge */
  readonly node: string
  readonly output: string
  readonly kind: Kind.Kind
  /** path in the attributes; absent where a metric is meant */
  readonly attribute?: string
  /** absent: the primary one */
  readonly metric?: string
  /** absent: what the artifact says */
  readonly mode?: "min" | "max"
}

/** Counted from 0 in programs; people see 1 for the first. */
export interface Trial {
  readonly values: Values
  /** labels of its nodes, one a rung */
  readonly nodes: ReadonlyArray<string>
  /** labels of the nodes that judge those; the same where a trial judges itself */
  readonly judges: ReadonlyArray<string>
}

export interface Search {
  /** `gpt`, or `gpt[family=llama]` where the searched node has axes besides */
  readonly id: string
  readonly node: string
  readonly method: Method
  /** config path that says how long a trial lasts; absent where there is none */
  readonly over?: string
  readonly ladder: Ladder
  readonly judge: Judge
  readonly trials: ReadonlyArray<Trial>
  /** label of the node that stands for the best trial */
  readonly best: string
}

/** Which part of a search a node is. */
export interface Role {
  readonly search: string
  readonly trial: number
  readonly rung: number
}
