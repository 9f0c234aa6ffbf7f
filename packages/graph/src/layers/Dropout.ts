// Dropout (Srivastava et al. 2014) whose mask is never kept: it is counted out again wherever it is needed.
import * as Dimension from "../Dimension.ts"
import { isFloat } from "../DType.ts"
import { DtypeMismatch, GraphInvalid } from "../errors.ts"
import { standalone } from "../ops/Barrier.ts"
import { bitXor, shiftRight } from "../ops/Bits.ts"
import { range, sizeOf } from "../ops/Constant.ts"
import { add, mul } from "../ops/Elementwise.ts"
import { reshape, slice } from "../ops/Layout.ts"
import { greaterEqual, where } from "../ops/Logic.ts"
import { keyFor } from "../ops/Random.ts"
import { type Tensor, withGradient } from "../Tensor.ts"

export interface DropoutOptions {
  /** chance of each element to become 0, at least 0 and below 1; 0 changes nothing */
  readonly rate: number
  /** int32 [2]: of the run and the step */
  readonly key: Tensor
  /** of the place in the network: every place draws for itself */
  readonly name: string
}

// odd constants whose products mix well: Fibonacci hashing (Knuth) and lowbias32 (Wellons, hash-prospector)
const golden = 0x9e3779b1 | 0
const [firstFactor, secondFactor] = [0x7feb352d, 0x846ca68b | 0]

const folded = (x: Tensor, places: number): Tensor => bitXor(x, shiftRight(x, places))

/** A number that depends on every bit of x. */
const mixed = (x: Tensor): Tensor =>
  folded(mul(folded(mul(folded(x, 16), firstFactor), 15), secondFactor), 16)

/** 0, 1, 2, ... in order over the shape; wraps around beyond 2^32 elements. */
const places = (x: Tensor): Tensor => {
  const lead = x.shape.slice(0, -1)
  const [last = 1] = x.shape.slice(-1)
  const row = reshape(range(Dimension.size(lead)), [...lead, ...x.shape.slice(-1).map(() => 1)]) // [..., 1]
  return x.shape.length === 0 ? row : add(mul(row, sizeOf(last, "int32")), range(last)) // [...]
}

/**
 * Where an element is kept, bool: a pure function of key and place. Two words from the key go into two rounds of
 * multiplying and folding; the high bits, which depend on all others, are compared with the rate.
 */
const kept = (x: Tensor, key: Tensor, rate: number): Tensor => {
  const [high, low] = [0, 1].map((from) => reshape(slice(key, { axis: 0, from, size: 1 }), []))
  if (high === undefined || low === undefined) throw new GraphInvalid("dropout", "the key has no halves")
  const before = mixed(bitXor(high, mixed(add(low, golden))))
  const between = mixed(add(bitXor(before, low), secondFactor))
  const first = add(folded(mul(add(places(x), before), golden), 15), between)
  const second = mul(folded(mul(first, firstFactor), 15), secondFactor)
  return greaterEqual(second, Math.round(rate * 2 ** 32) - 2 ** 31)
}

/**
 * `x` with each element 0 by chance, else divided by `1 - rate`, so that the expected value stays. The same key, name and
 * shape give the same elements, compiled or not. Nothing is kept for the backward pass.
 *
 * @throws GraphInvalid for a rate outside of [0, 1)
 */
export const dropout = (x: Tensor, { key, name, rate }: DropoutOptions): Tensor => {
  if (!(rate >= 0 && rate < 1))
    throw new GraphInvalid("dropout", `${name}: the rate ${rate} is not in [0, 1)`)
  if (!isFloat(x.dtype)) throw new DtypeMismatch("dropout", `${x.name} is ${x.dtype}, not a float`)
  if (rate === 0) return x
  // alone, so that equal places of all layers are one compiled function of their key
  const own = standalone(keyFor(key, name)) // [2]
  const drop = (y: Tensor) => where(kept(x, own, rate), mul(y, 1 / (1 - rate)), 0)
  return withGradient(drop(x), [x], (g) => [drop(g)])
}
