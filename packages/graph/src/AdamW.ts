// AdamW (Loshchilov and Hutter 2019) as updates of variables: clipped by the norm of the whole gradient, decay on matrices
// alone.
import * as Initializer from "./Initializer.ts"
import { add, div, exp, minimum, mul, sqrt, square, sub } from "./ops/Elementwise.ts"
import { greater, where } from "./ops/Logic.ts"
import { standalone } from "./ops/Barrier.ts"
import { sumOfSquares } from "./ops/Reduce.ts"
import { type Parameter, variable, type Variable } from "./Parameter.ts"
import type { Tensor } from "./Tensor.ts"

export interface AdamWSettings {
  readonly beta1: number
  readonly beta2: number
  /** added to the root of the second moment */
  readonly epsilon: number
  /** share of a weight taken off, times the learning rate; of parameters that `decays` says */
  readonly weightDecay: number
}

/** As nanoGPT trains GPT-2. */
export const defaults: AdamWSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }

export interface StepInputs {
  /** float32 scalar */
  readonly learningRate: Tensor
  /** float32 scalar, counted from 1 */
  readonly step: Tensor
  /** float32 scalar; 0 for no limit */
  readonly maxGradientNorm: Tensor
}

/** First and second moment of each parameter, named `<parameter>/adam_m` and `<parameter>/adam_v`. */
export interface Slots {
  readonly first: Variable
  readonly second: Variable
}

export const slotsOf = (parameter: Parameter): Slots => ({
  first: variable(`${parameter.name}/adam_m`, "float32", parameter.shape, Initializer.zeros),
  second: variable(`${parameter.name}/adam_v`, "float32", parameter.shape, Initializer.zeros)
})

export interface Trained {
  readonly parameter: Parameter
  readonly gradient: Tensor
  readonly slots: Slots
}

/**
 * Whether weights are drawn towards 0: matrices and embeddings are; gains and biases are not, nor T5's table of biases by
 * distance, which has two axes. So does the trainer of `transformers` (`get_decay_parameter_names`).
 */
export const decays = ({ name, shape }: Pick<Parameter, "name" | "shape">): boolean =>
  shape.length > 1 && !name.includes("bias")

/** New values of all parameters and slots, and the norm of the gradient before clipping. */
export const update = (
  trained: ReadonlyArray<Trained>,
  { learningRate, maxGradientNorm, step }: StepInputs,
  { beta1, beta2, epsilon, weightDecay }: AdamWSettings
): {
  readonly gradientNorm: Tensor
  readonly updates: ReadonlyArray<readonly [Variable, Tensor]>
} => {
  const gradientNorm = sqrt(sumOfSquares(...trained.map(({ gradient }) => gradient)))
  // as torch.nn.utils.clip_grad_norm_: the small number keeps a zero gradient from dividing by zero
  const limited = minimum(div(maxGradientNorm, add(gradientNorm, 1e-6)), 1)
  // scalars are computed once and given to the update of each parameter, which is compiled once a shape
  const scale = standalone(where(greater(maxGradientNorm, 0), limited, 1))
  const correction = (beta: number) => sub(1, exp(mul(step, Math.log(beta))))
  const rate = standalone(div(learningRate, correction(beta1)))
  const root = standalone(sqrt(correction(beta2)))
  const decay = standalone(sub(1, mul(learningRate, weightDecay)))
  const updates = trained.flatMap(({ gradient, parameter, slots }): Array<readonly [Variable, Tensor]> => {
    const g = mul(gradient, scale)
    const m = add(mul(slots.first, beta1), mul(g, 1 - beta1))
    const v = add(mul(slots.second, beta2), mul(square(g), 1 - beta2))
    const kept = decays(parameter) ? mul(parameter, decay) : parameter
    const moved = sub(kept, mul(rate, div(m, add(div(sqrt(v), root), epsilon))))
    return [
      [slots.first, m],
      [slots.second, v],
      [parameter, moved]
    ]
  })
  return { gradientNorm, updates }
}
