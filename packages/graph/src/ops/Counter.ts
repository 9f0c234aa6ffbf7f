// Random bits by counting: a pure function of a key and the place of an element, so that nothing has to be kept or passed on.
import * as Dimension from "../Dimension.ts"
import type { Shape } from "../Dimension.ts"
import { bitAnd, bitXor, shiftRight } from "./Bits.ts"
import { range, sizeOf } from "./Constant.ts"
import { add, mul } from "./Elementwise.ts"
import { reshape, slice } from "./Layout.ts"
import type { Tensor } from "../Tensor.ts"

// odd constants whose products mix well: Fibonacci hashing (Knuth) and lowbias32 (Wellons, hash-prospector)
const golden = 0x9e3779b1 | 0
const [firstFactor, secondFactor] = [0x7feb352d, 0x846ca68b | 0]

/** Brings high bits down to where the low ones are. */
export const folded = (x: Tensor, places: number): Tensor => bitXor(x, shiftRight(x, places))

/** A number that depends on every bit of x. */
const mixed = (x: Tensor): Tensor =>
  folded(mul(folded(mul(folded(x, 16), firstFactor), 15), secondFactor), 16)

/**
 * `from` and the numbers after it, in order over the shape; wraps around at 2^32. Rows are joined with nothing that TensorFlow
 * knows in advance: it would compute all of this beforehand, as a constant as large as the shape.
 */
const countedFrom = (from: Tensor, shape: Shape): Tensor => {
  const lead = shape.slice(0, -1)
  const [last = 1] = shape.slice(-1)
  if (shape.length === 0) return from
  const row = reshape(range(Dimension.size(lead)), [...lead, 1]) // [..., 1]
  const start = bitXor(mul(row, sizeOf(last, "int32")), bitAnd(from, 0)) // [..., 1]
  return add(add(start, range(last)), from) // [...]
}

/**
 * An int32 for each place, the same for the same key (int32 `[2]`), place and number of elements. Two words from the key go
 * into two rounds of multiplying and folding; the high bits depend on all others, the low ones do not before they are
 * `folded` once more.
 */
export const counted = (shape: Shape, key: Tensor): Tensor => {
  const half = (from: number) => reshape(slice(key, { axis: 0, from, size: 1 }), [])
  const [high, low] = [half(0), half(1)]
  const before = mixed(bitXor(high, mixed(add(low, golden))))
  const between = mixed(add(bitXor(before, low), secondFactor))
  const first = add(folded(mul(countedFrom(before, shape), golden), 15), between)
  return mul(folded(mul(first, firstFactor), 15), secondFactor)
}
