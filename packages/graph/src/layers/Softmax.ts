// Attention weights: scale, mask and softmax in one fused region, with a backward pass that keeps only the result.
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch, ShapeMismatch } from "../errors.ts"
import { range } from "../ops/Constant.ts"
import { add, cast, div, exp, mul, sub } from "../ops/Elementwise.ts"
import { greaterEqual, where } from "../ops/Logic.ts"
import { reshape } from "../ops/Layout.ts"
import { max, sum } from "../ops/Reduce.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

export interface SoftmaxOptions {
  /** multiplies the scores first; 1 if left out */
  readonly scale?: number
  /** float32, broadcast to the scores and added to them once scaled, such as T5's relative positions */
  readonly bias?: Tensor
  /** bool, broadcast to the scores; where it is false the weight is 0. Each row needs one true at least. */
  readonly mask?: Tensor
  /** of the result; that of the scores if left out. Sums are float32 in any case. */
  readonly dtype?: "float32" | "bfloat16"
}

// a large finite number instead of infinity, so that a row without any true place gives no NaN
const masked = -1e9

/** Weights over the last axis that add up to 1. */
export const softmax = (scores: Tensor, options: SoftmaxOptions = {}): Tensor => {
  const { bias, dtype = scores.dtype, mask, scale = 1 } = options
  if (mask !== undefined && mask.dtype !== "bool")
    throw new DtypeMismatch("softmax", `the mask ${mask.name} is ${mask.dtype}, not bool`)
  const over = { axes: [-1], keep: true }
  const wide = cast(scores, "float32")
  const scaled = scale === 1 ? wide : mul(wide, scale)
  const biased = bias === undefined ? scaled : add(scaled, bias)
  if (!Dimension.same(biased.shape, scores.shape))
    throw new ShapeMismatch(
      "softmax",
      [scores, ...(bias === undefined ? [] : [bias])].map(({ name, shape }) => ({
        name,
        shape: Dimension.show(shape)
      })),
      "the bias must broadcast to the scores"
    )
  const visible = mask === undefined ? biased : where(mask, biased, masked)
  const powers = exp(sub(visible, max(visible, over)))
  const weights = cast(div(powers, sum(powers, over)), dtype)
  return withGradient(weights, bias === undefined ? [scores] : [scores, bias], (gradient) => {
    const g = cast(gradient, "float32")
    const p = cast(weights, "float32")
    const along = sum(mul(g, p), over) // [..., 1]
    const towards = mul(p, sub(g, along))
    return [cast(mul(towards, scale), scores.dtype), towards]
  })
}

/** `[S, S]` bool: place `i` of the rows sees places `0..i` of the columns. */
export const causalMask = (size: Tensor["shape"][number]): Tensor =>
  greaterEqual(reshape(range(size), [size, 1]), range(size))
