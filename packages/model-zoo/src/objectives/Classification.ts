// Classification: which of a few classes a text, or a pair of texts, belongs to (Devlin et al. 2018, fine-tuning).
import { argmax, crossEntropy, GraphInvalid, input, type Objective, type Run, sharing } from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T], `mask` bool [B, T], `segments` int32 [B, T] (0 everywhere for single texts), `labels` int32 [B]
 * and `weights` float32 [B] (1, or 0 for a row that fills up the batch). Values: `nats` [B]. Predictions: `predicted` int32 [B], the
 * likeliest class.
 *
 * @throws GraphInvalid if the network's config asks for another head
 */
export const classification = (network: EncoderNetwork) => {
  const classify = network.heads.labels
  if (classify === undefined)
    throw new GraphInvalid(
      "classification",
      "the network has no head for classes: its config needs head classification"
    )
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    segments: input("segments", "int32", ["B", "T"]),
    labels: input("labels", "int32", ["B"]),
    weights: input("weights", "float32", ["B"])
  }
  const logits = sharing((run) => {
    const { mask, segments, tokens } = inputs
    return classify(network.hidden(tokens, { ...run, mask, segments }), run) // [B, labels]
  })
  const terms = (run: Run) => ({
    nats: { values: crossEntropy(logits(run), inputs.labels), weights: inputs.weights }
  })
  const predictions = (run: Run) => ({ predicted: argmax(logits(run)) })
  return { parameters: network.parameters, inputs, terms, predictions } satisfies Objective
}
