// What a stage brings to a training: an objective over a network, data for it, and what an evaluation measures beside the loss.
import type { Objective } from "@inkstone/graph"
import type { AnyNetwork } from "@inkstone/model-zoo"
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import type { Batch, HeldSource, TrainSource } from "./Feed.ts"
import type { Said } from "./Learner.ts"

/** Adds up over the batches of one evaluation. */
export interface Measuring {
  /** Takes the first `rows` rows of a batch; the others only fill it up. */
  readonly add: (batch: Batch, said: Said, rows: number) => void
  /** by the names that `measures` lists */
  readonly result: () => Readonly<Record<string, number>>
}

export interface Measures {
  readonly names: ReadonlyArray<string>
  readonly begin: () => Measuring
}

/** Nothing but the loss. */
export const noMeasures: Measures = { names: [], begin: () => ({ add: () => {}, result: () => ({}) }) }

export interface Task {
  /** how the trace calls it, such as `causal` */
  readonly name: string
  /** of the loss, such as `nats per token` */
  readonly unit: string
  readonly network: AnyNetwork
  readonly objective: Objective
  readonly train: TrainSource
  readonly validation: HeldSource
  readonly measures: Measures
  /** UTF-8 bytes per prediction that is evaluated: what turns nats into bits per byte; NaN where that means nothing */
  readonly bytesPerPrediction: number
  /** Arrays of variables of the program that are not the network's, such as a teacher's. */
  readonly given?: NamedArrays
}
