// Operations that make one number of many: sums, means, largest, and where the largest is.
import * as Dimension from "../Dimension.ts"
import type { Shape } from "../Dimension.ts"
import { GraphInvalid } from "../errors.ts"
import { axisOf, make, type Tensor } from "../Tensor.ts"
import { generate, scalar, type Values } from "../Values.ts"
import { sizeOf } from "./Constant.ts"
import { cast, div, mul } from "./Elementwise.ts"
import { broadcastTo, reshape } from "./Layout.ts"
import { equal } from "./Logic.ts"

export interface ReduceOptions {
  /** axes to reduce, negative ones from the end; all if left out */
  readonly axes?: ReadonlyArray<number>
  /** keeps reduced axes with size 1 */
  readonly keep?: boolean
}

const reducedShape = (shape: Shape, axes: ReadonlyArray<number>): Shape =>
  shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))

const fold = (
  values: Values,
  axes: ReadonlyArray<number>,
  start: number,
  step: (sum: number, x: number) => number
): Values => {
  const shape = values.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  const out = new Float64Array(shape.reduce((n, dim) => n * dim, 1)).fill(start)
  for (let i = 0; i < values.data.length; i++) {
    let rest = i
    let to = 0
    let stride = 1
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const dim = values.shape[axis] ?? 1
      if (shape[axis] !== 1) to += (rest % dim) * stride
      stride *= shape[axis] ?? 1
      rest = Math.floor(rest / dim)
    }
    out[to] = step(out[to] ?? start, values.data[i] ?? 0)
  }
  return { shape, data: out }
}

interface Reduction {
  readonly op: string
  readonly tensorflow: string
  readonly start: number
  readonly step: (sum: number, x: number) => number
  /** with both kept in full rank */
  readonly gradient: (g: Tensor, x: Tensor, self: Tensor) => Tensor
}

const reduction =
  ({ op, tensorflow, start, step, gradient }: Reduction) =>
  (x: Tensor, options: ReduceOptions = {}): Tensor => {
    const axes = [
      ...new Set((options.axes ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(op, x, axis)))
    ]
    if (axes.length === 0) return x
    const shape = reducedShape(x.shape, axes)
    const kept = make({
      op,
      inputs: [x],
      dtype: x.dtype,
      shape,
      placement: "fused",
      reduces: true,
      lower: (emit, [ref = ""]) =>
        emit.node(tensorflow, [ref, emit.constant("int32", [axes.length], axes)], {
          attributes: { T: { type: x.dtype }, Tidx: { type: "int32" }, keep_dims: { bool: true } }
        }),
      evaluate: ([v]) => {
        if (v === undefined) throw new RangeError(op)
        const result = fold(v, axes, start, step)
        // int32 wraps around
        return x.dtype === "int32" ? { ...result, data: result.data.map((n) => n | 0) } : result
      },
      gradient: (g, self) => [gradient(g, x, self)]
    })
    return options.keep === true
      ? kept
      : reshape(
          kept,
          x.shape.filter((_, axis) => !axes.includes(axis))
        )
  }

export const sum = reduction({
  op: "sum",
  tensorflow: "Sum",
  start: 0,
  step: (sum, x) => sum + x,
  gradient: (g, x) => broadcastTo(g, x.shape)
})

/** The largest; where several are, the gradient goes to all of them. */
export const max = reduction({
  op: "max",
  tensorflow: "Max",
  start: Number.NEGATIVE_INFINITY,
  step: Math.max,
  gradient: (g, x, self) => mul(cast(equal(x, self), x.dtype), g)
})

/** The smallest; where several are, the gradient goes to all of them. */
export const min = reduction({
  op: "min",
  tensorflow: "Min",
  start: Number.POSITIVE_INFINITY,
  step: Math.min,
  gradient: (g, x, self) => mul(cast(equal(x, self), x.dtype), g)
})

export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor => {
  const axes = new Set(
    (options.axes ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf("mean", x, axis))
  )
  const count = Dimension.size(x.shape.filter((_, axis) => axes.has(axis)))
  const total = sum(x, options)
  return typeof count === "number" ? mul(total, 1 / count) : div(total, cast(sizeOf(count), x.dtype))
}

/** Half the sum of squares, by a kernel that uses all cores. */
const halfSquares = (x: Tensor): Tensor =>
  make({
    op: "halfSquares",
    inputs: [x],
    dtype: x.dtype,
    shape: [],
    placement: "alone",
    reduces: true,
    lower: (emit, refs) => emit.node("L2Loss", refs, { attributes: { T: { type: x.dtype } } }),
    evaluate: ([v]) => {
      if (v === undefined) throw new RangeError("halfSquares")
      return scalar(v.data.reduce((sum, x) => sum + x * x, 0) / 2)
    },
    gradient: (g) => [mul(x, g)]
  })

/** Sum of equal shapes, in order, by one kernel: for hundreds of terms, which would be hundreds of additions to compile. */
export const addAll = (terms: ReadonlyArray<Tensor>): Tensor => {
  const [first, ...others] = terms
  if (first === undefined) throw new GraphInvalid("addAll", "nothing to add up")
  return others.length === 0
    ? first
    : make({
        op: "addAll",
        inputs: terms,
        dtype: first.dtype,
        shape: first.shape,
        placement: "alone",
        lower: (emit, refs) =>
          emit.node("AddN", refs, { attributes: { N: { int: refs.length }, T: { type: first.dtype } } }),
        evaluate: (values) => ({
          shape: values[0]?.shape ?? [],
          data: Float64Array.from(values[0]?.data ?? [], (_, i) =>
            values.reduce((sum, { data }) => sum + (data[i] ?? Number.NaN), 0)
          )
        }),
        gradient: (g) => terms.map(() => g)
      })
}

/** Sum of the squares of all elements of all tensors, a scalar. */
export const sumOfSquares = (...tensors: ReadonlyArray<Tensor>): Tensor =>
  mul(addAll(tensors.map(halfSquares)), 2)

/** Sums over the axes along which `shape` was broadcast to `x`. */
export const sumTo = (x: Tensor, shape: Shape): Tensor => {
  if (Dimension.same(x.shape, shape)) return x
  const lead = x.shape.length - shape.length
  const axes = x.shape.flatMap((dim, axis) =>
    axis < lead || (shape[axis - lead] === 1 && dim !== 1) ? [axis] : []
  )
  const total = axes.length === 0 ? x : sum(x, { axes, keep: true })
  return Dimension.same(total.shape, shape) ? total : reshape(total, shape)
}

/** Place of the largest along the last axis, the first of equals, as int32. */
export const argmax = (x: Tensor): Tensor =>
  make({
    op: "argmax",
    inputs: [x],
    dtype: "int32",
    shape: x.shape.slice(0, -1),
    placement: "alone",
    lower: (emit, [ref = ""]) =>
      emit.node("ArgMax", [ref, emit.constant("int32", [], [axisOf("argmax", x, -1)])], {
        attributes: { T: { type: x.dtype }, Tidx: { type: "int32" }, output_type: { type: "int32" } }
      }),
    evaluate: ([v]) => {
      if (v === undefined) throw new RangeError("argmax")
      const width = v.shape.at(-1) ?? 1
      return generate(v.shape.slice(0, -1), (where) => {
        const row = where.reduce((index, place, axis) => index * (v.shape[axis] ?? 1) + place, 0)
        const values = v.data.subarray(row * width, (row + 1) * width)
        return values.indexOf(Math.max(...values))
      })
    }
  })
