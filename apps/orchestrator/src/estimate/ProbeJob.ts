// What is said between `inkstone estimate` and the process of a probe; plain JSON.
import type { ArtifactRef } from "@inkstone/artifact"
import { FailureCategory } from "@inkstone/stage"
import { Schema } from "effect"

const Finite = Schema.Finite
const Pace = Schema.Struct({ ms: Finite, leastMs: Finite, mostMs: Finite, compileMs: Finite })

/** What the probe found, as `Probe.Found` of @inkstone/trainer. */
const Found = Schema.Struct({
  parameters: Finite,
  precision: Schema.String,
  batchSize: Finite,
  microBatchSize: Finite,
  contextLength: Finite,
  tokensPerStep: Finite,
  flopsPerToken: Finite,
  openMs: Finite,
  step: Pace,
  evaluateMs: Finite,
  evaluateCompileMs: Finite,
  checkpointMs: Finite,
  sampleMs: Finite,
  otherMs: Finite,
  peakBytes: Finite,
  estimatedBytes: Finite,
  probed: Finite,
  total: Schema.Struct({
    steps: Finite,
    evaluations: Finite,
    checkpoints: Finite,
    ms: Finite,
    atMost: Schema.Boolean
  })
})
export type Found = typeof Found.Type

export const Message = Schema.Union([
  Schema.Struct({ type: Schema.Literal("found"), found: Found }),
  Schema.Struct({
    type: Schema.Literal("failed"),
    failure: Schema.Struct({
      category: FailureCategory,
      fact: Schema.String,
      problem: Schema.String,
      advice: Schema.String
    })
  })
])
export type Message = typeof Message.Type

/** Data of the right shapes in place of what nodes that have not run would make. */
export interface MadeUp {
  /** port -> kind */
  readonly ports: Readonly<Record<string, string>>
  readonly vocabSize: number
  /** tokens of a row, of one that is read, and of one that is written */
  readonly contextLength: number
  readonly inputLength: number
  readonly targetLength: number
  readonly rows: number
  /** what pairs are for */
  readonly task: string
}

export interface ProbeJob {
  readonly module: { readonly url: string; readonly export: string }
  readonly config: Schema.Json
  /** artifacts of the store, by port */
  readonly inputs: Readonly<
    Record<string, ReadonlyArray<{ readonly label: string; readonly ref: ArtifactRef }>>
  >
  readonly madeUp: MadeUp
  readonly seed: number
  /** the store's folder: it is only read */
  readonly root: string
  /** a folder of the probe's own, which goes when it ends */
  readonly scratch: string
  readonly steps: number
  readonly memoryBytes: number
}
