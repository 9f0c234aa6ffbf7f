// The error function, for the exact Gaussian error linear unit.
import { unary } from "./Broadcasting.ts"
import { exp, mul, negate, square } from "./Elementwise.ts"

/** `2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!` (Abramowitz and Stegun 7.1.6): all terms have one sign. */
const series = (x: number): number => {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0 to x. */
export const erf = unary({
  op: "erf",
  tensorflow: "Erf",
  apply: series,
  gradient: (g, x) => mul(g, mul(exp(negate(square(x))), 2 / Math.sqrt(Math.PI)))
})
