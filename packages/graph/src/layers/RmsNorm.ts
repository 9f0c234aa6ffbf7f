// Normalization by the root of the mean square (Zhang and Sennrich 2019), always in float32: T5 and Llama.
import * as Dimension from "../Dimension.ts"
import { ShapeMismatch } from "../errors.ts"
import { add, cast, mul, rsqrt, square, sub } from "../ops/Elementwise.ts"
import { mean } from "../ops/Reduce.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

export interface RmsNormParameters {
  /** `[C]` */
  readonly gain: Tensor
  /** added to the mean square */
  readonly epsilon: number
}

/** `x [..., C]` to mean square 1 over its last axis, then times gain, float32. No mean is taken off and no bias added. */
export const rmsNorm = (x: Tensor, { gain, epsilon }: RmsNormParameters): Tensor => {
  const channels = x.shape.slice(-1)
  if (!Dimension.same(gain.shape, channels))
    throw new ShapeMismatch(
      "rmsNorm",
      [x, gain].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      `gain must be ${Dimension.show(channels)}`
    )
  const over = { axes: [-1], keep: true }
  const wide = cast(x, "float32")
  const scale = rsqrt(add(mean(square(wide), over), epsilon)) // [..., 1]
  const unit = mul(wide, scale)
  return withGradient(mul(unit, gain), [x, gain], (g) => {
    const h = mul(g, gain)
    const along = mean(mul(h, unit), over) // [..., 1]
    return [cast(mul(sub(h, mul(unit, along)), scale), x.dtype), mul(g, unit)]
  })
}
