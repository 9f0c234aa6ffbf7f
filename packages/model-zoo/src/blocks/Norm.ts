// Layer norms with their parameters.
import { Initializer, layerNorm, type Parameter, parameter, type Tensor } from "@inkstone/graph"

export interface Norm {
  readonly weight: Parameter
  readonly bias: Parameter
  readonly epsilon: number
}

/** Parameters `<name>.weight` and `<name>.bias` of C channels. */
export const norm = (name: string, channels: number, epsilon: number): Norm => ({
  weight: parameter(`${name}.weight`, [channels], Initializer.ones),
  bias: parameter(`${name}.bias`, [channels], Initializer.zeros),
  epsilon
})

export const apply = (x: Tensor, { bias, epsilon, weight: gain }: Norm): Tensor =>
  layerNorm(x, { gain, bias, epsilon })

export const parametersOf = ({ bias, weight }: Norm): ReadonlyArray<Parameter> => [weight, bias]
