// What a trained causal model is asked: scores of whole texts, and one token after another with a key/value cache that
// stays in the session.
import {
  type CausalModel,
  crossEntropy,
  Dimension,
  Initializer,
  input,
  pad,
  Program,
  slice,
  variable
} from "@inkstone/graph"

/** Evaluation is always float32, whatever the training used: numbers of two models must not differ by rounding. */
const precision = "float32"

/** The entries `score`, `prefill` and `decode` of a model over its parameters, lowered. */
export const lower = (model: CausalModel) => {
  const { contextLength: S } = model
  const { heads: H, headChannels: D, layers } = model.cache
  const caches = Array.from({ length: layers }, (_, layer) => ({
    keys: variable(`cache.keys.${layer}`, "float32", ["B", H, S, D], Initializer.zeros),
    values: variable(`cache.values.${layer}`, "float32", ["B", H, S, D], Initializer.zeros)
  }))

  const text = input("tokens", "int32", ["B", "T+1"])
  const seen = slice(text, { axis: 1, from: 0, size: "T" }) // [B, T]
  const foretold = slice(text, { axis: 1, from: 1, size: "T" }) // [B, T]
  const score = {
    inputs: { tokens: text },
    outputs: { nats: crossEntropy(model.forward(seen, { precision }), foretold) } // [B, T]
  }

  const prompt = input("tokens", "int32", ["B", "T"])
  const read = model.prefill(prompt, { precision })
  const behind = { axis: 2, before: 0, after: Dimension.minus(S, "T") } // [B, H, T, D] -> [B, H, S, D]
  const prefill = {
    inputs: { tokens: prompt },
    outputs: { logits: read.logits }, // [B, V]
    updates: read.cache.flatMap((cache, layer) => [
      [caches[layer]!.keys, pad(cache.keys, behind)] as const,
      [caches[layer]!.values, pad(cache.values, behind)] as const
    ])
  }

  const next = input("tokens", "int32", ["B"])
  const position = input("position", "int32", [])
  const written = model.decode(next, { precision, position, cache: caches })
  const decode = {
    inputs: { tokens: next, position },
    outputs: { logits: written.logits }, // [B, V]
    updates: written.cache.flatMap((cache, layer) => [
      [caches[layer]!.keys, cache.keys] as const,
      [caches[layer]!.values, cache.values] as const
    ])
  }
  // Prompts have any length, and each would compile anew; for one token a row compiling costs more than it gives.
  return Program.lower({ score, prefill, decode }, { clusters: true, plain: ["prefill", "decode"] })
}
