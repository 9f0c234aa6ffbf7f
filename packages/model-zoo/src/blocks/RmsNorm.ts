// Root mean square norms with their parameter: T5 and Llama.
import { Initializer, type Parameter, parameter, rmsNorm, type Tensor } from "@inkstone/graph"

export interface RmsNorm {
  readonly weight: Parameter
  readonly epsilon: number
}

/** Parameter `<name>.weight` of C channels. */
export const norm = (name: string, channels: number, epsilon: number): RmsNorm => ({
  weight: parameter(`${name}.weight`, [channels], Initializer.ones),
  epsilon
})

/** `x [..., C]` -> float32 `[..., C]`. */
export const apply = (x: Tensor, { epsilon, weight: gain }: RmsNorm): Tensor => rmsNorm(x, { gain, epsilon })
