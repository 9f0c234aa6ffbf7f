// What a trained causal model is asked: scores of whole texts, and one token after another with a key/value cache that
// stays in the session.
import { Dimension, input, Program, reshape, slice, type Tensor } from "@inkstone/graph"
import * as KeyValueCache from "./KeyValueCache.ts"
import type { CausalNetwork } from "./Network.ts"
import { nats } from "./objectives/Causal.ts"

/** Evaluation is always float32, whatever the training used: numbers of two models must not differ by rounding. */
const precision = "float32"

/** The entries `score`, `prefill`, `decode`, `move` and `reorder` of a model over its parameters, lowered. */
export const lower = (network: CausalNetwork) => {
  const cache = KeyValueCache.make(network.cache, precision)

  const text = input("tokens", "int32", ["B", "T+1"])
  const score = { inputs: { tokens: text }, outputs: { nats: nats(network, text, { precision }) } } // [B, T]

  const prompt = {
    tokens: input("tokens", "int32", ["B", "T"]),
    positions: input("positions", "int32", ["B", "T"]),
    ...cache.readingInputs
  }
  const reading = cache.reading("prefill")
  const { mask, positions } = prompt
  const all = network.hidden(prompt.tokens, { precision, mask, positions, attend: reading.attend }) // [B, T, C]
  const prefill = {
    inputs: prompt,
    outputs: { logits: network.logits(last(all), precision) }, // [B, V]
    updates: reading.updates()
  }

  const next = {
    tokens: input("tokens", "int32", ["B"]),
    positions: input("positions", "int32", ["B"]),
    ...cache.stepInputs
  }
  const step = cache.step()
  const state = network.hidden(reshape(next.tokens, ["B", 1]), {
    precision,
    positions: reshape(next.positions, ["B", 1]),
    attend: step.attend
  }) // [B, 1, C]
  const decode = {
    inputs: next,
    outputs: { logits: network.logits(last(state), precision) }, // [B, V]
    updates: step.updates()
  }
  const { move, reorder } = cache
  // Prompts have any length, and each would compile anew; for one token a row compiling costs more than it gives.
  return Program.lower(
    { score, prefill, decode, move, reorder },
    { clusters: true, plain: ["prefill", "decode", "move", "reorder"] }
  )
}

/** `[B, T, C]` -> the last place, `[B, C]`. */
const last = (hidden: Tensor): Tensor => {
  const [B = 1, T = 1, C = 1] = hidden.shape
  return reshape(slice(hidden, { axis: 1, from: Dimension.minus(T, 1), size: 1 }), [B, C])
}
