// Regression: one number of a text, or of a pair of texts, such as how alike they are (Devlin et al. 2018, STS-B).
import { GraphInvalid, input, type Objective, type Run, sharing, square, sub } from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T], `mask` bool [B, T], `segments` int32 [B, T] (0 everywhere for single texts), `targets` float32 [B]
 * and `weights` float32 [B] (1, or 0 for a row that fills up the batch). Values: `squaredError` [B], in the square of the unit of
 * the targets. Predictions: `value` float32 [B].
 *
 * @throws GraphInvalid if the network's config asks for another head
 */
export const regression = (network: EncoderNetwork) => {
  const estimate = network.heads.value
  if (estimate === undefined)
    throw new GraphInvalid(
      "regression",
      "the network has no head for a number: its config needs head regression"
    )
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    segments: input("segments", "int32", ["B", "T"]),
    targets: input("targets", "float32", ["B"]),
    weights: input("weights", "float32", ["B"])
  }
  const value = sharing((run) => {
    const { mask, segments, tokens } = inputs
    return estimate(network.hidden(tokens, { ...run, mask, segments }), run) // [B]
  })
  const terms = (run: Run) => ({
    squaredError: { values: square(sub(value(run), inputs.targets)), weights: inputs.weights }
  })
  const predictions = (run: Run) => ({ value: value(run) })
  return { parameters: network.parameters, inputs, terms, predictions } satisfies Objective
}
