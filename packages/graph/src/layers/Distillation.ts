// How far one network's outputs are from another's (Hinton et al. 2015; Sanh et al. 2019).
import * as Dimension from "../Dimension.ts"
import { ShapeMismatch } from "../errors.ts"
import { add, cast, exp, log, mul, rsqrt, square, sub } from "../ops/Elementwise.ts"
import { reshape } from "../ops/Layout.ts"
import { max, sum } from "../ops/Reduce.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

const over = { axes: [-1], keep: true }
const last = { axes: [-1] }

const sameShapes = (op: string, a: Tensor, b: Tensor) => {
  if (!Dimension.same(a.shape, b.shape))
    throw new ShapeMismatch(
      op,
      [a, b].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      "the shapes must be equal"
    )
}

/** `log sum exp` over the last axis, `[..., 1]`. */
const normalizer = (x: Tensor): Tensor => {
  const top = max(x, over)
  return add(log(sum(exp(sub(x, top)), over)), top)
}

/** The logarithm of `softmax`, over the last axis of `logits [..., V]`, float32; nats with the sign turned. */
export const logSoftmax = (logits: Tensor): Tensor => {
  const x = cast(logits, "float32")
  const result = sub(x, normalizer(x))
  return withGradient(result, [logits], (g) => [cast(sub(g, mul(exp(result), sum(g, over))), logits.dtype)])
}

export interface DivergenceOptions {
  /** divides both logits first; 1 if left out */
  readonly temperature?: number
}

/**
 * `teacher`, `student` logits `[..., V]` -> Kullback-Leibler divergence of the student's distribution from the teacher's,
 * `sum p log(p/q)` in nats, float32 `[...]`. Losses multiply it by the temperature squared, so that gradients keep their
 * size; that is left to them.
 */
export const klDivergence = (
  teacher: Tensor,
  student: Tensor,
  { temperature = 1 }: DivergenceOptions = {}
): Tensor => {
  sameShapes("klDivergence", teacher, student)
  const soften = (x: Tensor) => mul(cast(x, "float32"), 1 / temperature) // [..., V]
  const [toTeacher, toStudent] = [normalizer(soften(teacher)), normalizer(soften(student))] // [..., 1]
  // written anew for the backward pass, which then keeps nothing of size V
  const compare = () => {
    const p = sub(soften(teacher), toTeacher)
    const q = sub(soften(student), toStudent)
    return { likely: exp(p), guessed: exp(q), terms: mul(exp(p), sub(p, q)) }
  }
  const nats = sum(compare().terms, last)
  return withGradient(nats, [teacher, student], (gradient) => {
    const g = mul(reshape(gradient, [...nats.shape, 1]), 1 / temperature)
    const { guessed, likely, terms } = compare()
    return [
      cast(mul(g, sub(terms, mul(likely, sum(terms, over)))), teacher.dtype),
      cast(mul(g, sub(guessed, likely)), student.dtype)
    ]
  })
}

/**
 * 1 minus the cosine of the angle between `a` and `b` over their last axis, `[..., C]` twice -> float32 `[...]`. As PyTorch's
 * `cosine_embedding_loss`, adds 1e-12 to both squared lengths.
 */
export const cosineDistance = (a: Tensor, b: Tensor): Tensor => {
  sameShapes("cosineDistance", a, b)
  const [x, y] = [cast(a, "float32"), cast(b, "float32")]
  const lengths = mul(add(sum(square(x), last), 1e-12), add(sum(square(y), last), 1e-12))
  return sub(1, mul(sum(mul(x, y), last), rsqrt(lengths)))
}
