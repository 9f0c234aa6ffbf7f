// How an operation that works element by element is made, with numpy's broadcasting for two operands.
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

/** Two operands as tensors of one dtype. */
export const operands = (op: string, a: Operand, b: Operand): readonly [Tensor, Tensor] => {
  const dtype = typeof a === "number" ? (typeof b === "number" ? "float32" : b.dtype) : a.dtype
  const x = typeof a === "number" ? constant(a, dtype) : a
  const y = typeof b === "number" ? constant(b, dtype) : b
  if (x.dtype !== y.dtype)
    throw new DtypeMismatch(op, `${x.name} is ${x.dtype}, ${y.name} is ${y.dtype}: cast one`)
  return [x, y]
}

export interface Binary {
  readonly op: string
  readonly tensorflow: string
  readonly apply: (x: number, y: number) => number
  /** for int32, where it is more than `apply` cut to 32 bits */
  readonly applyToInts?: (x: number, y: number) => number
  /** of the result; that of the operands if left out */
  readonly dtype?: DType
  /** the operands must be int32 */
  readonly ints?: boolean
  /** partial derivatives times the gradient */
  readonly gradient?: (g: Tensor, a: Tensor, b: Tensor, self: Tensor) => readonly [Tensor, Tensor]
}

export const binary =
  ({ op, tensorflow, apply, applyToInts = apply, dtype, ints = false, gradient }: Binary) =>
  (left: Operand, right: Operand): Tensor => {
    const [a, b] = operands(op, left, right)
    if (ints && a.dtype !== "int32") throw new DtypeMismatch(op, `${a.name} is ${a.dtype}, not int32`)
    // int32 wraps around
    const element = a.dtype === "int32" ? (x: number, y: number) => applyToInts(x, y) | 0 : apply
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
        return generate(shape, (where) => element(at(x, where), at(y, where)))
      },
      ...(gradient === undefined || !isFloat(a.dtype)
        ? {}
        : { gradient: (g: Tensor, self: Tensor) => gradient(g, a, b, self) })
    })
  }

export interface Unary {
  readonly op: string
  readonly tensorflow: string
  readonly apply: (x: number) => number
  /** left out where it is 0 */
  readonly gradient?: (g: Tensor, x: Tensor, self: Tensor) => Tensor
}

export const unary =
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
      ...(gradient === undefined || !isFloat(x.dtype)
        ? {}
        : { gradient: (g: Tensor, self: Tensor) => [gradient(g, x, self)] })
    })
