// The largest of each row.
import * as Dimension from "../Dimension.ts"
import type { Dim } from "../Dimension.ts"
import { GraphInvalid } from "../errors.ts"
import { axisOf, make, type Tensor } from "../Tensor.ts"
import { generate, type Values } from "../Values.ts"
import { scatterRows } from "./GatherRows.ts"

/** Places of the largest of row `row`, the earlier first among equals. */
const ranked = (x: Values, row: number): ReadonlyArray<number> => {
  const width = x.shape.at(-1) ?? 1
  const values = x.data.subarray(row * width, (row + 1) * width)
  return [...values.keys()].toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
}

export interface TopK {
  /** `[..., k]`, from the largest down */
  readonly values: Tensor
  /** int32 `[..., k]`: where they stand along the last axis */
  readonly indices: Tensor
}

/** The `k` largest along the last axis of `x [..., S]`; of equals the earlier come first. */
export const topK = (x: Tensor, k: Dim): TopK => {
  const [S = 1] = x.shape.slice(axisOf("topK", x, -1))
  if (typeof k === "number" && (k < 1 || (typeof S === "number" && k > S)))
    throw new GraphInvalid("topK", `${x.name} ${Dimension.show(x.shape)} has no ${k} along its last axis`)
  const shape = [...x.shape.slice(0, -1), k]
  const pick = (v: Values, bindings: Dimension.Bindings, element: (row: number, place: number) => number) => {
    const count = Dimension.evaluate(k, bindings)
    const numbers = [...v.shape.slice(0, -1), count]
    let next = 0
    return generate(numbers, (where) => {
      const row = Math.floor(next++ / count)
      return element(row, ranked(v, row)[where.at(-1) ?? 0] ?? 0)
    })
  }
  const values: Tensor = make({
    op: "topK",
    inputs: [x],
    dtype: x.dtype,
    shape,
    placement: "alone",
    lower: (emit, [ref = ""]) =>
      emit.node("TopKV2", [ref, emit.dim(k)], {
        attributes: { T: { type: x.dtype }, sorted: { bool: true } }
      }),
    evaluate: ([v], bindings) => {
      if (v === undefined) throw new RangeError("topK")
      const width = v.shape.at(-1) ?? 1
      return pick(v, bindings, (row, place) => v.data[row * width + place] ?? Number.NaN)
    },
    gradient: (g) => [scatterRows(x, indices, g)]
  })
  const indices = make({
    op: "topKIndices",
    inputs: [values, x],
    dtype: "int32",
    shape,
    placement: "alone",
    // the second output of the node that holds the values
    lower: (_, [ref = ""]) => `${ref}:1`,
    evaluate: ([, v], bindings) => {
      if (v === undefined) throw new RangeError("topK")
      return pick(v, bindings, (_, place) => place)
    }
  })
  return { values, indices }
}
