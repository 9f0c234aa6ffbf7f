// What a run of an entry costs, as a function of its sizes: arithmetic, bytes moved, memory held.
import type { Bindings } from "./Dimension.ts"
import { type Memory, memoryOf } from "./Memory.ts"
import type { Entry } from "./Program.ts"
import { stepsOf } from "./Schedule.ts"
import { sizesOf } from "./Sizes.ts"
import type { Tensor } from "./Tensor.ts"
import { largestProduct, type Work, workOf } from "./Work.ts"

export interface Cost extends Work {
  /** numbers of the operands and the result of the largest product: what kernels that work on copies copy at once */
  readonly largestProduct: number
  readonly memory: Memory
}

export interface ExplainOptions {
  /** as in `Program.lower` */
  readonly clusters: boolean
}

/** What a run must compute. */
export const resultsOf = ({ outputs, updates = [] }: Entry): ReadonlyArray<Tensor> => [
  ...Object.values(outputs),
  ...updates.map(([, value]) => value)
]

/**
 * What a run of an entry costs, as a function of the sizes it is run with: the entry is looked through once, each size takes
 * a few milliseconds.
 */
export const costs = (entry: Entry, { clusters }: ExplainOptions): ((bindings: Bindings) => Cost) => {
  const steps = stepsOf(resultsOf(entry), { clusters })
  const program = {
    steps,
    outputs: Object.values(entry.outputs),
    updates: entry.updates ?? [],
    gradients: entry.gradients ?? []
  }
  return (bindings) => {
    const sizes = sizesOf(bindings)
    const works = steps.map((step) => workOf(step, sizes))
    const total = (part: keyof Work) => works.reduce((sum, work) => sum + work[part], 0)
    return {
      productFlops: total("productFlops"),
      elementFlops: total("elementFlops"),
      bytes: total("bytes"),
      largestProduct: largestProduct(steps, sizes),
      memory: memoryOf(program, sizes)
    }
  }
}
