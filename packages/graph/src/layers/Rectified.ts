// Activations that let positive numbers through.
import { add, maximum, mul, sigmoid, sub } from "../ops/Elementwise.ts"
import { greater, where } from "../ops/Logic.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

/** The larger of x and 0. The backward pass keeps only the result; at 0 the gradient is 0, as in PyTorch. */
export const relu = (x: Tensor): Tensor => {
  const y = maximum(x, 0)
  return withGradient(y, [x], (g) => [where(greater(y, 0), g, 0)])
}

/** `x sigmoid(x)`, also called swish (Hendrycks and Gimpel 2016); the backward pass keeps only x. */
export const silu = (x: Tensor): Tensor =>
  withGradient(mul(x, sigmoid(x)), [x], (g) => {
    const s = sigmoid(x)
    return [mul(g, mul(s, add(mul(x, sub(1, s)), 1)))]
  })
