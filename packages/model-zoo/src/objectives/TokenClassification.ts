// Labels of tokens: which of a few classes each token belongs to, such as names of persons and places (Devlin et al. 2018, section
// 5.3).
import { argmax, crossEntropy, GraphInvalid, input, type Objective, type Run, sharing } from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T], `mask` bool [B, T], `segments` int32 [B, T], `labels` int32 [B, T] (any where the weight is 0) and
 * `weights` float32 [B, T] (1 for each token that has a label, such as the first of a word). Values: `nats` [B, T]. Predictions:
 * `predicted` int32 [B, T], the likeliest class of each token.
 *
 * @throws GraphInvalid if the network's config asks for another head
 */
export const tokenClassification = (network: EncoderNetwork) => {
  const classify = network.heads.tags
  if (classify === undefined)
    throw new GraphInvalid(
      "tokenClassification",
      "the network has no head for classes of tokens: its config needs head token-classification"
    )
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    segments: input("segments", "int32", ["B", "T"]),
    labels: input("labels", "int32", ["B", "T"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const logits = sharing((run) => {
    const { mask, segments, tokens } = inputs
    return classify(network.hidden(tokens, { ...run, mask, segments }), run) // [B, T, labels]
  })
  const terms = (run: Run) => ({
    nats: { values: crossEntropy(logits(run), inputs.labels), weights: inputs.weights }
  })
  const predictions = (run: Run) => ({ predicted: argmax(logits(run)) })
  return { parameters: network.parameters, inputs, terms, predictions } satisfies Objective
}
