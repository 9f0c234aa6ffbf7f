// Rows picked by number, and sums into rows: embeddings and their gradients.
import * as Dimension from "../Dimension.ts"
import type { Dim } from "../Dimension.ts"
import type { DType } from "../DType.ts"
import { DtypeMismatch, ShapeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"
import { at, count, generate } from "../Values.ts"
import { full, range } from "./Constant.ts"
import { cast } from "./Elementwise.ts"
import { reshape } from "./Layout.ts"
import { equal } from "./Logic.ts"

/** `table [V, ...rest]`, `indices [...lead]` int32 -> `[...lead, ...rest]`. An index outside fails when it runs. */
export const gather = (table: Tensor, indices: Tensor): Tensor => {
  if (indices.dtype !== "int32")
    throw new DtypeMismatch("gather", `${indices.name} is ${indices.dtype}, not int32`)
  const rest = table.shape.slice(1)
  const flat = Dimension.size(indices.shape)
  return make({
    op: "gather",
    inputs: [table, indices],
    dtype: table.dtype,
    shape: [...indices.shape, ...rest],
    placement: "alone",
    lower: (emit, [t = "", i = ""]) =>
      emit.node("GatherV2", [t, i, emit.constant("int32", [], [0])], {
        attributes: {
          Tparams: { type: table.dtype },
          Tindices: { type: "int32" },
          Taxis: { type: "int32" },
          batch_dims: { int: 0 }
        }
      }),
    evaluate: ([t, i]) => {
      if (t === undefined || i === undefined) throw new RangeError("gather")
      return generate([...i.shape, ...t.shape.slice(1)], (where) =>
        at(t, [at(i, where.slice(0, i.shape.length)), ...where.slice(i.shape.length)])
      )
    },
    gradient: (g) => [
      scatterAdd(full(table.shape, 0, table.dtype), reshape(indices, [flat]), reshape(g, [flat, ...rest])),
      undefined
    ]
  })
}

/** `base [V, ...rest]` with each of `rows [N, ...rest]` added to the row `indices [N]` names. */
export const scatterAdd = (base: Tensor, indices: Tensor, rows: Tensor): Tensor => {
  const rest = base.shape.slice(1)
  if (indices.shape.length !== 1 || !Dimension.same([...indices.shape, ...rest], rows.shape))
    throw new ShapeMismatch(
      "scatterAdd",
      [base, indices, rows].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      `rows must be ${Dimension.show([...indices.shape, ...rest])}, with one axis of indices`
    )
  const [flat = 1] = indices.shape
  if (indices.dtype !== "int32" || rows.dtype !== base.dtype)
    throw new DtypeMismatch(
      "scatterAdd",
      `${indices.name} is ${indices.dtype}, not int32, or ${rows.name} is ${rows.dtype}, not ${base.dtype}`
    )
  return make({
    op: "scatterAdd",
    inputs: [base, indices, rows],
    dtype: base.dtype,
    shape: base.shape,
    placement: "alone",
    lower: (emit, [b = "", i = "", r = ""]) => {
      const column = emit.node("Reshape", [i, emit.constant("int32", [2], [-1, 1])], {
        attributes: { T: { type: "int32" }, Tshape: { type: "int32" } }
      })
      return emit.node("TensorScatterAdd", [b, column, r], {
        attributes: { T: { type: base.dtype }, Tindices: { type: "int32" } }
      })
    },
    evaluate: ([b, i, r]) => {
      if (b === undefined || i === undefined || r === undefined) throw new RangeError("scatterAdd")
      const width = count(b.shape.slice(1))
      const data = Float64Array.from(b.data)
      for (let n = 0; n < i.data.length; n++)
        for (let c = 0; c < width; c++) {
          const to = (i.data[n] ?? 0) * width + c
          data[to] = (data[to] ?? 0) + (r.data[n * width + c] ?? 0)
        }
      return { shape: b.shape, data }
    },
    gradient: (g) => [g, undefined, gather(g, reshape(indices, [flat]))],
    onto: (other) => scatterAdd(other, indices, rows)
  })
}

/** 1 where the last axis stands at the index, else 0: `indices [...]` int32 -> `[..., depth]`. None for an index outside. */
export const oneHot = (indices: Tensor, depth: Dim, dtype: DType = "float32"): Tensor => {
  if (indices.dtype !== "int32")
    throw new DtypeMismatch("oneHot", `${indices.name} is ${indices.dtype}, not int32`)
  return cast(equal(reshape(indices, [...indices.shape, 1]), range(depth)), dtype)
}
