// What stands on an encoder for a task.
import {
  add,
  geluErf,
  Initializer,
  type Parameter,
  parameter,
  reshape,
  type Run,
  slice,
  type Tensor
} from "@inkstone/graph"
import type { EncoderHeads } from "../Network.ts"
import { drop } from "./Drop.ts"
import * as Linear from "./Linear.ts"
import * as Norm from "./Norm.ts"

/** Parameters of a head, in the order of checkpoints, and what it says of hidden states. */
export interface EncoderHead {
  readonly parameters: ReadonlyArray<Parameter>
  readonly heads: EncoderHeads
}

/** The first place of each text, where `[CLS]` stands: `[B, T, C]` -> `[B, C]`. */
export const first = (hidden: Tensor): Tensor => {
  const [B = 1, , C = 1] = hidden.shape
  return reshape(slice(hidden, { axis: 1, from: 0, size: 1 }), [B, C])
}

/**
 * Tokens, `[..., C]` -> `[..., V]`: a layer, then the embedding of tokens `[V, C]` once more, with a bias of its own by that
 * name.
 */
export const vocabulary = (
  words: Parameter,
  {
    bias: name,
    dense,
    norm
  }: { readonly bias: string; readonly dense: Linear.Linear; readonly norm: Norm.Norm }
): EncoderHead => {
  const [V = 1] = words.shape
  const bias = parameter(name, [V], Initializer.zeros)
  return {
    parameters: [bias, ...Linear.parametersOf(dense), ...Norm.parametersOf(norm)],
    heads: {
      tokens: (hidden, { precision }) => {
        const x = Norm.apply(geluErf(Linear.apply(hidden, dense, precision)), norm) // [..., C]
        return add(Linear.product(x, words, { precision, stored: "out-in" }), bias) // [..., V]
      }
    }
  }
}

/** Numbers of a text, `[B, T, C]` -> `[B, n]`, and what makes them. */
interface Scores {
  readonly parameters: ReadonlyArray<Parameter>
  readonly says: (hidden: Tensor, run: Run) => Tensor
}

/** Classes of a text. */
export const labels = ({ parameters, says }: Scores): EncoderHead => ({ parameters, heads: { labels: says } })

/** One number of a text, of `[B, 1]`. */
export const value = ({ parameters, says }: Scores): EncoderHead => ({
  parameters,
  heads: {
    value: (hidden, run) => {
      const [B = 1] = hidden.shape
      return reshape(says(hidden, run), [B])
    }
  }
})

/** Classes of each token, `[B, T, C]` -> `[B, T, labels]`. */
export const tags = (
  name: string,
  { channels, labels }: { readonly channels: number; readonly labels: number }
): EncoderHead => {
  const dense = Linear.linear(name, { in: channels, out: labels })
  return {
    parameters: Linear.parametersOf(dense),
    heads: { tags: (hidden, run) => Linear.apply(drop(hidden, name, run), dense, run.precision) }
  }
}

/** Begin and end of an answer, `[B, T, C]` -> `[B, T, 2]`. */
export const span = (
  name: string,
  channels: number,
  before: (hidden: Tensor, run: Run) => Tensor = (hidden) => hidden
): EncoderHead => {
  const dense = Linear.linear(name, { in: channels, out: 2 })
  return {
    parameters: Linear.parametersOf(dense),
    heads: { span: (hidden, run) => Linear.apply(before(hidden, run), dense, run.precision) }
  }
}
