// Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2): every weight moves by the rate, up or
// down. One slot a parameter.
import * as Initializer from "./Initializer.ts"
import { standalone } from "./ops/Barrier.ts"
import { add, mul, sub } from "./ops/Elementwise.ts"
import { greater, less, where } from "./ops/Logic.ts"
import * as Optimizer from "./Optimizer.ts"
import { variable } from "./Parameter.ts"

export interface LionSettings {
  /** share of the momentum in the direction of a step */
  readonly beta1: number
  /** memory of the momentum itself */
  readonly beta2: number
  /** share of a weight taken off, times the learning rate; of parameters that decay */
  readonly weightDecay: number
}

/** As the paper has them. It advises a rate 3 to 10 times smaller than AdamW's, and a decay as many times larger. */
export const defaults: LionSettings = { beta1: 0.9, beta2: 0.99, weightDecay: 0 }

/** Keeps the momentum of each parameter, named `<parameter>/lion_m`. Equal to the package `lion-pytorch`. */
export const make = ({ beta1, beta2, weightDecay }: LionSettings = defaults): Optimizer.Optimizer =>
  Optimizer.make({
    name: "lion",
    slotsOf: ({ name, shape }) => ({
      momentum: variable(`${name}/lion_m`, "float32", shape, Initializer.zeros)
    }),
    begin: ({ learningRate }) => {
      const rate = standalone(learningRate)
      const decay = standalone(sub(1, mul(learningRate, weightDecay)))
      return ({ decays, gradient, parameter, slots: { momentum } }) => {
        const direction = add(mul(momentum, beta1), mul(gradient, 1 - beta1))
        const sign = where(greater(direction, 0), 1, where(less(direction, 0), -1, mul(direction, 0)))
        const kept = decays && weightDecay > 0 ? mul(parameter, decay) : parameter
        return [
          [momentum, add(mul(momentum, beta2), mul(gradient, 1 - beta2))],
          [parameter, sub(kept, mul(sign, rate))]
        ]
      }
    }
  })
