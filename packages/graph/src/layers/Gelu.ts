// The activation of GPT-2 and BERT, with a backward pass that keeps only its input.
import { add, mul, sub, square, tanh } from "../ops/Elementwise.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

const slope = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

/** `tanh(sqrt(2/pi) (x + 0.044715 x^3))` */
const gate = (x: Tensor): Tensor => tanh(mul(mul(x, slope), add(mul(square(x), cubic), 1)))

/** The tanh approximation of the Gaussian error linear unit (Hendrycks and Gimpel 2016), `gelu_new` in checkpoints. */
export const gelu = (x: Tensor): Tensor =>
  withGradient(mul(mul(x, 0.5), add(gate(x), 1)), [x], (g) => {
    const t = gate(x)
    // (1 + t) / 2 + x (1 - t^2) / 2 * slope (1 + 3 cubic x^2)
    const through = mul(mul(mul(x, 0.5 * slope), sub(1, square(t))), add(mul(square(x), 3 * cubic), 1))
    return [mul(g, add(mul(add(t, 1), 0.5), through))]
  })
