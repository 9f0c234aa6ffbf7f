// What a trained encoder-decoder is asked: scores of whole texts, and texts read once and answered token by token. What the
// decoder looks at, keys and values of the sources and of what is written, stays in the session.
import {
  Dimension,
  gather,
  Initializer,
  input,
  Program,
  reshape,
  slice,
  type Tensor,
  variable
} from "@inkstone/graph"
import * as KeyValueCache from "./KeyValueCache.ts"
import type { EncoderDecoderNetwork } from "./Network.ts"
import { textToText } from "./objectives/TextToText.ts"

/** Evaluation is always float32, whatever the training used: numbers of two models must not differ by rounding. */
const precision = "float32"

/**
 * The entries of a model over its parameters, lowered. `score`: nats of each token of the targets. `read`: the memory of
 * sources. `prefill` and `decode`: one more part of what is written. `share` and `reorder`: row `q` goes on with the memory, and
 * with what was written, of row `rows[q]`. `move` is the cache's own.
 */
export const lower = (network: EncoderDecoderNetwork) => {
  const cache = KeyValueCache.make(network.cache, precision)
  const { headChannels: D, heads: H, layers } = network.cache
  const part = (name: string, layer: number) =>
    variable(`memory.${layer}.${name}`, "float32", ["B", H, "S", D], Initializer.zeros)
  const memory = Array.from({ length: layers }, (_, layer) => ({
    keys: part("keys", layer),
    values: part("values", layer)
  }))

  const { inputs, terms } = textToText(network)
  const { source, sourceMask, targets } = inputs
  const score = {
    inputs: { source, sourceMask, targets },
    outputs: { nats: terms({ precision }).nats.values } // [B, T]
  }

  const encoded = network.encode(source, { precision, mask: sourceMask }) // [B, S, C]
  const remembered = network.memory(encoded, precision)
  const read = {
    inputs: { source, sourceMask },
    outputs: {},
    updates: memory.flatMap(({ keys, values }, layer) => [
      [keys, remembered[layer]?.keys ?? keys] as const,
      [values, remembered[layer]?.values ?? values] as const
    ])
  }
  const rows = input("rows", "int32", ["Q"])
  const share = {
    inputs: { rows },
    outputs: {},
    updates: memory.flatMap(({ keys, values }) =>
      [keys, values].map((stored) => [stored, gather(stored, rows)] as const)
    )
  }

  const prompt = {
    memoryMask: input("memoryMask", "bool", ["B", "S"]),
    tokens: input("tokens", "int32", ["B", "T"]),
    positions: input("positions", "int32", ["B", "T"]),
    ...cache.readingInputs
  }
  const reading = cache.reading("prefill")
  const begun = network.decode(prompt.tokens, {
    precision,
    memory,
    memoryMask: prompt.memoryMask,
    mask: prompt.mask,
    positions: prompt.positions,
    attend: reading.attend
  }) // [B, T, C]
  const prefill = {
    inputs: prompt,
    outputs: { logits: network.logits(last(begun), precision) }, // [B, V]
    updates: reading.updates()
  }

  const next = {
    memoryMask: input("memoryMask", "bool", ["B", "S"]),
    tokens: input("tokens", "int32", ["B"]),
    positions: input("positions", "int32", ["B"]),
    ...cache.stepInputs
  }
  const step = cache.step()
  const state = network.decode(reshape(next.tokens, ["B", 1]), {
    precision,
    memory,
    memoryMask: next.memoryMask,
    positions: reshape(next.positions, ["B", 1]),
    attend: step.attend
  }) // [B, 1, C]
  const decode = {
    inputs: next,
    outputs: { logits: network.logits(last(state), precision) }, // [B, V]
    updates: step.updates()
  }
  const { move, reorder } = cache
  // Nothing is compiled: texts have any length on both sides, and each pair of lengths would compile anew.
  return Program.lower({ score, read, share, prefill, decode, move, reorder }, { clusters: false })
}

/** `[B, T, C]` -> the last place, `[B, C]`. */
const last = (hidden: Tensor): Tensor => {
  const [B = 1, T = 1, C = 1] = hidden.shape
  return reshape(slice(hidden, { axis: 1, from: Dimension.minus(T, 1), size: 1 }), [B, C])
}
