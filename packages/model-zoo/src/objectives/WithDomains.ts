// Any objective of a network with a domain embedding, which is told what each token is of.
import { input, type Objective, type Tensor } from "@inkstone/graph"
import type { AnyNetwork, Reading } from "../Network.ts"

/**
 * The objective with one more input, `domains` int32: of each token that is read, [B, T], and [B, S] of the source where a network
 * reads one text and writes another.
 *
 *     TrainingProgram.build(withDomains(network, classification), options)
 */
export const withDomains = <N extends AnyNetwork, O extends Objective>(
  network: N,
  objectiveOf: (network: N) => O
) => {
  const domains = input("domains", "int32", ["B", network.kind === "encoder-decoder" ? "S" : "T"])
  const objective = objectiveOf(told(network, domains))
  return { ...objective, inputs: { ...objective.inputs, domains } }
}

function told<N extends AnyNetwork>(network: N, domains: Tensor): N
function told(network: AnyNetwork, domains: Tensor): AnyNetwork {
  if (network.kind === "encoder-decoder") {
    const encode = (tokens: Tensor, reading: Reading) => network.encode(tokens, { domains, ...reading })
    return { ...network, encode }
  }
  const hidden = (tokens: Tensor, reading: Reading) => network.hidden(tokens, { domains, ...reading })
  return { ...network, hidden }
}
