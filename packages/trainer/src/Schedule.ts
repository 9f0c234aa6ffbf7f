// The learning rate as a pure function of the step: nothing to save, nothing to restore, the same after a resume.
import { Schema } from "effect"

/** How the rate falls after the warmup: along half a cosine, along a line, or not at all. */
export const Shape = Schema.Literals(["warmup-cosine", "warmup-linear", "constant"])

export interface Schedule {
  readonly shape: typeof Shape.Type
  /** peak, reached at the end of the warmup */
  readonly learningRate: number
  /** reached at the last step; `constant` never falls */
  readonly minLearningRate: number
  readonly warmupSteps: number
  readonly steps: number
}

/**
 * Learning rate of a step, counted from 1 to `steps`. The formulas are those of transformers'
 * `get_cosine_with_min_lr_schedule_with_warmup` and `get_linear_schedule_with_warmup`, read at the number of the update
 * itself. (transformers reads them at the updates already done, so that its first update has a rate of zero.) Steps
 * after the last keep the last rate.
 */
export const learningRateAt = (schedule: Schedule, step: number): number => {
  const { learningRate, minLearningRate, warmupSteps, steps } = schedule
  if (step < warmupSteps) return (learningRate * step) / warmupSteps
  if (schedule.shape === "constant") return learningRate
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps))
  const left = schedule.shape === "warmup-linear" ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2
  return minLearningRate + (learningRate - minLearningRate) * left
}
