// Models whose numbers can be worked by hand.
import type { LanguageModel } from "@inkstone/model-zoo"
import { Effect } from "effect"

/** Says of every token what `say` says of its context in the window (position t sees t + 1 tokens) and itself. */
export const toy = (
  say: (seen: number, next: number) => number,
  options: { readonly vocabSize: number; readonly contextLength: number }
): LanguageModel.LanguageModel => ({
  family: "toy",
  parameters: 0,
  endOfTextId: 0,
  ...options,
  nats: (tokens, { B, T }) =>
    Effect.sync(() =>
      Float32Array.from({ length: B * T }, (_, at) => {
        const [row, t] = [Math.floor(at / T), at % T]
        return say(t + 1, tokens[row * (T + 1) + t + 1] ?? NaN)
      })
    ),
  decoder: (B) => {
    const logits = Effect.sync(() => new Float32Array(B * options.vocabSize))
    return Effect.succeed({ prefill: () => logits, decode: () => logits, reorder: () => Effect.void })
  }
})
