// Comparisons, what is made of them, and choices by them.
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"
import { at, generate } from "../Values.ts"
import { binary, broadcast, type Operand, operands } from "./Broadcasting.ts"
import { constant } from "./Constant.ts"

const compare = (op: string, tensorflow: string, test: (x: number, y: number) => boolean) =>
  binary({ op, tensorflow, apply: (x, y) => (test(x, y) ? 1 : 0), dtype: "bool" })
export const equal = compare("equal", "Equal", (x, y) => x === y)
export const notEqual = compare("notEqual", "NotEqual", (x, y) => x !== y)
export const less = compare("less", "Less", (x, y) => x < y)
export const lessEqual = compare("lessEqual", "LessEqual", (x, y) => x <= y)
export const greater = compare("greater", "Greater", (x, y) => x > y)
export const greaterEqual = compare("greaterEqual", "GreaterEqual", (x, y) => x >= y)
/** Of bools. */
export const logicalAnd = (a: Tensor, b: Tensor): Tensor => where(a, b, constant(0, "bool"))

/** Of bools. */
export const logicalOr = (a: Tensor, b: Tensor): Tensor => where(a, constant(1, "bool"), b)
/** Of a bool. */
export const logicalNot = (x: Tensor): Tensor => where(x, constant(0, "bool"), constant(1, "bool"))

/** `a` where the condition holds, else `b`. A number for `a` or `b` takes the other's dtype. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor => {
  const [x, y] = operands("where", a, b)
  if (condition.dtype !== "bool")
    throw new DtypeMismatch("where", `${condition.name} is ${condition.dtype}, not bool`)
  const both = { ...x, shape: broadcast("where", x, y) }
  return make({
    op: "where",
    inputs: [condition, x, y],
    dtype: x.dtype,
    shape: broadcast("where", condition, both),
    placement: "fused",
    lower: (emit, refs) => emit.node("SelectV2", refs, { attributes: { T: { type: x.dtype } } }),
    evaluate: ([c, p, q], bindings) => {
      if (c === undefined || p === undefined || q === undefined) throw new RangeError("where")
      const shape = broadcast("where", condition, both).map((dim) => Dimension.evaluate(dim, bindings))
      return generate(shape, (place) => (at(c, place) === 0 ? at(q, place) : at(p, place)))
    },
    gradient: (g) => [undefined, where(condition, g, 0), where(condition, 0, g)]
  })
}
