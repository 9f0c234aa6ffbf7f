// Sums over all that came before.
import { axisOf, make, type Tensor } from "../Tensor.ts"
import { at, generate } from "../Values.ts"

export interface CumulativeOptions {
  readonly axis: number
  /** leaves out the place itself, so that the first sum is 0 */
  readonly exclusive?: boolean
  /** sums what comes after instead */
  readonly reverse?: boolean
}

/** At each place of the axis, the sum of all places up to it. */
export const cumulativeSum = (
  x: Tensor,
  { axis: given, exclusive = false, reverse = false }: CumulativeOptions
): Tensor => {
  const axis = axisOf("cumulativeSum", x, given)
  return make({
    op: "cumulativeSum",
    inputs: [x],
    dtype: x.dtype,
    shape: x.shape,
    placement: "alone",
    lower: (emit, [ref = ""]) =>
      emit.node("Cumsum", [ref, emit.constant("int32", [], [axis])], {
        attributes: {
          T: { type: x.dtype },
          Tidx: { type: "int32" },
          exclusive: { bool: exclusive },
          reverse: { bool: reverse }
        }
      }),
    evaluate: ([v]) => {
      if (v === undefined) throw new RangeError("cumulativeSum")
      const size = v.shape[axis] ?? 1
      return generate(v.shape, (where) => {
        const here = where[axis] ?? 0
        const [from, to] = reverse ? [exclusive ? here + 1 : here, size] : [0, exclusive ? here : here + 1]
        let sum = 0
        for (let place = from; place < to; place++) sum += at(v, where.with(axis, place))
        return x.dtype === "int32" ? sum | 0 : sum
      })
    },
    gradient: (g) => [cumulativeSum(g, { axis, exclusive, reverse: !reverse })]
  })
}
