// Dropout (Srivastava et al. 2014) whose mask is never kept: it is counted out again wherever it is needed.
import { isFloat } from "../DType.ts"
import { DtypeMismatch, GraphInvalid } from "../errors.ts"
import { standalone } from "../ops/Barrier.ts"
import { counted } from "../ops/Counter.ts"
import { mul } from "../ops/Elementwise.ts"
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

/** Where an element is kept, bool: a pure function of key and place. */
const kept = (x: Tensor, key: Tensor, rate: number): Tensor =>
  greaterEqual(counted(x.shape, key), Math.round(rate * 2 ** 32) - 2 ** 31)

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
