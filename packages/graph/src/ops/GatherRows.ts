// Rows picked by number out of each of many tables.
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch, ShapeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"
import { at, generate } from "../Values.ts"
import { full, range, sizeOf } from "./Constant.ts"
import { add, mul } from "./Elementwise.ts"
import { scatterAdd } from "./Gather.ts"
import { reshape } from "./Layout.ts"

/**
 * `tables [...lead, S, ...rest]`, `indices [...lead, N]` int32 -> `[...lead, N, ...rest]`: for each place of the leading axes,
 * the rows of its own table. Positions of a batch are picked so: `[B, T, C]` by `[B, N]` gives `[B, N, C]`. An index outside
 * fails when it runs.
 */
export const gatherRows = (tables: Tensor, indices: Tensor): Tensor => {
  if (indices.dtype !== "int32")
    throw new DtypeMismatch("gatherRows", `${indices.name} is ${indices.dtype}, not int32`)
  const depth = indices.shape.length - 1
  const lead = indices.shape.slice(0, -1)
  if (depth < 0 || tables.shape.length <= depth || !Dimension.same(tables.shape.slice(0, depth), lead))
    throw new ShapeMismatch(
      "gatherRows",
      [tables, indices].map(({ name, shape }) => ({ name, shape: Dimension.show(shape) })),
      `all axes of ${indices.name} but its last must be the first ones of ${tables.name}`
    )
  const [N = 1] = indices.shape.slice(-1)
  const rest = tables.shape.slice(depth + 1)
  return make({
    op: "gatherRows",
    inputs: [tables, indices],
    dtype: tables.dtype,
    shape: [...lead, N, ...rest],
    placement: "alone",
    lower: (emit, [t = "", i = ""]) =>
      emit.node("GatherV2", [t, i, emit.constant("int32", [], [depth])], {
        attributes: {
          Tparams: { type: tables.dtype },
          Tindices: { type: "int32" },
          Taxis: { type: "int32" },
          batch_dims: { int: depth }
        }
      }),
    evaluate: ([t, i]) => {
      if (t === undefined || i === undefined) throw new RangeError("gatherRows")
      return generate([...i.shape, ...t.shape.slice(depth + 1)], (where) =>
        at(t, [...where.slice(0, depth), at(i, where.slice(0, depth + 1)), ...where.slice(depth + 1)])
      )
    },
    gradient: (g) => [scatterRows(tables, indices, g), undefined]
  })
}

/**
 * Zeros like `tables [...lead, S, ...rest]` with `rows [...lead, N, ...rest]` added where `indices [...lead, N]` say: the
 * way back of `gatherRows`.
 */
export const scatterRows = (tables: Tensor, indices: Tensor, rows: Tensor): Tensor => {
  const depth = indices.shape.length - 1
  const [N = 1] = indices.shape.slice(-1)
  const [S = 1, ...rest] = tables.shape.slice(depth)
  // the tables one below the other, and indices into all of them
  const count = Dimension.size(indices.shape.slice(0, -1))
  const flat = Dimension.times(count, N)
  const first = mul(reshape(range(count), [count, 1]), sizeOf(S, "int32")) // [count, 1]
  const into = reshape(add(reshape(indices, [count, N]), first), [flat])
  const onto = full([Dimension.times(count, S), ...rest], 0, rows.dtype)
  return reshape(scatterAdd(onto, into, reshape(rows, [flat, ...rest])), tables.shape)
}
