// Weights averaged over the steps of a training, as torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn: the first step
// is taken over as it is, each later one moves the average by 1 - decay of the difference.
import { frozen } from "./Frozen.ts"
import * as Initializer from "./Initializer.ts"
import { standalone } from "./ops/Barrier.ts"
import { add, mul, sub } from "./ops/Elementwise.ts"
import { lessEqual, where } from "./ops/Logic.ts"
import type { Updates } from "./Optimizer.ts"
import { type Parameter, variable, type Variable } from "./Parameter.ts"
import type { Tensor } from "./Tensor.ts"

export interface AveragingSettings {
  /** share of the average that a step keeps, at least 0 and below 1 */
  readonly decay: number
}

/** Ending of the name of an average: `<parameter>/ema`. */
export const suffix = "/ema"

/** An average of each parameter. */
export const averagesOf = (parameters: ReadonlyArray<Parameter>): ReadonlyMap<Tensor, Variable> =>
  new Map(
    parameters.map((parameter) => [
      parameter,
      variable(`${parameter.name}${suffix}`, "float32", parameter.shape, Initializer.zeros)
    ])
  )

/** New averages from the new values of the parameters that move, the old ones of others; `step` counts from 1. */
export const averaged = (
  averages: ReadonlyMap<Tensor, Variable>,
  { decay, step, updates }: AveragingSettings & { readonly step: Tensor; readonly updates: Updates }
): Updates => {
  const first = standalone(lessEqual(step, 1))
  const values = new Map<Tensor, Tensor>(updates)
  return [...averages].map(([parameter, average]) => {
    const moved = values.get(parameter) ?? parameter
    // as torch's lerp, from the nearer end
    const lerped =
      decay > 0.5
        ? add(average, mul(sub(moved, average), 1 - decay))
        : sub(moved, mul(sub(moved, average), decay))
    return [average, where(first, moved, lerped)]
  })
}

/** `values` computed with averages in place of parameters. */
export const withAverages = (
  values: Readonly<Record<string, Tensor>>,
  averages: ReadonlyMap<Tensor, Variable>
): Readonly<Record<string, Tensor>> => {
  const names = Object.keys(values)
  const found = frozen(Object.values(values), averages)
  return Object.fromEntries(names.flatMap((name, i) => (found[i] === undefined ? [] : [[name, found[i]]])))
}
