// Operations that move numbers without changing them.
import * as Dimension from "../Dimension.ts"
import type { Dim, Shape } from "../Dimension.ts"
import { DtypeMismatch, GraphInvalid, ShapeMismatch } from "../errors.ts"
import { axisOf, make, type Tensor } from "../Tensor.ts"
import { at, generate, type Values } from "../Values.ts"

const only = (values: ReadonlyArray<Values>): Values => {
  const [first] = values
  if (first === undefined) throw new RangeError("one input")
  return first
}

/** The same numbers in order under another shape of as many elements. */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  if (Dimension.size(x.shape) !== Dimension.size(shape))
    throw new ShapeMismatch(
      "reshape",
      [
        { name: x.name, shape: Dimension.show(x.shape) },
        { name: "to", shape: Dimension.show(shape) }
      ],
      `${Dimension.size(x.shape)} elements are not ${Dimension.size(shape)}`
    )
  if (Dimension.same(x.shape, shape)) return x
  // one unknown size can be left to TensorFlow, which saves computing it
  const symbolic = shape.filter((dim) => typeof dim === "string").length
  const target = symbolic === 1 ? shape.map((dim) => (typeof dim === "string" ? -1 : dim)) : shape
  return make({
    op: "reshape",
    inputs: [x],
    dtype: x.dtype,
    shape,
    placement: "fused",
    lower: (emit, [ref = ""]) =>
      emit.node("Reshape", [ref, emit.shape(target)], {
        attributes: { T: { type: x.dtype }, Tshape: { type: "int32" } }
      }),
    evaluate: (values, bindings) => ({
      shape: shape.map((dim) => Dimension.evaluate(dim, bindings)),
      data: only(values).data
    }),
    gradient: (g) => [reshape(g, x.shape)]
  })
}

/** Axis `i` of the result is axis `order[i]` of `x`. */
export const transpose = (x: Tensor, order: ReadonlyArray<number>): Tensor => {
  if (order.toSorted((a, b) => a - b).join() !== x.shape.map((_, axis) => axis).join())
    throw new GraphInvalid(
      "transpose",
      `[${order.join()}] is no order of the axes of ${x.name} ${Dimension.show(x.shape)}`
    )
  return make({
    op: "transpose",
    inputs: [x],
    dtype: x.dtype,
    shape: order.map((axis) => x.shape[axis] ?? 1),
    placement: "fused",
    lower: (emit, [ref = ""]) =>
      emit.node("Transpose", [ref, emit.constant("int32", [order.length], order)], {
        attributes: { T: { type: x.dtype }, Tperm: { type: "int32" } }
      }),
    evaluate: (values) => {
      const v = only(values)
      return generate(
        order.map((axis) => v.shape[axis] ?? 1),
        (where) =>
          at(
            v,
            v.shape.map((_, axis) => where[order.indexOf(axis)] ?? 0)
          )
      )
    },
    gradient: (g) => [
      transpose(
        g,
        order.map((_, axis) => order.indexOf(axis))
      )
    ]
  })
}

/** Repeats axes of size 1, and adds leading axes, up to the shape. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => {
  if (Dimension.same(x.shape, shape)) return x
  const lead = shape.length - x.shape.length
  if (lead < 0 || x.shape.some((dim, axis) => dim !== 1 && dim !== shape[axis + lead]))
    throw new ShapeMismatch(
      "broadcastTo",
      [
        { name: x.name, shape: Dimension.show(x.shape) },
        { name: "to", shape: Dimension.show(shape) }
      ],
      "sizes must be equal or 1, counted from the last axis"
    )
  return make({
    op: "broadcastTo",
    inputs: [x],
    dtype: x.dtype,
    shape,
    placement: "fused",
    lower: (emit, [ref = ""]) =>
      emit.node("BroadcastTo", [ref, emit.shape(shape)], {
        attributes: { T: { type: x.dtype }, Tidx: { type: "int32" } }
      }),
    evaluate: (values, bindings) =>
      generate(
        shape.map((dim) => Dimension.evaluate(dim, bindings)),
        (where) => at(only(values), where)
      ),
    gradient: (g) => [g]
  })
}

/** Each place of an axis several times, next to one another: heads of keys that several heads of queries share. */
export const repeat = (
  x: Tensor,
  { axis: given, times }: { readonly axis: number; readonly times: number }
) => {
  const axis = axisOf("repeat", x, given)
  const [before, size = 1, after] = [x.shape.slice(0, axis), x.shape[axis], x.shape.slice(axis + 1)]
  const spread = broadcastTo(reshape(x, [...before, size, 1, ...after]), [...before, size, times, ...after])
  return times === 1 ? x : reshape(spread, [...before, Dimension.times(size, times), ...after])
}

export interface SliceOptions {
  readonly axis: number
  /** first place that is kept */
  readonly from: Dim
  /** places kept */
  readonly size: Dim
}

/** A run of places along one axis. */
export const slice = (x: Tensor, { axis: given, from, size }: SliceOptions): Tensor => {
  const axis = axisOf("slice", x, given)
  const whole = x.shape[axis] ?? 1
  const known = [whole, from, size].every((dim) => typeof dim === "number")
  if (known && (Number(from) < 0 || Number(from) + Number(size) > Number(whole)))
    throw new GraphInvalid(
      "slice",
      `${x.name} ${Dimension.show(x.shape)} has no places ${from} to ${Dimension.plus(from, size)} along axis ${axis}`
    )
  if (from === 0 && size === whole) return x
  const shape = x.shape.map((dim, i) => (i === axis ? size : dim))
  const begin: Shape = x.shape.map((_, i) => (i === axis ? from : 0))
  return make({
    op: "slice",
    inputs: [x],
    dtype: x.dtype,
    shape,
    placement: "fused",
    lower: (emit, [ref = ""]) => {
      const sizes = shape.map((dim, i) => (i === axis ? dim : -1))
      return emit.node("Slice", [ref, emit.shape(begin), emit.shape(sizes)], {
        attributes: { T: { type: x.dtype }, Index: { type: "int32" } }
      })
    },
    evaluate: (values, bindings) => {
      const start = Dimension.evaluate(from, bindings)
      return generate(
        shape.map((dim) => Dimension.evaluate(dim, bindings)),
        (where) =>
          at(
            only(values),
            where.map((place, i) => (i === axis ? place + start : place))
          )
      )
    },
    gradient: (g) => [
      pad(g, { axis, before: from, after: Dimension.minus(Dimension.minus(whole, from), size) })
    ]
  })
}

/** Equal parts along an axis. */
export const split = (x: Tensor, parts: number, axis: number): ReadonlyArray<Tensor> => {
  const whole = x.shape[axisOf("split", x, axis)]
  if (typeof whole !== "number" || whole % parts !== 0)
    throw new GraphInvalid(
      "split",
      `${x.name} ${Dimension.show(x.shape)} has no ${parts} equal parts along axis ${axis}`
    )
  const size = whole / parts
  return Array.from({ length: parts }, (_, part) => slice(x, { axis, from: part * size, size }))
}

export interface PadOptions {
  readonly axis: number
  readonly before: Dim
  readonly after: Dim
}

/** Zeros before and after along one axis. */
export const pad = (x: Tensor, { axis: given, before, after }: PadOptions): Tensor => {
  const axis = axisOf("pad", x, given)
  const inner = x.shape[axis] ?? 1
  if (before === 0 && after === 0) return x
  const shape = x.shape.map((dim, i) =>
    i === axis ? Dimension.plus(Dimension.plus(before, dim), after) : dim
  )
  return make({
    op: "pad",
    inputs: [x],
    dtype: x.dtype,
    shape,
    placement: "fused",
    lower: (emit, [ref = ""]) => {
      const flat: Shape = x.shape.flatMap((_, i) => (i === axis ? [before, after] : [0, 0]))
      const paddings = emit.node(
        "Reshape",
        [emit.shape(flat), emit.constant("int32", [2], [x.shape.length, 2])],
        { attributes: { T: { type: "int32" }, Tshape: { type: "int32" } } }
      )
      return emit.node("Pad", [ref, paddings], {
        attributes: { T: { type: x.dtype }, Tpaddings: { type: "int32" } }
      })
    },
    evaluate: (values, bindings) => {
      const start = Dimension.evaluate(before, bindings)
      const end = start + Dimension.evaluate(inner, bindings)
      return generate(
        shape.map((dim) => Dimension.evaluate(dim, bindings)),
        (where) => {
          const place = where[axis] ?? 0
          if (place < start || place >= end) return 0
          return at(
            only(values),
            where.map((p, i) => (i === axis ? p - start : p))
          )
        }
      )
    },
    gradient: (g) => [slice(g, { axis, from: before, size: inner })]
  })
}

/** Tensors one after another along an axis. */
export const concat = (parts: ReadonlyArray<Tensor>, along: number): Tensor => {
  const [first, ...others] = parts
  if (first === undefined) throw new GraphInvalid("concat", "nothing to concatenate")
  if (others.length === 0) return first
  const axis = axisOf("concat", first, along)
  for (const part of others) {
    if (part.dtype !== first.dtype)
      throw new DtypeMismatch(
        "concat",
        `${first.name} is ${first.dtype}, ${part.name} is ${part.dtype}: cast one`
      )
    if (
      part.shape.length !== first.shape.length ||
      part.shape.some((dim, i) => i !== axis && dim !== first.shape[i])
    )
      throw new ShapeMismatch(
        "concat",
        [first, part].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
        `sizes must be equal but for axis ${axis}`
      )
  }
  const ends = parts.map((_, i) =>
    parts.slice(0, i + 1).reduce<Dim>((sum, part) => Dimension.plus(sum, part.shape[axis] ?? 1), 0)
  )
  const shape = first.shape.map((dim, i) => (i === axis ? (ends.at(-1) ?? dim) : dim))
  return make({
    op: "concat",
    inputs: parts,
    dtype: first.dtype,
    shape,
    placement: "fused",
    lower: (emit, refs) =>
      emit.node("ConcatV2", [...refs, emit.constant("int32", [], [axis])], {
        attributes: { T: { type: first.dtype }, N: { int: parts.length }, Tidx: { type: "int32" } }
      }),
    evaluate: (values, bindings) =>
      generate(
        shape.map((dim) => Dimension.evaluate(dim, bindings)),
        (where) => {
          let place = where[axis] ?? 0
          for (const v of values) {
            const size = v.shape[axis] ?? 0
            if (place < size) {
              const inside = place
              return at(
                v,
                where.map((p, i) => (i === axis ? inside : p))
              )
            }
            place -= size
          }
          return Number.NaN
        }
      ),
    gradient: (g) =>
      parts.map((part, i) =>
        slice(g, { axis, from: i === 0 ? 0 : (ends[i - 1] ?? 0), size: part.shape[axis] ?? 1 })
      )
  })
}
