// Operations that work element by element, with numpy's broadcasting for two operands.
import type { Shape } from "../Dimension.ts"
import { type DType, isFloat } from "../DType.ts"
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch, ShapeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"
import { at, generate } from "../Values.ts"
import { constant } from "./Constant.ts"

/** A tensor, or a number that becomes a constant of the other operand's dtype. */
export type Operand = Tensor | number

/** The shape two shapes broadcast to. */
export const broadcast = (op: string, a: Tensor, b: Tensor): Shape => {
  const rank = Math.max(a.shape.length, b.shape.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a.shape[axis - rank + a.shape.length] ?? 1
    const y = b.shape[axis - rank + b.shape.length] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new ShapeMismatch(
      op,
      [a, b].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      "sizes must be equal or 1, counted from the last axis"
    )
  })
}

const operands = (op: string, a: Operand, b: Operand): readonly [Tensor, Tensor] => {
  const dtype = typeof a === "number" ? (typeof b === "number" ? "float32" : b.dtype) : a.dtype
  const x = typeof a === "number" ? constant(a, dtype) : a
  const y = typeof b === "number" ? constant(b, dtype) : b
  if (x.dtype !== y.dtype)
    throw new DtypeMismatch(op, `${x.name} is ${x.dtype}, ${y.name} is ${y.dtype}: cast one`)
  return [x, y]
}

interface Binary {
  readonly op: string
  readonly tensorflow: string
  readonly apply: (x: number, y: number) => number
  readonly dtype?: DType
  /** partial derivatives times the gradient */
  readonly gradient?: (g: Tensor, a: Tensor, b: Tensor, self: Tensor) => readonly [Tensor, Tensor]
}

const binary =
  ({ op, tensorflow, apply, dtype, gradient }: Binary) =>
  (left: Operand, right: Operand): Tensor => {
    const [a, b] = operands(op, left, right)
    return make({
      op,
      inputs: [a, b],
      dtype: dtype ?? a.dtype,
      shape: broadcast(op, a, b),
      placement: "fused",
      lower: (emit, refs) => emit.node(tensorflow, refs, { attributes: { T: { type: a.dtype } } }),
      evaluate: ([x, y]) => {
        if (x === undefined || y === undefined) throw new RangeError(op)
        const rank = Math.max(x.shape.length, y.shape.length)
        const shape = Array.from({ length: rank }, (_, axis) => {
          const m = x.shape[axis - rank + x.shape.length] ?? 1
          const n = y.shape[axis - rank + y.shape.length] ?? 1
          return m === 1 ? n : m
        })
        return generate(shape, (where) => apply(at(x, where), at(y, where)))
      },
      ...(gradient === undefined || !isFloat(a.dtype)
        ? {}
        : { gradient: (g: Tensor, self: Tensor) => gradient(g, a, b, self) })
    })
  }

export const add = binary({ op: "add", tensorflow: "AddV2", apply: (x, y) => x + y, gradient: (g) => [g, g] })
export const sub = binary({
  op: "sub",
  tensorflow: "Sub",
  apply: (x, y) => x - y,
  gradient: (g) => [g, negate(g)]
})
export const mul = binary({
  op: "mul",
  tensorflow: "Mul",
  apply: (x, y) => x * y,
  gradient: (g, a, b) => [mul(g, b), mul(g, a)]
})
export const div = binary({
  op: "div",
  tensorflow: "RealDiv",
  apply: (x, y) => x / y,
  gradient: (g, _a, b, self) => {
    const da = div(g, b)
    return [da, negate(mul(da, self))]
  }
})
/** The larger of two; where they are equal the gradient goes to the first. */
export const maximum = binary({
  op: "maximum",
  tensorflow: "Maximum",
  apply: Math.max,
  gradient: (g, a, b) => {
    const first = greaterEqual(a, b)
    return [where(first, g, 0), where(first, 0, g)]
  }
})
/** The smaller of two; where they are equal the gradient goes to the first. */
export const minimum = binary({
  op: "minimum",
  tensorflow: "Minimum",
  apply: Math.min,
  gradient: (g, a, b) => {
    const first = lessEqual(a, b)
    return [where(first, g, 0), where(first, 0, g)]
  }
})

const compare = (op: string, tensorflow: string, test: (x: number, y: number) => boolean) =>
  binary({ op, tensorflow, apply: (x, y) => (test(x, y) ? 1 : 0), dtype: "bool" })
export const equal = compare("equal", "Equal", (x, y) => x === y)
export const less = compare("less", "Less", (x, y) => x < y)
export const lessEqual = compare("lessEqual", "LessEqual", (x, y) => x <= y)
export const greater = compare("greater", "Greater", (x, y) => x > y)
export const greaterEqual = compare("greaterEqual", "GreaterEqual", (x, y) => x >= y)
/** Of bools. */
export const logicalAnd = (a: Tensor, b: Tensor): Tensor => where(a, b, constant(0, "bool"))

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

interface Unary {
  readonly op: string
  readonly tensorflow: string
  readonly apply: (x: number) => number
  readonly gradient: (g: Tensor, x: Tensor, self: Tensor) => Tensor
}

const unary =
  ({ op, tensorflow, apply, gradient }: Unary) =>
  (x: Tensor): Tensor =>
    make({
      op,
      inputs: [x],
      dtype: x.dtype,
      shape: x.shape,
      placement: "fused",
      lower: (emit, refs) => emit.node(tensorflow, refs, { attributes: { T: { type: x.dtype } } }),
      evaluate: ([v]) => {
        if (v === undefined) throw new RangeError(op)
        return { shape: v.shape, data: v.data.map(apply) }
      },
      gradient: (g, self) => [gradient(g, x, self)]
    })

export const negate = unary({ op: "negate", tensorflow: "Neg", apply: (x) => -x, gradient: (g) => negate(g) })
export const exp = unary({
  op: "exp",
  tensorflow: "Exp",
  apply: Math.exp,
  gradient: (g, _, self) => mul(g, self)
})
export const log = unary({ op: "log", tensorflow: "Log", apply: Math.log, gradient: (g, x) => div(g, x) })
export const sqrt = unary({
  op: "sqrt",
  tensorflow: "Sqrt",
  apply: Math.sqrt,
  gradient: (g, _, self) => div(mul(g, 0.5), self)
})
export const rsqrt = unary({
  op: "rsqrt",
  tensorflow: "Rsqrt",
  apply: (x) => 1 / Math.sqrt(x),
  gradient: (g, x, self) => mul(mul(g, -0.5), div(self, x))
})
export const square = unary({
  op: "square",
  tensorflow: "Square",
  apply: (x) => x * x,
  gradient: (g, x) => mul(g, mul(x, 2))
})
export const tanh = unary({
  op: "tanh",
  tensorflow: "Tanh",
  apply: Math.tanh,
  gradient: (g, _, self) => mul(g, sub(1, square(self)))
})
export const sigmoid = unary({
  op: "sigmoid",
  tensorflow: "Sigmoid",
  apply: (x) => 1 / (1 + Math.exp(-x)),
  gradient: (g, _, self) => mul(g, mul(self, sub(1, self)))
})

/** To the power of a fixed exponent; for x > 0 unless the exponent is a whole number. */
export const pow = (x: Tensor, exponent: Operand): Tensor => powers(x, exponent)
const powers = binary({
  op: "pow",
  tensorflow: "Pow",
  apply: (x, y) => x ** y,
  gradient: (g, a, b, self) => [mul(g, mul(b, powers(a, sub(b, 1)))), mul(g, mul(self, log(a)))]
})

/** The same values in another dtype; nothing if they are in it already. */
export const cast = (x: Tensor, dtype: DType): Tensor =>
  x.dtype === dtype
    ? x
    : make({
        op: "cast",
        inputs: [x],
        dtype,
        shape: x.shape,
        placement: "fused",
        lower: (emit, refs) =>
          emit.node("Cast", refs, {
            attributes: { SrcT: { type: x.dtype }, DstT: { type: dtype }, Truncate: { bool: false } }
          }),
        evaluate: ([v]) => {
          if (v === undefined) throw new RangeError("cast")
          return dtype === "int32" ? { shape: v.shape, data: v.data.map(Math.trunc) } : v
        },
        ...(isFloat(x.dtype) && isFloat(dtype) ? { gradient: (g: Tensor) => [cast(g, x.dtype)] } : {})
      })
