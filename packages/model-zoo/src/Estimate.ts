// What training a network takes, said before anything is built: arithmetic and memory from its symbolic program alone.
import { AdamW, Explain, parameterCount, type Precision, TrainingProgram } from "@inkstone/graph"
import type { AnyNetwork } from "./Network.ts"
import { natural, type StepSize } from "./objectives/Natural.ts"

export interface EstimateOptions {
  readonly precision: Precision
  /** as the training program's; true if left out */
  readonly clusters?: boolean
  readonly rematerialize?: boolean
  /** steps in parts: the gradients of a window stay beside those of a batch */
  readonly accumulation?: boolean
}

export interface Estimate {
  /** trainable numbers */
  readonly parameters: number
  /** of one step */
  readonly tokens: number
  /** floating-point operations of training for each token, forward and backward: products and all else */
  readonly flopsPerToken: number
  readonly weightBytes: number
  readonly optimizerBytes: number
  /** all at once: they are clipped together */
  readonly gradientBytes: number
  /** what the forward pass keeps for the backward pass, and what is in work */
  readonly activationBytes: number
  /** what the process holds at most, runtime and allocator included */
  readonly residentBytes: number
}

/** Node, libtensorflow and the compiler with its code: 440 to 510 MB before the first step, 0.2 GB more after it. */
const runtimeBytes = 700 * 2 ** 20
/** What the allocator holds above the tensors that live: see docs/performance.md for what was measured. */
const allocatorShare = 1.5

/** Memory and arithmetic of a step, as a function of its size; a network of 96 blocks takes two seconds, its sizes next to nothing. */
export const training = (network: AnyNetwork, options: EstimateOptions): ((step: StepSize) => Estimate) => {
  const { accumulation = false, clusters = true, precision, rematerialize = false } = options
  const { objective, sizes, tokens } = natural(network)
  const shared = { optimizer: AdamW.defaults, precision, clusters, rematerialize }
  const step = accumulation
    ? TrainingProgram.entriesOf(objective, { ...shared, accumulation }).accumulate
    : TrainingProgram.entriesOf(objective, shared).train
  const costOf = Explain.costs(step, { clusters })
  const parameters = parameterCount(network)
  const weightBytes = 4 * parameters
  return (size) => {
    const { elementFlops, memory, productFlops } = costOf(sizes(size))
    const count = tokens(size)
    // the slots are not touched while gradients are added up, but they are there
    const held = memory.peak + 2 * weightBytes - memory.state
    return {
      parameters,
      tokens: count,
      flopsPerToken: (productFlops + elementFlops) / count,
      weightBytes,
      optimizerBytes: 2 * weightBytes,
      gradientBytes: memory.gradients,
      activationBytes: memory.activations,
      residentBytes: Math.ceil(runtimeBytes + allocatorShare * held)
    }
  }
}
