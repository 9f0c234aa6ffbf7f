// Rotary positions (Su et al. 2021) in the convention of Llama: the two halves of each head turn together.
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch, GraphInvalid, ShapeMismatch } from "../errors.ts"
import { standalone } from "../ops/Barrier.ts"
import { vector } from "../ops/Constant.ts"
import { add, cast, cos, mul, negate, sin, sub } from "../ops/Elementwise.ts"
import { concat, reshape, split } from "../ops/Layout.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

/** How far each pair of channels is turned at each position, float32 `[T, D/2]` or `[B, 1, T, D/2]`. */
export interface Rotation {
  readonly cos: Tensor
  readonly sin: Tensor
}

export interface RotationOptions {
  /** D, even */
  readonly headChannels: number
  /** pair `i` turns by `base^(-2i/D)` a position; `rope_theta` in checkpoints, 10000 at first */
  readonly base: number
}

/** The turns at `positions`, int32 `[T]` or `[B, T]`: computed once for all layers. */
export const rotation = (positions: Tensor, { base, headChannels }: RotationOptions): Rotation => {
  if (positions.dtype !== "int32" || positions.shape.length < 1 || positions.shape.length > 2)
    throw new DtypeMismatch(
      "rotation",
      `${positions.name} is ${positions.dtype} ${Dimension.show(positions.shape)}, not int32 [T] or [B, T]`
    )
  if (headChannels % 2 !== 0)
    throw new GraphInvalid("rotation", `${headChannels} channels of a head have no two halves`)
  const pairs = headChannels / 2
  const speeds = vector(Array.from({ length: pairs }, (_, i) => base ** ((-2 * i) / headChannels)))
  const [T = 1] = positions.shape.slice(-1)
  const [B] = positions.shape.slice(0, -1)
  const column = reshape(cast(positions, "float32"), B === undefined ? [T, 1] : [B, 1, T, 1])
  const angles = mul(column, speeds) // [..., T, D/2]
  return { cos: standalone(cos(angles)), sin: standalone(sin(angles)) }
}

/** `x [B, H, T, D]` turned by its positions, so that a product of two depends on how far apart they are. */
export const rotate = (x: Tensor, turn: Rotation): Tensor => {
  const [D = 1] = x.shape.slice(-1)
  if (Dimension.times(2, turn.cos.shape.at(-1) ?? 1) !== D)
    throw new ShapeMismatch(
      "rotate",
      [x, turn.cos].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      "the turns must have half as many channels"
    )
  const wide = cast(x, "float32")
  const [first = wide, second = wide] = split(wide, 2, -1) // [B, H, T, D/2] each
  const turned = concat(
    [sub(mul(first, turn.cos), mul(second, turn.sin)), add(mul(second, turn.cos), mul(first, turn.sin))],
    -1
  ) // [B, H, T, D]
  return withGradient(cast(turned, x.dtype), [x], (g) => [
    rotate(g, { cos: turn.cos, sin: negate(turn.sin) })
  ])
}
