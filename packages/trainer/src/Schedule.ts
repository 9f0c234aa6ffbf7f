// The learning rate as a pure function of the step, and on a plateau of the evaluations before it: nothing to save, nothing to
// restore, the same after a resume.
import * as Plateau from "./Plateau.ts"

/** How something rises or falls between two rates. */
export type Slope = "linear" | "cosine" | "1-sqrt"

/** How the rate goes on after the warmup, by the names of transformers. */
export type Curve =
  | { readonly name: "constant" | "linear" }
  /** waves down and up again; 0.5 only falls */
  | { readonly name: "cosine"; readonly cycles: number }
  /** falls from the peak to the floor this many times */
  | { readonly name: "cosine_with_restarts"; readonly cycles: number }
  | { readonly name: "polynomial"; readonly power: number }
  /** as 1 / sqrt(step) does, with this many steps as the unit */
  | { readonly name: "inverse_sqrt"; readonly timescale: number }
  /** stays at the peak until this many steps before the last */
  | {
      readonly name: "warmup_stable_decay"
      readonly decaySteps: number
      readonly warmup: Slope
      readonly decay: Slope
    }
  | ({ readonly name: "reduce_lr_on_plateau" } & Plateau.Rules)

export interface Schedule {
  readonly curve: Curve
  /** peak, reached at the end of the warmup */
  readonly learningRate: number
  /** floor: what falls to the end is there at the last step, nothing falls lower, `constant` never falls */
  readonly minLearningRate: number
  readonly warmupSteps: number
  readonly steps: number
}

/** Share of the way down that is left after a share of the time. */
const left: Readonly<Record<Slope, (progress: number) => number>> = {
  linear: (progress) => 1 - progress,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
  "1-sqrt": (progress) => 1 - Math.sqrt(progress)
}
/** Share of the way up that is done after a share of the time. */
const risen: Readonly<Record<Slope, (progress: number) => number>> = {
  linear: (progress) => progress,
  cosine: (progress) => (1 - Math.cos(Math.PI * progress)) / 2,
  "1-sqrt": (progress) => 1 - Math.sqrt(1 - progress)
}

/**
 * Learning rate of a step, counted from 1 to `steps`. The formulas are those of `transformers.optimization` (`get_scheduler`),
 * and on a plateau torch's `ReduceLROnPlateau`, read at the number of the update itself. (transformers reads them at the updates
 * already done, so that its first update has a rate of zero.) Steps after the last keep the last rate.
 *
 * @param losses of the evaluations before the step, for `reduce_lr_on_plateau`
 */
export const learningRateAt = (
  { curve, learningRate: peak, minLearningRate: floor, steps, warmupSteps }: Schedule,
  step: number,
  losses: () => ArrayLike<number> = () => []
): number => {
  if (curve.name === "reduce_lr_on_plateau") {
    const rate = Plateau.rateAfter(losses(), curve, { peak, floor })
    return step < warmupSteps ? (rate * step) / warmupSteps : rate
  }
  const between = (share: number) => floor + (peak - floor) * share
  if (step < warmupSteps)
    return curve.name === "warmup_stable_decay"
      ? between(risen[curve.warmup](step / warmupSteps))
      : (peak * step) / warmupSteps
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps))
  switch (curve.name) {
    case "constant":
      return peak
    case "linear":
      return between(left.linear(progress))
    case "cosine":
      return between(left.cosine(curve.cycles * 2 * progress))
    case "cosine_with_restarts":
      return progress === 1 ? floor : between(left.cosine((curve.cycles * progress) % 1))
    case "polynomial":
      return between((1 - progress) ** curve.power)
    case "inverse_sqrt":
      return Math.max(floor, peak / Math.sqrt((step - warmupSteps + curve.timescale) / curve.timescale))
    case "warmup_stable_decay": {
      const decayed = step - (steps - curve.decaySteps)
      return decayed < 0 ? peak : between(left[curve.decay](Math.min(1, decayed / curve.decaySteps)))
    }
  }
}
