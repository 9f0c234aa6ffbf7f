// A network with something else in place of some parameters, wherever it computes something.
import { GraphInvalid, substituted, type Tensor } from "@inkstone/graph"
import type {
  AnyNetwork,
  Attend,
  CausalNetwork,
  EncoderDecoderNetwork,
  EncoderHeads,
  EncoderNetwork
} from "../Network.ts"

type Replaced = (make: () => Tensor) => Tensor

/** The same network, computed with replacements. Its parameters are still those of the network. */
export function throughout<N extends AnyNetwork>(network: N, replacements: ReadonlyMap<Tensor, Tensor>): N
export function throughout(network: AnyNetwork, replacements: ReadonlyMap<Tensor, Tensor>): AnyNetwork {
  const replaced: Replaced = (make) => substituted(make, replacements)
  switch (network.kind) {
    case "causal":
      return ofCausal(network, replaced)
    case "encoder":
      return ofEncoder(network, replaced)
    case "encoder-decoder":
      return ofEncoderDecoder(network, replaced)
  }
}

const refuseCache = (attend: Attend | undefined): void => {
  if (attend !== undefined)
    throw new GraphInvalid("lora", "an adapted network keeps no cache: merge its arrays, then generate")
}

const ofCausal = (network: CausalNetwork, replaced: Replaced): CausalNetwork => ({
  ...network,
  hidden: (tokens, reading) => {
    refuseCache(reading.attend)
    return replaced(() => network.hidden(tokens, reading))
  },
  logits: (hidden, precision) => replaced(() => network.logits(hidden, precision))
})

const ofEncoder = (network: EncoderNetwork, replaced: Replaced): EncoderNetwork => ({
  ...network,
  hidden: (tokens, reading) => replaced(() => network.hidden(tokens, reading)),
  heads: Object.fromEntries(
    Object.entries<Head>({ ...network.heads }).map(([name, says]): [string, Head] => [
      name,
      (hidden, run) => replaced(() => says(hidden, run))
    ])
  )
})
type Head = NonNullable<EncoderHeads[keyof EncoderHeads]>

const ofEncoderDecoder = (network: EncoderDecoderNetwork, replaced: Replaced): EncoderDecoderNetwork => ({
  ...network,
  encode: (tokens, reading) => replaced(() => network.encode(tokens, reading)),
  memory: (encoded, precision) => {
    const plain = network.memory(encoded, precision)
    return plain.map((_, layer) => {
      const part = (which: "keys" | "values") =>
        replaced(() => network.memory(encoded, precision)[layer]?.[which] ?? encoded)
      return { keys: part("keys"), values: part("values") }
    })
  },
  decode: (tokens, reading) => {
    refuseCache(reading.attend)
    return replaced(() => network.decode(tokens, reading))
  },
  logits: (hidden, precision) => replaced(() => network.logits(hidden, precision))
})
