// What a step costs: floating-point operations and bytes over the memory bus.
import type { Step } from "./Schedule.ts"
import type { Sizes } from "./Sizes.ts"
import { origin, type Tensor } from "./Tensor.ts"

export interface Work {
  /** of matrix products: 2 M N K each */
  readonly productFlops: number
  /** of everything else: one for each number made by arithmetic, or for each number summed */
  readonly elementFlops: number
  /** read and written, each tensor once a step; what stays inside of a compiled step costs nothing */
  readonly bytes: number
}

/** Operations that only move numbers, or make them of nothing. */
const moves: ReadonlySet<string> = new Set([
  "reshape",
  "transpose",
  "broadcastTo",
  "slice",
  "pad",
  "concat",
  "gather",
  "gatherRows",
  "cast",
  "standalone",
  "constant",
  "full",
  "sizeOf",
  "range",
  "vector"
])

/** `2 M N K` for each pair of matrices. */
const productFlops = (tensor: Tensor, sizes: Sizes): number => {
  const [a, b] = tensor.inputs
  if (a === undefined || b === undefined) return 0
  const out = sizes.elements(tensor)
  const [M = 1, N = 1] = tensor.shape.slice(-2).map(sizes.dim)
  // a side with all leading axes has M K or K N numbers for each pair of matrices
  const K =
    a.shape.length === tensor.shape.length ? (sizes.elements(a) * N) / out : (sizes.elements(b) * M) / out
  return out === 0 ? 0 : 2 * out * K
}

/** Numbers of the operands and the result of the largest product among the steps. */
export const largestProduct = (steps: ReadonlyArray<Step>, sizes: Sizes): number =>
  steps
    .flatMap(({ members }) => members.filter(({ op }) => op === "matmul"))
    .reduce((most, product) => Math.max(most, total([product, ...product.inputs], sizes.elements)), 0)

const elementFlops = (tensor: Tensor, sizes: Sizes): number => {
  if (moves.has(tensor.op)) return 0
  const [first] = tensor.inputs
  if (tensor.op === "scatterAdd")
    return tensor.inputs.slice(2).reduce((sum, rows) => sum + sizes.elements(rows), 0)
  return tensor.reduces === true && first !== undefined ? sizes.elements(first) : sizes.elements(tensor)
}

/** Rows are picked out of a table: the rest of it is not read. */
const picks = ({ members: [only] }: Step, taken: Tensor): boolean =>
  only !== undefined && only.op.startsWith("gather") && only.inputs.map(origin)[0] === taken

const renames: ReadonlySet<string> = new Set(["reshape", "standalone", "after"])

/** What only carries the same bytes under another name. */
export const carries = ({ compiled, members: [only] }: Step): boolean =>
  !compiled && only !== undefined && renames.has(only.op)

const total = (tensors: ReadonlyArray<Tensor>, of: (tensor: Tensor) => number): number =>
  tensors.reduce((sum, tensor) => sum + of(tensor), 0)

export const workOf = (step: Step, sizes: Sizes): Work => {
  const products = step.members.filter(({ op }) => op === "matmul")
  const others = step.members.filter(({ op }) => op !== "matmul")
  const read = total(step.takes, (tensor) =>
    picks(step, tensor) ? total(step.gives, sizes.bytes) : sizes.bytes(tensor)
  )
  return {
    productFlops: total(products, (tensor) => productFlops(tensor, sizes)),
    elementFlops: total(others, (tensor) => elementFlops(tensor, sizes)),
    bytes: carries(step) ? 0 : read + total(step.gives, sizes.bytes)
  }
}
