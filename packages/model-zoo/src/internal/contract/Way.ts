// The ways in which a network looks at a text, so that one claim can be made of all of them.
import type { Tensor } from "@inkstone/graph"
import type {
  AnyNetwork,
  CausalNetwork,
  EncoderDecoderNetwork,
  EncoderNetwork,
  Reading
} from "../../Network.ts"

export interface Way {
  readonly name: string
  /** a place sees those before it and itself alone */
  readonly causal: boolean
  /** texts of one row can be kept apart */
  readonly packs: boolean
  /** whether place `t` of the result belongs to token `t`; if not, all of it belongs to the whole text */
  readonly aligned: boolean
  /**
   * From tokens int32 [B, T] to float32 [B, places, X]. `other` int32 [B, S] is the text on the other side of an
   * encoder-decoder.
   */
  readonly see: (tokens: Tensor, reading: Reading, other: Tensor) => Tensor
}

const precision = "float32"

const ofCausal = (network: CausalNetwork): ReadonlyArray<Way> => [
  {
    name: "a text",
    causal: true,
    packs: true,
    aligned: true,
    see: (tokens, reading) => network.logits(network.hidden(tokens, reading), precision)
  }
]

const ofEncoder = (network: EncoderNetwork): ReadonlyArray<Way> => [
  {
    name: "a text",
    causal: false,
    packs: true,
    aligned: true,
    see: (tokens, reading) => {
      const hidden = network.hidden(tokens, reading) // [B, T, C]
      return network.heads.tokens?.(hidden, reading) ?? hidden
    }
  }
]

const ofEncoderDecoder = (network: EncoderDecoderNetwork): ReadonlyArray<Way> => {
  const memoryOf = (tokens: Tensor, reading: Reading) =>
    network.memory(network.encode(tokens, reading), precision)
  return [
    {
      name: "the text that is read",
      causal: false,
      packs: true,
      aligned: true,
      see: (tokens, reading) => network.encode(tokens, reading)
    },
    {
      name: "the text that is read, as the decoder sees it",
      causal: false,
      packs: false,
      aligned: false,
      see: (tokens, reading, other) => {
        const memory = memoryOf(tokens, reading)
        const { mask: memoryMask } = reading
        const written = network.decode(other, {
          precision,
          memory,
          ...(memoryMask === undefined ? {} : { memoryMask })
        })
        return network.logits(written, precision)
      }
    },
    {
      name: "the text that is written",
      causal: true,
      packs: true,
      aligned: true,
      see: (tokens, reading, other) =>
        network.logits(
          network.decode(tokens, { ...reading, memory: memoryOf(other, { precision }) }),
          precision
        )
    }
  ]
}

export const waysOf = (network: AnyNetwork): ReadonlyArray<Way> => {
  switch (network.kind) {
    case "causal":
      return ofCausal(network)
    case "encoder":
      return ofEncoder(network)
    case "encoder-decoder":
      return ofEncoderDecoder(network)
  }
}
