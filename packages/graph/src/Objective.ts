// What a network is trained for: what a step is given, and what each of its predictions costs. Programs know no more of a
// model than this.
import type { Input, Parameter } from "./Parameter.ts"
import type { Precision } from "./Precision.ts"
import type { Tensor } from "./Tensor.ts"

/** Values dropped at random in training (Srivastava et al. 2014). */
export interface Dropout {
  /** share of values that become 0 */
  readonly rate: number
  /** int32 [2]: of this step */
  readonly key: Tensor
}

/** How a network is to be run, whatever it is. */
export interface Run {
  readonly precision: Precision
  /** left out when nothing is dropped: evaluation, generation */
  readonly dropout?: Dropout
  /** Computes each block again in the backward pass instead of keeping what is inside of it. */
  readonly rematerialize?: boolean
}

/** Predictions of one kind. Their mean is a summand of the loss. */
export interface Term {
  /** what each prediction costs, float32 of any shape; nats where it is a likelihood */
  readonly values: Tensor
  /** as `values`: 1 for each that counts, 0 for padding */
  readonly weights: Tensor
  /** of the mean in the loss; 1 if left out */
  readonly factor?: number
}

export type Inputs = Readonly<Record<string, Input>>
export type Terms = Readonly<Record<string, Term>>
/** What a network says, by name: float32, int32 or bool. */
export type Predictions = Readonly<Record<string, Tensor>>

export interface Objective<I extends Inputs = Inputs, T extends Terms = Terms> {
  /** all that are trained, in the order of the family's checkpoints */
  readonly parameters: ReadonlyArray<Parameter>
  /** what every step is given; the first axis of each is `B` */
  readonly inputs: I
  /** The loss is the sum over terms of factor x sum(values x weights) / sum(weights). */
  readonly terms: (run: Run) => T
  /**
   * What the network says, without what it should have said: classes, numbers, places. Given the run that `terms` was given, it
   * should come from the same tensors (see `sharing`), so that the network is run once. Names are none of a term or of its weights.
   */
  readonly predictions?: (run: Run) => Predictions
}

/**
 * What terms and predictions of one run have in common, made once: `make` is called the first time that a run is seen.
 *
 *     const logits = sharing((run) => classify(network.hidden(tokens, run), run))
 */
export const sharing = <A>(make: (run: Run) => A): ((run: Run) => A) => {
  const made = new WeakMap<Run, { readonly value: A }>()
  return (run) => {
    const known = made.get(run) ?? { value: make(run) }
    made.set(run, known)
    return known.value
  }
}
