// What training a network takes, said before anything is built: arithmetic and memory from its symbolic program alone.
import {
  AdamW,
  Explain,
  parameterCount,
  type Precision,
  type Program,
  TrainingProgram
} from "@inkstone/graph"
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

/** Node and libtensorflow (440 to 510 MB before the first step), the compiler with its code (230 MB). */
const runtimeBytes = 700 * 2 ** 20
/** What the process holds for each byte of tensors that live, as measured (README of graph): buffers that the allocator keeps. */
const heldShare = 1.25
/**
 * Where processors have no instructions for bfloat16, TensorFlow multiplies float32 copies of operands and results, and two
 * products of the backward pass run at once.
 */
const copiedProducts = { float32: 0, bfloat16: 2 } as const

/** Operations of AdamW for each parameter. */
const optimizerFlops = 15

/** Memory and arithmetic of a step, as a function of its size; a network of 96 blocks takes two seconds, its sizes next to nothing. */
export const training = (network: AnyNetwork, options: EstimateOptions): ((step: StepSize) => Estimate) => {
  const { accumulation = false, clusters = true, precision, rematerialize = false } = options
  const { objective, sizes, tokens } = natural(network)
  const shared = { optimizer: AdamW.defaults, precision, clusters, rematerialize }
  const step = accumulation
    ? TrainingProgram.entriesOf(objective, { ...shared, accumulation }).accumulate
    : untilClipped(TrainingProgram.entriesOf(objective, shared).train)
  const costOf = Explain.costs(step, { clusters })
  const parameters = parameterCount(network)
  const weightBytes = 4 * parameters
  return (size) => {
    const { elementFlops, largestProduct, memory, productFlops } = costOf(sizes(size))
    const count = tokens(size)
    // the slots wait for the optimizer
    const held = memory.peak + 2 * weightBytes
    const copies = copiedProducts[precision] * 4 * largestProduct
    return {
      parameters,
      tokens: count,
      flopsPerToken: (productFlops + elementFlops + optimizerFlops * parameters) / count,
      weightBytes,
      optimizerBytes: 2 * weightBytes,
      gradientBytes: memory.gradients,
      activationBytes: memory.activations,
      residentBytes: Math.ceil(runtimeBytes + heldShare * held + copies)
    }
  }
}

/**
 * A step as far as all gradients are there. The optimizer takes them where they are, with no memory of its own, and would be more
 * than half of the program to look through.
 */
const untilClipped = ({ gradients = [], inputs, outputs }: Program.Entry): Program.Entry => ({
  inputs,
  outputs: { ...outputs, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient])) },
  gradients
})
