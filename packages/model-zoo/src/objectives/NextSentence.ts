// What BERT is trained for: hidden tokens of two texts, and whether the second follows the first (Devlin et al. 2018).
import { crossEntropy, GraphInvalid, input, type Objective, type Run } from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"
import { foretold, maskedInputs, tokensHead } from "./MaskedLanguage.ts"

/**
 * Inputs: those of masked language modelling, `segments` int32 [B, T] (0 for the first text, 1 for the second), and `follows`
 * int32 [B] (0 if the second text follows the first, 1 if it comes from elsewhere, as published models have it) with `pairs`
 * float32 [B] (1, or 0 for a row that fills up the batch). Values: `nats` [B, P] and `nextSentence` [B]; the loss is the sum of
 * both means.
 *
 * @throws GraphInvalid if the network's config asks for another head
 */
export const pretraining = (network: EncoderNetwork) => {
  const head = tokensHead(network)
  const says = network.heads.nextSentence
  if (says === undefined)
    throw new GraphInvalid(
      "pretraining",
      "the network has no head for next sentences: its config needs head pretraining"
    )
  const inputs = {
    ...maskedInputs(),
    segments: input("segments", "int32", ["B", "T"]),
    follows: input("follows", "int32", ["B"]),
    pairs: input("pairs", "float32", ["B"])
  }
  const terms = (run: Run) => {
    const { follows, mask, pairs, segments, tokens } = inputs
    const hidden = network.hidden(tokens, { ...run, mask, segments }) // [B, T, C]
    return {
      nats: foretold(head, hidden, { ...inputs, run }),
      nextSentence: { values: crossEntropy(says(hidden, run), follows), weights: pairs }
    }
  }
  return { parameters: network.parameters, inputs, terms } satisfies Objective
}
