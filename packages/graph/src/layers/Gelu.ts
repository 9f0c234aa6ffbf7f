// The activation of GPT-2 (tanh approximation) and of BERT (exact), with backward passes that keep only their input.
import { erf } from "../ops/ErrorFunction.ts"
import { add, exp, mul, sub, square, tanh } from "../ops/Elementwise.ts"
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

/** The standard normal distribution function, `(1 + erf(x / sqrt 2)) / 2`. */
const normal = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)

/** The Gaussian error linear unit itself, `x` times the normal distribution function: `gelu` in checkpoints. */
export const geluErf = (x: Tensor): Tensor =>
  withGradient(mul(x, normal(x)), [x], (g) => {
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return [mul(g, add(normal(x), mul(x, density)))]
  })
