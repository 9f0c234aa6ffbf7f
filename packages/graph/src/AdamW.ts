// AdamW (Loshchilov and Hutter 2019), as torch.optim.AdamW.
import * as Initializer from "./Initializer.ts"
import { add, div, exp, mul, sqrt, square, sub } from "./ops/Elementwise.ts"
import { standalone } from "./ops/Barrier.ts"
import * as Optimizer from "./Optimizer.ts"
import { variable } from "./Parameter.ts"

export interface AdamWSettings {
  readonly beta1: number
  readonly beta2: number
  /** added to the root of the second moment */
  readonly epsilon: number
  /** share of a weight taken off, times the learning rate; of parameters that decay */
  readonly weightDecay: number
}

/** As nanoGPT trains GPT-2. */
export const defaults: AdamWSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }

/** Keeps the first and second moment of each parameter, named `<parameter>/adam_m` and `<parameter>/adam_v`. */
export const make = ({ beta1, beta2, epsilon, weightDecay }: AdamWSettings = defaults): Optimizer.Optimizer =>
  Optimizer.make({
    name: "adamw",
    slotsOf: ({ name, shape }) => ({
      first: variable(`${name}/adam_m`, "float32", shape, Initializer.zeros),
      second: variable(`${name}/adam_v`, "float32", shape, Initializer.zeros)
    }),
    begin: ({ learningRate, step }) => {
      const correction = (beta: number) => sub(1, exp(mul(step, Math.log(beta))))
      const rate = standalone(div(learningRate, correction(beta1)))
      const root = standalone(sqrt(correction(beta2)))
      const decay = standalone(sub(1, mul(learningRate, weightDecay)))
      return ({ decays, gradient, parameter, slots }) => {
        const m = add(mul(slots.first, beta1), mul(gradient, 1 - beta1))
        const v = add(mul(slots.second, beta2), mul(square(gradient), 1 - beta2))
        const kept = decays ? mul(parameter, decay) : parameter
        const moved = sub(kept, mul(rate, div(m, add(div(sqrt(v), root), epsilon))))
        return [
          [slots.first, m],
          [slots.second, v],
          [parameter, moved]
        ]
      }
    }
  })
