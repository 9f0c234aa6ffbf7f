// Causal language modelling: each token costs what the tokens before it say (Radford et al. 2018).
import { crossEntropy, input, type Objective, type Run, slice, type Tensor } from "@inkstone/graph"
import type { CausalNetwork, Reading } from "../Network.ts"

/**
 * Inputs: `tokens` int32 [B, T+1], and `weights` float32 [B, T], 1 for each next token that counts, 0 for padding or a prompt.
 * Values: `nats` [B, T].
 */
export const causal = (network: CausalNetwork) => {
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T+1"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const terms = (run: Run) => ({
    nats: { values: nats(network, inputs.tokens, run), weights: inputs.weights }
  })
  return { parameters: network.parameters, inputs, terms } satisfies Objective
}

/**
 * The same for rows into which several texts were packed: a token sees its own text alone, and the first of a text stands at
 * place 0. Inputs: `tokens` and `weights` as above, 0 for the next token of the last one of a text and for a prompt, and
 * `documents` int32 [B, T], the number of the text in its row, and `positions` int32 [B, T], the place in its text, of the tokens
 * that are read. Values: `nats` [B, T].
 */
export const causalPacked = (network: CausalNetwork) => {
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T+1"]),
    documents: input("documents", "int32", ["B", "T"]),
    positions: input("positions", "int32", ["B", "T"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const terms = (run: Run) => {
    const { documents, positions, tokens, weights } = inputs
    return { nats: { values: nats(network, tokens, { ...run, documents, positions }), weights } }
  }
  return { parameters: network.parameters, inputs, terms } satisfies Objective
}

/** What each next token of `tokens [B, T+1]` costs, `[B, T]`. */
export const nats = (network: CausalNetwork, tokens: Tensor, reading: Reading): Tensor => {
  const read = slice(tokens, { axis: 1, from: 0, size: "T" }) // [B, T]
  const next = slice(tokens, { axis: 1, from: 1, size: "T" }) // [B, T]
  return crossEntropy(network.logits(network.hidden(read, reading), reading.precision), next)
}
