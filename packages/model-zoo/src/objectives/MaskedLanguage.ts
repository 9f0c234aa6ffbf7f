// Masked language modelling: some tokens are hidden, and each costs what all the others say of it (Devlin et al. 2018).
import {
  crossEntropy,
  gatherRows,
  GraphInvalid,
  input,
  type Objective,
  type Run,
  type Tensor
} from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"

/** What `Masking` makes of texts: the texts with tokens hidden, and P places of each that are foretold. */
export const maskedInputs = () => ({
  /** int32 [B, T] */
  tokens: input("tokens", "int32", ["B", "T"]),
  /** bool [B, T]: false where a token is padding */
  mask: input("mask", "bool", ["B", "T"]),
  /** int32 [B, P]: the places that are foretold; any where the weight is 0 */
  places: input("places", "int32", ["B", "P"]),
  /** int32 [B, P]: the tokens that were there */
  targets: input("targets", "int32", ["B", "P"]),
  /** float32 [B, P]: 1, or 0 where a text has fewer than P */
  weights: input("weights", "float32", ["B", "P"])
})

/**
 * Inputs: `tokens` int32 [B, T], `mask` bool [B, T], and of P places in each text `places` int32, `targets` int32 and `weights`
 * float32, [B, P]. Only these places go through the head, which for a large vocabulary is a fifth of the whole work. Values:
 * `nats` [B, P].
 *
 * @throws GraphInvalid if the network's config asks for another head
 */
export const maskedLanguage = (network: EncoderNetwork) => {
  const head = tokensHead(network)
  const inputs = maskedInputs()
  const terms = (run: Run) => {
    const hidden = network.hidden(inputs.tokens, { ...run, mask: inputs.mask }) // [B, T, C]
    return { nats: foretold(head, hidden, { ...inputs, run }) }
  }
  return { parameters: network.parameters, inputs, terms } satisfies Objective
}

type TokensHead = NonNullable<EncoderNetwork["heads"]["tokens"]>

/** @throws GraphInvalid if the network's config asks for another head */
export const tokensHead = ({ heads }: EncoderNetwork): TokensHead => {
  if (heads.tokens === undefined)
    throw new GraphInvalid(
      "maskedLanguage",
      "the network has no head for tokens: its config needs head masked-language"
    )
  return heads.tokens
}

interface Foretold {
  readonly places: Tensor
  readonly targets: Tensor
  readonly weights: Tensor
  readonly run: Run
}

/** What the targets cost at their places of hidden states `[B, T, C]`. */
export const foretold = (head: TokensHead, hidden: Tensor, { places, run, targets, weights }: Foretold) => {
  const logits = head(gatherRows(hidden, places), run) // [B, P, V]
  return { values: crossEntropy(logits, targets), weights }
}
