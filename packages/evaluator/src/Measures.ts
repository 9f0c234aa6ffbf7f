// What is measured of a language model, from the nats, tokens and bytes of each document.
import type { Measurement } from "./Measurement.ts"
import * as Statistics from "./metrics/Statistics.ts"
import * as Signature from "./Signature.ts"

export interface Items {
  readonly nats: Float64Array
  readonly tokens: Uint32Array
  readonly bytes: Uint32Array
}

/**
 * Loss in nats per token, perplexity = exp(loss), and bits per byte = nats / ln 2 / UTF-8 bytes of the documents, with the nats
 * of the closing end-of-text tokens in all three (they say where a document ends, whatever the tokenizer).
 */
export const of = (
  { nats, tokens, bytes }: Items,
  conditions: Signature.Conditions & { readonly tokenizer: string }
): Measurement => {
  const token = { unit: "token", tokenizer: conditions.tokenizer } as const
  const statistics = Statistics.make(nats.length, 3, (at, row) =>
    row.set([nats[at]!, tokens[at]!, bytes[at]!])
  )
  const named = (metric: string, unit: string, per: Signature.Per) =>
    ({ metric, unit, better: "lower", signature: Signature.of(metric, per, conditions) }) as const
  return {
    metrics: [
      named("loss_nats", "nats per token", token),
      named("perplexity", "choices per token", token),
      named("bits_per_byte", "bits per byte", { unit: "byte" })
    ],
    values: (drawn) => {
      const [cost, count, size] = Statistics.sums(statistics, drawn)
      const loss = cost! / count!
      return [loss, Math.exp(loss), cost! / size! / Math.LN2]
    }
  }
}
