// Question answering: where in a text the answer begins and where it ends (Devlin et al. 2018, fine-tuning on SQuAD).
import {
  crossEntropy,
  GraphInvalid,
  input,
  type Objective,
  reshape,
  type Run,
  slice,
  type Tensor
} from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T], question and text, `mask` bool [B, T], `segments` int32 [B, T] (0 for the question, 1 for the
 * text), `begins` and `ends` int32 [B], the first and the last place of the answer, and `weights` float32 [B] (0 where there is
 * no answer in the row). Values: `begin` and `end`, nats [B]; the loss is the mean of both.
 *
 * @throws GraphInvalid if the network's config asks for another head
 */
export const questionAnswering = (network: EncoderNetwork) => {
  const answer = network.heads.span
  if (answer === undefined)
    throw new GraphInvalid(
      "questionAnswering",
      "the network has no head for answers: its config needs head question-answering"
    )
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    segments: input("segments", "int32", ["B", "T"]),
    begins: input("begins", "int32", ["B"]),
    ends: input("ends", "int32", ["B"]),
    weights: input("weights", "float32", ["B"])
  }
  const terms = (run: Run) => {
    const { begins, ends, mask, segments, tokens, weights } = inputs
    const span = answer(network.hidden(tokens, { ...run, mask, segments }), run) // [B, T, 2]
    return {
      begin: { values: crossEntropy(side(span, 0), begins), weights, factor: 0.5 },
      end: { values: crossEntropy(side(span, 1), ends), weights, factor: 0.5 }
    }
  }
  return { parameters: network.parameters, inputs, terms } satisfies Objective
}

/** `[B, T, 2]` -> `[B, T]`. */
const side = (span: Tensor, which: number): Tensor => {
  const [B = 1, T = 1] = span.shape
  return reshape(slice(span, { axis: 2, from: which, size: 1 }), [B, T])
}
