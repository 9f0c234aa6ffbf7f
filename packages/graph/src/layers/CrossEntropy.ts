// The loss of language models: nats it takes to name the right token.
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch, GraphInvalid, ShapeMismatch } from "../errors.ts"
import { range, sizeOf } from "../ops/Constant.ts"
import { add, cast, div, exp, log, mul, sub } from "../ops/Elementwise.ts"
import { reshape } from "../ops/Layout.ts"
import { equal, where } from "../ops/Logic.ts"
import { max, mean, sum } from "../ops/Reduce.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

export interface CrossEntropyOptions {
  /** share of each target that is spread evenly over all classes (Szegedy et al. 2016); 0 if left out */
  readonly labelSmoothing?: number
}

/**
 * `logits [..., V]`, `targets [...]` int32 -> `-log softmax(logits)[target]` in nats, float32 `[...]`. Nothing of size V is
 * made beside the gradient, which is computed in the same pass as the loss.
 */
export const crossEntropy = (
  logits: Tensor,
  targets: Tensor,
  { labelSmoothing = 0 }: CrossEntropyOptions = {}
): Tensor => {
  const classes = logits.shape.at(-1) ?? 1
  if (!Dimension.same(logits.shape.slice(0, -1), targets.shape))
    throw new ShapeMismatch(
      "crossEntropy",
      [logits, targets].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      `targets must be ${Dimension.show(logits.shape.slice(0, -1))}`
    )
  if (targets.dtype !== "int32")
    throw new DtypeMismatch("crossEntropy", `${targets.name} is ${targets.dtype}, not int32`)
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new GraphInvalid("crossEntropy", `the label smoothing ${labelSmoothing} is not in [0, 1)`)
  const over = { axes: [-1], keep: true }
  const x = cast(logits, "float32")
  const right = equal(range(classes), reshape(targets, [...targets.shape, 1])) // [..., V]
  const top = max(x, over) // [..., 1]
  const normalizer = add(log(sum(exp(sub(x, top)), over)), top) // [..., 1]
  const chosen = sum(where(right, x, 0), over) // [..., 1]
  const expected =
    labelSmoothing === 0 ? chosen : add(mul(chosen, 1 - labelSmoothing), mul(mean(x, over), labelSmoothing)) // [..., 1]
  const nats = reshape(sub(normalizer, expected), targets.shape)
  return withGradient(nats, [logits], (gradient) => {
    const g = reshape(gradient, [...targets.shape, 1])
    const p = exp(sub(x, normalizer)) // [..., V]
    const target = where(right, 1 - labelSmoothing, 0) // [..., V]
    const wished = labelSmoothing === 0 ? target : add(target, div(labelSmoothing, sizeOf(classes)))
    return [cast(mul(sub(p, wished), g), logits.dtype)]
  })
}
