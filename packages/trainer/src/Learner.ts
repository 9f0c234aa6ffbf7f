// What the loop needs of a model in training; `GraphLearner.ts` gives it a network on TensorFlow.
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import type { StageFailure } from "@inkstone/stage"
import type { Effect } from "effect"

export interface Update {
  /** mean over the batch, before the update */
  readonly lossNats: number
  /** global L2 norm before clipping */
  readonly gradientNorm: number
}

export interface Learner {
  /** One update from `tokens` [B, T + 1]; `step` counts from 1. */
  readonly train: (
    tokens: Int32Array,
    options: { readonly step: number; readonly learningRate: number }
  ) => Effect.Effect<Update, StageFailure>
  /** Mean loss in nats per predicted token of `tokens` [rows, T + 1]; `rows` is at most B. */
  readonly evaluate: (tokens: Int32Array, rows: number) => Effect.Effect<number, StageFailure>
  /** The weights alone: what becomes the model. */
  readonly weights: Effect.Effect<NamedArrays, StageFailure>
  /** All that the next update depends on: weights and optimizer slots. */
  readonly state: Effect.Effect<NamedArrays, StageFailure>
  /** Puts back arrays that `state` or `weights` gave; those not named keep their values. */
  readonly restore: (arrays: NamedArrays) => Effect.Effect<void, StageFailure>
}
