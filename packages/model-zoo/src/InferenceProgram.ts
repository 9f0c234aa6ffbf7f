// What a trained causal model is asked: scores of whole texts, and one token after another with a key/value cache that
// stays in the session.
import {
  Dimension,
  equal,
  Initializer,
  input,
  lessEqual,
  pad,
  Program,
  range,
  reshape,
  slice,
  type Tensor,
  variable,
  where
} from "@inkstone/graph"
import * as Attention from "./blocks/Attention.ts"
import type { Attend, CausalNetwork, KeysValues } from "./Network.ts"
import { nats } from "./objectives/Causal.ts"

/** Evaluation is always float32, whatever the training used: numbers of two models must not differ by rounding. */
const precision = "float32"

/** The entries `score`, `prefill` and `decode` of a model over its parameters, lowered. */
export const lower = (network: CausalNetwork) => {
  const { contextLength: S } = network
  const { heads: K, headChannels: D, layers } = network.cache
  const caches = Array.from({ length: layers }, (_, layer) => ({
    keys: variable(`cache.keys.${layer}`, "float32", ["B", K, S, D], Initializer.zeros),
    values: variable(`cache.values.${layer}`, "float32", ["B", K, S, D], Initializer.zeros)
  }))
  const updates = (kept: ReadonlyArray<KeysValues>) =>
    caches.flatMap(({ keys, values }, layer) => [
      [keys, kept[layer]?.keys ?? keys] as const,
      [values, kept[layer]?.values ?? values] as const
    ])

  const text = input("tokens", "int32", ["B", "T+1"])
  const score = { inputs: { tokens: text }, outputs: { nats: nats(network, text, { precision }) } } // [B, T]

  const prompt = input("tokens", "int32", ["B", "T"])
  const read: Array<KeysValues> = []
  const plain = Attention.selfAttend({ precision }, { causal: true, name: "prefill" })
  const behind = { axis: 2, before: 0, after: Dimension.minus(S, "T") } // [B, K, T, D] -> [B, K, S, D]
  const keep: Attend = (layer, heads, options) => {
    read[layer] = { keys: pad(heads.keys, behind), values: pad(heads.values, behind) }
    return plain(layer, heads, options)
  }
  const all = network.hidden(prompt, { precision, attend: keep }) // [B, T, C]
  const prefill = {
    inputs: { tokens: prompt },
    outputs: { logits: network.logits(last(all), precision) }, // [B, V]
    updates: updates(read)
  }

  const next = input("tokens", "int32", ["B"])
  const position = input("position", "int32", [])
  const written: Array<KeysValues> = []
  const here = reshape(equal(range(S), position), [S, 1])
  const visible = lessEqual(range(S), position) // [S]
  const cached: Attend = (layer, { keys, queries, values }, options = {}) => {
    const before = caches[layer]
    const after = {
      keys: where(here, keys, before?.keys ?? keys), // [B, K, S, D]
      values: where(here, values, before?.values ?? values)
    }
    written[layer] = after
    const scale = options.scale ?? 1 / Math.sqrt(D)
    return Attention.attention({ queries, ...after }, { precision, name: "decode", scale, mask: visible })
  }
  const one = reshape(next, ["B", 1])
  const positions = reshape(position, [1, 1])
  const state = network.hidden(one, { precision, positions, attend: cached }) // [B, 1, C]
  const decode = {
    inputs: { tokens: next, position },
    outputs: { logits: network.logits(last(state), precision) }, // [B, V]
    updates: updates(written)
  }
  // Prompts have any length, and each would compile anew; for one token a row compiling costs more than it gives.
  return Program.lower({ score, prefill, decode }, { clusters: true, plain: ["prefill", "decode"] })
}

/** `[B, T, C]` -> the last place, `[B, C]`. */
const last = (hidden: Tensor): Tensor => {
  const [B = 1, T = 1, C = 1] = hidden.shape
  return reshape(slice(hidden, { axis: 1, from: Dimension.minus(T, 1), size: 1 }), [B, C])
}
