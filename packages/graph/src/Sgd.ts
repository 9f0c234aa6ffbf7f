// Stochastic gradient descent with momentum, plain or Nesterov's (Sutskever et al. 2013), as torch.optim.SGD.
import * as Initializer from "./Initializer.ts"
import { standalone } from "./ops/Barrier.ts"
import { add, mul, sub } from "./ops/Elementwise.ts"
import * as Optimizer from "./Optimizer.ts"
import { variable } from "./Parameter.ts"

export interface SgdSettings {
  /** share of the last step that the next one keeps; 0 keeps nothing, and needs no slot */
  readonly momentum: number
  /** Looks at the gradient as if the momentum had been followed already. */
  readonly nesterov: boolean
  /** share of a weight added to its gradient (an L2 penalty, as torch has it); of parameters that decay */
  readonly weightDecay: number
}

export const defaults: SgdSettings = { momentum: 0.9, nesterov: false, weightDecay: 0 }

/** Keeps the momentum of each parameter, named `<parameter>/sgd_m`, unless there is none. */
export const make = ({ momentum, nesterov, weightDecay }: SgdSettings = defaults): Optimizer.Optimizer =>
  Optimizer.make({
    name: "sgd",
    slotsOf: ({ name, shape }): Readonly<Record<string, ReturnType<typeof variable>>> =>
      momentum === 0 ? {} : { momentum: variable(`${name}/sgd_m`, "float32", shape, Initializer.zeros) },
    begin: ({ learningRate }) => {
      const rate = standalone(learningRate)
      return ({ decays, gradient, parameter, slots }) => {
        const slope = decays && weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient
        const last = slots["momentum"]
        // torch starts from the first gradient itself, which is what a momentum of 0 makes of it
        const velocity = last === undefined ? slope : add(mul(last, momentum), slope)
        const direction = nesterov && last !== undefined ? add(slope, mul(velocity, momentum)) : velocity
        const moved = [parameter, sub(parameter, mul(direction, rate))] as const
        return last === undefined ? [moved] : [[last, velocity], moved]
      }
    }
  })
