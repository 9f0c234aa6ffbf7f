// What to change about a training that does not fit into memory, each change tried before it is advised.
import * as Estimate from "./Estimate.ts"
import type { AnyNetwork } from "./Network.ts"
import type { StepSize } from "./objectives/Natural.ts"

/** A step that fits. */
export interface Change extends StepSize {
  readonly rematerialize: boolean
  /** the batch is a part of the step, whose gradients are added up */
  readonly accumulation: boolean
  readonly residentBytes: number
}

/** Whether even one token is too much: weights, slots and gradients alone. No program is built. */
export const hopeless = (parameters: number, memoryBytes: number): boolean => 16 * parameters > memoryBytes

const halves = (from: number, least: number): ReadonlyArray<number> => {
  const found = []
  for (let n = Math.floor(from / 2); n >= least; n = Math.floor(n / 2)) found.push(n)
  return found
}

/** Shorter texts than this teach little. */
const leastLength = 64

/** Changes after which a step fits: single ones, mildest first, or all together where no single one is enough; else none. */
export const changes = (
  network: AnyNetwork,
  options: Estimate.EstimateOptions,
  { step, memoryBytes }: { readonly step: StepSize; readonly memoryBytes: number }
): ReadonlyArray<Change> => {
  const { rematerialize = false } = options
  /** the first of some sizes that fits */
  const first = (
    changed: { readonly rematerialize: boolean; readonly accumulation: boolean },
    sizes: ReadonlyArray<StepSize>
  ): ReadonlyArray<Change> => {
    const estimate = Estimate.training(network, { ...options, ...changed })
    for (const size of sizes) {
      const { residentBytes } = estimate(size)
      if (residentBytes <= memoryBytes) return [{ ...size, ...changed, residentBytes }]
    }
    return []
  }
  const batches = halves(step.batch, 1).map((batch) => ({ ...step, batch }))
  const lengths = halves(step.length, leastLength).map((length) => ({ ...step, length }))
  const single = [
    ...(rematerialize ? [] : first({ rematerialize: true, accumulation: false }, [step])),
    ...(batches.length === 0 ? [] : first({ rematerialize, accumulation: true }, batches)),
    ...first({ rematerialize, accumulation: false }, lengths)
  ]
  if (single.length > 0) return single
  const all = { rematerialize: true, accumulation: step.batch > 1 }
  return first(all, [{ ...step, batch: 1 }, ...lengths.map(({ length }) => ({ batch: 1, length }))])
}
