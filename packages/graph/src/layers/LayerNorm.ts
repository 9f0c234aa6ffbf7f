// Normalization over channels (Ba, Kiros and Hinton 2016), always in float32.
import * as Dimension from "../Dimension.ts"
import { ShapeMismatch } from "../errors.ts"
import { add, cast, mul, rsqrt, square, sub } from "../ops/Elementwise.ts"
import { mean } from "../ops/Reduce.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

export interface LayerNormParameters {
  /** `[C]` */
  readonly gain: Tensor
  /** `[C]` */
  readonly bias: Tensor
  /** added to the variance */
  readonly epsilon: number
}

/** `x [..., C]` to mean 0 and variance 1 over its last axis, then times gain plus bias, float32. */
export const layerNorm = (x: Tensor, { gain, bias, epsilon }: LayerNormParameters): Tensor => {
  const channels = x.shape.slice(-1)
  if (!Dimension.same(gain.shape, channels) || !Dimension.same(bias.shape, channels))
    throw new ShapeMismatch(
      "layerNorm",
      [x, gain, bias].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      `gain and bias must be ${Dimension.show(channels)}`
    )
  const over = { axes: [-1], keep: true }
  const wide = cast(x, "float32")
  const centered = sub(wide, mean(wide, over)) // [..., C]
  const scale = rsqrt(add(mean(square(centered), over), epsilon)) // [..., 1]
  const unit = mul(centered, scale)
  return withGradient(add(mul(unit, gain), bias), [x, gain, bias], (g) => {
    const h = mul(g, gain)
    const along = mean(mul(h, unit), over) // [..., 1]
    return [cast(mul(sub(sub(h, mean(h, over)), mul(unit, along)), scale), x.dtype), mul(g, unit), g]
  })
}
