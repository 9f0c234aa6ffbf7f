// What training a network takes, said before anything is built: arithmetic and memory from its symbolic program alone.
import {
  AdamW,
  Explain,
  type Optimizer,
  type Parameter,
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
  /** AdamW if left out */
  readonly optimizer?: Optimizer.Optimizer
  /** which parameters are trained, as the training program's; all if left out */
  readonly trained?: TrainingProgram.Trained
  /** whether an average of the weights that are trained is kept */
  readonly averaging?: boolean
}

export interface Estimate {
  /** trainable numbers */
  readonly parameters: number
  /** those of them that are trained */
  readonly trained: number
  /** of one step */
  readonly tokens: number
  /** floating-point operations of training for each token, forward and backward: products and all else */
  readonly flopsPerToken: number
  readonly weightBytes: number
  /** slots of the optimizer, and averages */
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

/** What an optimizer keeps of parameters. */
const slotBytes = (optimizer: Optimizer.Optimizer, parameters: ReadonlyArray<Parameter>): number =>
  optimizer
    .bind(parameters)
    .variables.filter((variable) => !("trainable" in variable))
    .reduce((sum, { shape }) => sum + 4 * shape.reduce<number>((n, size) => n * Number(size), 1), 0)

/** Operations of AdamW for each parameter; those of others are no more. */
const optimizerFlops = 15

/** Memory and arithmetic of a step, as a function of its size; a network of 96 blocks takes two seconds, its sizes next to nothing. */
export const training = (network: AnyNetwork, options: EstimateOptions): ((step: StepSize) => Estimate) => {
  const { accumulation = false, clusters = true, precision, rematerialize = false } = options
  const { averaging = false, optimizer = AdamW.make(), trained = () => true } = options
  const { objective, sizes, tokens } = natural(network)
  const shared = { optimizer, precision, clusters, rematerialize, trained }
  const step = accumulation
    ? TrainingProgram.entriesOf(objective, { ...shared, accumulation }).accumulate
    : untilClipped(TrainingProgram.entriesOf(objective, shared).train)
  const costOf = Explain.costs(step, { clusters })
  const parameters = parameterCount(network)
  const weightBytes = 4 * parameters
  const moving = network.parameters.filter(trained)
  const moved = parameterCount({ parameters: moving })
  const optimizerBytes = slotBytes(optimizer, moving) + (averaging ? 4 * moved : 0)
  return (size) => {
    const { elementFlops, largestProduct, memory, productFlops } = costOf(sizes(size))
    const count = tokens(size)
    // the slots wait for the optimizer
    const held = memory.peak + optimizerBytes
    const copies = copiedProducts[precision] * 4 * largestProduct
    return {
      parameters,
      trained: moved,
      tokens: count,
      flopsPerToken: (productFlops + elementFlops + optimizerFlops * moved) / count,
      weightBytes,
      optimizerBytes,
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
