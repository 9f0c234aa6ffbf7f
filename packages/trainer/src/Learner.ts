// What the loop needs of a model in training; `GraphLearner.ts` gives it a network on TensorFlow.
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import type { StageFailure } from "@inkstone/stage"
import type { Effect } from "effect"
import type { Batch } from "./Feed.ts"

export interface Update {
  /** before the update, over the whole window */
  readonly loss: number
  /** global L2 norm before clipping */
  readonly gradientNorm: number
  /** global L2 norm of what the update changed; NaN where it is not computed */
  readonly updateNorm: number
}

/** Predictions of one kind in an evaluation. */
export interface Cost {
  /** of all predictions that count, weighted */
  readonly sum: number
  readonly weight: number
  /** of their mean in the loss */
  readonly factor: number
}

export interface Evaluated {
  /** by the names of the objective's terms */
  readonly costs: Readonly<Record<string, Cost>>
  /** what the network says, by the names of the objective's predictions, row by row */
  readonly said: Said
}
export type Said = Readonly<Record<string, Float32Array | Int32Array | Uint8Array>>

export interface Learner {
  /** One update from the batches of a window, as if they were one; `step` counts from 1. */
  readonly train: (
    window: ReadonlyArray<Batch>,
    options: { readonly step: number; readonly learningRate: number }
  ) => Effect.Effect<Update, StageFailure>
  readonly evaluate: (batch: Batch) => Effect.Effect<Evaluated, StageFailure>
  /** The weights alone: what becomes the model. */
  readonly weights: Effect.Effect<NamedArrays, StageFailure>
  /** All that the next update depends on: weights and optimizer slots. */
  readonly state: Effect.Effect<NamedArrays, StageFailure>
  /** Puts back arrays that `state` or `weights` gave; those not named keep their values. */
  readonly restore: (arrays: NamedArrays) => Effect.Effect<void, StageFailure>
  /** Back to the first weights, with empty slots. */
  readonly restart: Effect.Effect<void, StageFailure>
}
