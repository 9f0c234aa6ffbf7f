// What every optimizer offers a program: variables that it keeps of each parameter, and a step as updates of variables. The
// gradient is clipped here, for all of them.
import { add, div, minimum, mul, sqrt, sub } from "./ops/Elementwise.ts"
import { greater, where } from "./ops/Logic.ts"
import { standalone } from "./ops/Barrier.ts"
import { sumOfSquares } from "./ops/Reduce.ts"
import type { Parameter, Variable } from "./Parameter.ts"
import type { Tensor } from "./Tensor.ts"

export interface StepInputs {
  /** float32 scalar */
  readonly learningRate: Tensor
  /** float32 scalar, counted from 1 */
  readonly step: Tensor
  /** float32 scalar; 0 for no limit */
  readonly maxGradientNorm: Tensor
}

/** How a parameter differs from others in a step. */
export interface Group {
  /** whether its weights are drawn towards 0 */
  readonly decays: boolean
  /** its learning rate as a share of the step's; 1 if left out */
  readonly rate?: number
  /** the first step that moves it, which is step 1 to it; 1 if left out */
  readonly start?: number
}
export type GroupOf = (parameter: Parameter) => Group

export type Updates = ReadonlyArray<readonly [Variable, Tensor]>

/** The step of an optimizer for the parameters it was bound to. */
export interface Bound {
  /** each parameter with what is kept of it, in the order of the parameters */
  readonly variables: ReadonlyArray<Variable>
  /**
   * New values of all of them from a gradient each, and the norm of the whole gradient before clipping. A parameter without a
   * gradient stays where it is, with all that is kept of it.
   */
  readonly update: (
    gradients: ReadonlyArray<Tensor | undefined>,
    inputs: StepInputs
  ) => { readonly gradientNorm: Tensor; readonly updates: Updates }
}

export interface Optimizer {
  readonly name: string
  readonly bind: (parameters: ReadonlyArray<Parameter>, groupOf?: GroupOf) => Bound
}

/** Scalars that all parameters of one rate share. */
export interface Scalars {
  /** the step's, times the group's share of it */
  readonly learningRate: Tensor
  readonly step: Tensor
  /** the group's share, for optimizers that make a rate of their own */
  readonly share: number
}

/** A parameter's part in a step. */
export interface Moving<Slots> {
  readonly parameter: Parameter
  /** clipped */
  readonly gradient: Tensor
  readonly slots: Slots
  readonly decays: boolean
}

export interface Rule<Slots extends Readonly<Record<string, Variable>>> {
  readonly name: string
  /** What is kept of a parameter, variables named `<parameter>/<what>` that start at zero. */
  readonly slotsOf: (parameter: Parameter) => Slots
  /** Given the scalars of a step, how it moves a parameter. */
  readonly begin: (scalars: Scalars) => (one: Moving<Slots>) => Updates
}

/**
 * Whether weights are drawn towards 0: matrices and embeddings are; gains and biases are not, nor T5's table of biases by
 * distance, which has two axes. So does the trainer of `transformers` (`get_decay_parameter_names`).
 */
export const decays = ({ name, shape }: Pick<Parameter, "name" | "shape">): boolean =>
  shape.length > 1 && !name.includes("bias")

/** An optimizer from how it moves one parameter. Groups that are left out decay as `decays` says, all at one rate. */
export const make = <Slots extends Readonly<Record<string, Variable>>>({
  begin,
  name,
  slotsOf
}: Rule<Slots>): Optimizer => ({
  name,
  bind: (parameters, groupOf = (parameter) => ({ decays: decays(parameter) })) => {
    const moving = parameters.map((parameter) => ({
      parameter,
      slots: slotsOf(parameter),
      group: groupOf(parameter)
    }))
    return {
      variables: moving.flatMap(({ parameter, slots }) => [parameter, ...Object.values(slots)]),
      update: (gradients, { learningRate, maxGradientNorm, step }) => {
        const gradientNorm = sqrt(sumOfSquares(...gradients.filter((gradient) => gradient !== undefined)))
        // as torch.nn.utils.clip_grad_norm_: the small number keeps a zero gradient from dividing by zero
        const limited = minimum(div(maxGradientNorm, add(gradientNorm, 1e-6)), 1)
        // scalars are computed once and given to the update of each parameter, which is compiled once a shape
        const scale = standalone(where(greater(maxGradientNorm, 0), limited, 1))
        const movers = new Map<string, ReturnType<typeof begin>>()
        const moverOf = ({ rate: share = 1, start = 1 }: Group) => {
          const name = `${share} from ${start}`
          const rate = share === 1 ? learningRate : mul(learningRate, share)
          const own = start === 1 ? step : sub(step, start - 1)
          const mover = movers.get(name) ?? begin({ learningRate: rate, step: own, share })
          movers.set(name, mover)
          return mover
        }
        const updates = moving.flatMap(({ group, parameter, slots }, i): Updates => {
          const found = gradients[i]
          if (found === undefined) return []
          return moverOf(group)({ parameter, gradient: mul(found, scale), slots, decays: group.decays })
        })
        return { gradientNorm, updates }
      }
    }
  }
})
