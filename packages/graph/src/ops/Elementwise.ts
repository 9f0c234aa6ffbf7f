// Arithmetic, element by element.
import { type DType, isFloat } from "../DType.ts"
import { make, type Tensor } from "../Tensor.ts"
import { binary, type Operand, unary } from "./Broadcasting.ts"
import { greater, greaterEqual, less, lessEqual, where } from "./Logic.ts"

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
  applyToInts: Math.imul,
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

export const cos = unary({
  op: "cos",
  tensorflow: "Cos",
  apply: Math.cos,
  gradient: (g, x) => negate(mul(g, sin(x)))
})
export const sin = unary({
  op: "sin",
  tensorflow: "Sin",
  apply: Math.sin,
  gradient: (g, x) => mul(g, cos(x))
})
/** Without the sign; the gradient at 0 is 0. */
export const abs = unary({
  op: "abs",
  tensorflow: "Abs",
  apply: Math.abs,
  gradient: (g, x) => where(greater(x, 0), g, where(less(x, 0), negate(g), 0))
})
/** The whole number at or below. */
export const floor = unary({ op: "floor", tensorflow: "Floor", apply: Math.floor })

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
          if (dtype === "int32") return { shape: v.shape, data: v.data.map(Math.trunc) }
          return dtype === "bool" ? { shape: v.shape, data: v.data.map((x) => (x === 0 ? 0 : 1)) } : v
        },
        ...(isFloat(x.dtype) && isFloat(dtype) ? { gradient: (g: Tensor) => [cast(g, x.dtype)] } : {})
      })
