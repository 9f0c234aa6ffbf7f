// Text to text: each token of a target costs what the source and the target before it say (Raffel et al. 2020).
import {
  concat,
  crossEntropy,
  full,
  input,
  type Objective,
  type Run,
  slice,
  type Tensor
} from "@inkstone/graph"
import { Dimension } from "@inkstone/graph"
import type { EncoderDecoderNetwork } from "../Network.ts"

/**
 * Inputs: `source` int32 [B, S], `sourceMask` bool [B, S], false where it is padding, `targets` int32 [B, T], and `weights`
 * float32 [B, T], 1 for each token of a target that counts, 0 for padding. The decoder reads the targets one place later,
 * behind the network's `startId`. Values: `nats` [B, T].
 */
export const textToText = (network: EncoderDecoderNetwork) => {
  const inputs = {
    source: input("source", "int32", ["B", "S"]),
    sourceMask: input("sourceMask", "bool", ["B", "S"]),
    targets: input("targets", "int32", ["B", "T"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const terms = (run: Run) => ({
    nats: { values: crossEntropy(logitsOf(network, inputs, run), inputs.targets), weights: inputs.weights }
  })
  return { parameters: network.parameters, inputs, terms } satisfies Objective
}

interface Texts {
  readonly source: Tensor
  readonly sourceMask: Tensor
  readonly targets: Tensor
}

/** Logits of each token of `targets [B, T]`, `[B, T, V]`, after `source [B, S]` and the targets before it. */
export const logitsOf = (network: EncoderDecoderNetwork, texts: Texts, run: Run): Tensor => {
  return network.logits(written(network, texts, run), run.precision)
}

/** Hidden states of the decoder that these logits come from, `[B, T, C]`. */
export const written = (
  network: EncoderDecoderNetwork,
  { source, sourceMask, targets }: Texts,
  run: Run
): Tensor => {
  const encoded = network.encode(source, { ...run, mask: sourceMask }) // [B, S, C]
  const memory = network.memory(encoded, run.precision)
  const read = shifted(targets, network.startId)
  return network.decode(read, { ...run, memory, memoryMask: sourceMask })
}

/** What the decoder reads, `[B, T]`: the start, then all but the last of `targets [B, T]`. */
const shifted = (targets: Tensor, startId: number): Tensor => {
  const [B = 1, T = 1] = targets.shape
  return concat(
    [full([B, 1], startId, "int32"), slice(targets, { axis: 1, from: 0, size: Dimension.minus(T, 1) })],
    1
  )
}
