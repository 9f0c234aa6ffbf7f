// Question answering: where in a text the answer begins and where it ends (Devlin et al. 2018, fine-tuning on SQuAD).
import {
  add,
  argmax,
  crossEntropy,
  equal,
  GraphInvalid,
  greater,
  input,
  lessEqual,
  logicalAnd,
  logicalOr,
  max,
  type Objective,
  range,
  reshape,
  type Run,
  sharing,
  slice,
  type Tensor,
  where
} from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T], question and text, `mask` bool [B, T], `segments` int32 [B, T] (0 for the question, 1 for the
 * text), `begins` and `ends` int32 [B], the first and the last place of the answer, both 0 where there is none (as in SQuAD 2), and
 * `weights` float32 [B] (0 for a row that fills up the batch). Values: `begin` and `end`, nats [B]; the loss is the mean of both.
 * Predictions: `beginAt` and `endAt` int32 [B], the likeliest places of the text in this order, or 0 and 0 for none.
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
    return likeliest(permitted(begin, inputs), permitted(end, inputs))
  }
  return { parameters: network.parameters, inputs, terms, predictions } satisfies Objective
}

/** Scores `[B, T]` of places where an answer may be: in the text, or at the first place. */
const permitted = (
  scores: Tensor,
  { mask, segments }: { readonly mask: Tensor; readonly segments: Tensor }
) => {
  const [, T = 1] = scores.shape
  const may = logicalAnd(mask, logicalOr(equal(segments, 1), equal(range(T), 0)))
  return where(may, scores, never)
}
const never = -1e9

/** The pair with the largest sum among those that are an answer: from a place to one that is not before it, or none. */
const likeliest = (begin: Tensor, end: Tensor) => {
  const [B = 1, T = 1] = begin.shape
  const places = range(T)
  /** whether there is an answer from these places to those */
  const pairs = (from: Tensor) =>
    logicalAnd(lessEqual(from, places), logicalOr(greater(from, 0), equal(places, 0)))
  const ends = where(pairs(reshape(places, [T, 1])), reshape(end, [B, 1, T]), never) // [B, T, T]: from, to
  const beginAt = argmax(add(begin, max(ends, { axes: [2] }))) // [B]
  return { beginAt, endAt: argmax(where(pairs(reshape(beginAt, [B, 1])), end, never)) }
}

/** `[B, T, 2]` -> `[B, T]`. */
const side = (span: Tensor, which: number): Tensor => {
  const [B = 1, T = 1] = span.shape
  return reshape(slice(span, { axis: 2, from: which, size: 1 }), [B, T])
}
