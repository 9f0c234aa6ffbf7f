// The rows of the metrics table from the nats, tokens and bytes of each document.
import * as Bootstrap from "./Bootstrap.ts"
import * as Signature from "./Signature.ts"

export interface Items {
  readonly nats: Float64Array
  readonly tokens: Uint32Array
  readonly bytes: Uint32Array
}

export interface Measure extends Bootstrap.Interval {
  readonly metric: string
  readonly unit: string
  readonly signature: string
}

const same = (ratio: number) => ratio
const bits = (nats: number) => nats / Math.LN2

/**
 * Loss in nats per token, perplexity = exp(loss), and bits per byte = nats / ln 2 / UTF-8 bytes of the documents, with the nats
 * of the closing end-of-text tokens in all three (they say where a document ends, whatever the tokenizer).
 */
export const of = (
  { nats, tokens, bytes }: Items,
  conditions: Signature.Conditions & { readonly tokenizer: string },
  resampling: Bootstrap.Resampling
): ReadonlyArray<Measure> => {
  const token = { unit: "token", tokenizer: conditions.tokenizer } as const
  const byte = { unit: "byte" } as const
  const perToken = { numerators: nats, denominators: tokens }
  const perByte = { numerators: nats, denominators: bytes }
  return [
    {
      metric: "loss_nats",
      unit: "nats per token",
      signature: Signature.of("loss_nats", token, conditions),
      ...Bootstrap.interval(perToken, resampling, same)
    },
    {
      metric: "perplexity",
      unit: "choices per token",
      signature: Signature.of("perplexity", token, conditions),
      ...Bootstrap.interval(perToken, resampling, Math.exp)
    },
    {
      metric: "bits_per_byte",
      unit: "bits per byte",
      signature: Signature.of("bits_per_byte", byte, conditions),
      ...Bootstrap.interval(perByte, resampling, bits)
    }
  ]
}
