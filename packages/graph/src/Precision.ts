// What numbers are rounded to, as data.
import type { DType } from "./DType.ts"

/** A policy by name. */
export type Precision = "float32" | "bfloat16"

export interface Policy {
  /** of the operands of matrix products */
  readonly operands: "float32" | "bfloat16"
  /** of the weights that are trained, and of the optimizer's slots */
  readonly master: "float32"
  /** of layer norms, softmax, losses and all other sums */
  readonly reductions: "float32"
}

export const policies: Readonly<Record<Precision, Policy>> = {
  float32: { operands: "float32", master: "float32", reductions: "float32" },
  bfloat16: { operands: "bfloat16", master: "float32", reductions: "float32" }
}

/** The operand dtype of a policy. */
export const operandsOf = (precision: Precision): DType & ("float32" | "bfloat16") =>
  policies[precision].operands
