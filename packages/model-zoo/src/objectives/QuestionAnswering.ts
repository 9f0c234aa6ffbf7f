// Question answering: where in a text the answer begins and where it ends (Devlin et al. 2018, fine-tuning on SQuAD).
import {
  add,
  argmax,
  crossEntropy,
  equal,
  GraphInvalid,
  input,
  lessEqual,
  max,
  type Objective,
  range,
  reshape,
  type Run,
  sharing,
  slice,
  sub,
  type Tensor,
  where
} from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T], question and text, `mask` bool [B, T], `segments` int32 [B, T] (0 for the question, 1 for the
 * text), `begins` and `ends` int32 [B], the first and the last place of the answer, and `weights` float32 [B] (0 where there is
 * no answer in the row). Values: `begin` and `end`, nats [B]; the loss is the mean of both. Predictions: `beginAt` and `endAt` int32
 * [B], the likeliest pair of places of the text that stand in this order.
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
  const sides = sharing((run) => {
    const { mask, segments, tokens } = inputs
    const span = answer(network.hidden(tokens, { ...run, mask, segments }), run) // [B, T, 2]
    return { begin: side(span, 0), end: side(span, 1) } // [B, T]
  })
  const terms = (run: Run) => {
    const { begins, ends, weights } = inputs
    const { begin, end } = sides(run)
    return {
      begin: { values: crossEntropy(begin, begins), weights, factor: 0.5 },
      end: { values: crossEntropy(end, ends), weights, factor: 0.5 }
    }
  }
  const predictions = (run: Run) => {
    const { begin, end } = sides(run)
    return likeliest(withinText(begin, inputs), withinText(end, inputs))
  }
  return { parameters: network.parameters, inputs, terms, predictions } satisfies Objective
}

/** Scores `[B, T]` that no place of the question reaches unless there is no text, and no padding at all. */
const withinText = (
  scores: Tensor,
  { mask, segments }: { readonly mask: Tensor; readonly segments: Tensor }
): Tensor => where(mask, where(equal(segments, 1), scores, sub(scores, 1e4)), -1e9)

/** The pair with the largest sum among those where the end is not before the begin. */
const likeliest = (begin: Tensor, end: Tensor) => {
  const [B = 1, T = 1] = begin.shape
  const places = range(T)
  const later = lessEqual(reshape(places, [T, 1]), places) // [T, T]: begin, end
  const best = max(where(later, reshape(end, [B, 1, T]), -1e9), { axes: [2] }) // [B, T]: of the ends from here on
  const beginAt = argmax(add(begin, best)) // [B]
  const after = lessEqual(reshape(beginAt, [B, 1]), places) // [B, T]
  return { beginAt, endAt: argmax(where(after, end, -1e9)) }
}

/** `[B, T, 2]` -> `[B, T]`. */
const side = (span: Tensor, which: number): Tensor => {
  const [B = 1, T = 1] = span.shape
  return reshape(slice(span, { axis: 2, from: which, size: 1 }), [B, T])
}
