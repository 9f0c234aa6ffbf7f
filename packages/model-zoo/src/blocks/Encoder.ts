// The encoder block of Vaswani et al. (2017) as BERT has it: what mixes positions, then what works on each of them, each
// added to what came in and normed afterwards.
import { add, geluErf, type Parameter, type Tensor } from "@inkstone/graph"
import type { Reading } from "../Network.ts"
import * as Attention from "./Attention.ts"
import { drop } from "./Drop.ts"
import * as Linear from "./Linear.ts"
import * as Norm from "./Norm.ts"

export interface Encoder {
  /** of the block, for what is dropped */
  readonly name: string
  readonly queries: Linear.Linear
  readonly keys: Linear.Linear
  readonly values: Linear.Linear
  readonly mixed: Linear.Linear
  readonly mixedNorm: Norm.Norm
  readonly up: Linear.Linear
  readonly down: Linear.Linear
  readonly norm: Norm.Norm
}

/** What a family calls the parts of a block. */
export type Names = Readonly<Record<Exclude<keyof Encoder, "name">, string>>

export interface EncoderShape {
  readonly channels: number
  readonly innerChannels: number
  readonly layerNormEpsilon: number
}

/** Parameters `<name>.<part>.weight` and `.bias`. */
export const encoder = (
  name: string,
  names: Names,
  { channels: C, innerChannels, layerNormEpsilon }: EncoderShape
): Encoder => {
  const square = { in: C, out: C }
  return {
    name,
    queries: Linear.linear(`${name}.${names.queries}`, square),
    keys: Linear.linear(`${name}.${names.keys}`, square),
    values: Linear.linear(`${name}.${names.values}`, square),
    mixed: Linear.linear(`${name}.${names.mixed}`, square),
    mixedNorm: Norm.norm(`${name}.${names.mixedNorm}`, C, layerNormEpsilon),
    up: Linear.linear(`${name}.${names.up}`, { in: C, out: innerChannels }),
    down: Linear.linear(`${name}.${names.down}`, { in: innerChannels, out: C }),
    norm: Norm.norm(`${name}.${names.norm}`, C, layerNormEpsilon)
  }
}

/** `[B, T, C]` -> `[B, T, C]`. */
export const apply = (
  x: Tensor,
  block: Encoder,
  { heads, layer, reading }: { readonly heads: number; readonly layer: number; readonly reading: Reading }
): Tensor => {
  const { precision } = reading
  const attend = Attention.selfAttend(reading, { causal: false, name: block.name })
  // [B, T, C] -> [B, H, T, D]
  const project = (weights: Linear.Linear) => Attention.splitHeads(Linear.apply(x, weights, precision), heads)
  const seen = attend(layer, {
    queries: project(block.queries),
    keys: project(block.keys),
    values: project(block.values)
  })
  const mixed = Linear.apply(Attention.mergeHeads(seen), block.mixed, precision) // [B, T, C]
  const y = Norm.apply(add(x, drop(mixed, `${block.name}.mixed`, reading)), block.mixedNorm)
  const inner = geluErf(Linear.apply(y, block.up, precision)) // [B, T, inner channels]
  const out = Linear.apply(inner, block.down, precision) // [B, T, C]
  return Norm.apply(add(y, drop(out, `${block.name}.out`, reading)), block.norm)
}

export const parametersOf = (block: Encoder): ReadonlyArray<Parameter> => [
  ...Linear.parametersOf(block.queries),
  ...Linear.parametersOf(block.keys),
  ...Linear.parametersOf(block.values),
  ...Linear.parametersOf(block.mixed),
  ...Norm.parametersOf(block.mixedNorm),
  ...Linear.parametersOf(block.up),
  ...Linear.parametersOf(block.down),
  ...Norm.parametersOf(block.norm)
]
