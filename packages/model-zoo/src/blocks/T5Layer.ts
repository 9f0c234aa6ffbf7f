// The layers of T5's blocks (Raffel et al. 2020): each norms what comes in, works on it, and adds the result to what came in.
// None has a bias. First values as in Mesh TensorFlow: with these deviations scores need no scale.
import { add, gelu, mul, type Parameter, relu, type Run, type Tensor } from "@inkstone/graph"
import type { Heads, KeysValues } from "../Network.ts"
import * as Attention from "./Attention.ts"
import { drop } from "./Drop.ts"
import * as Linear from "./Linear.ts"
import * as RmsNorm from "./RmsNorm.ts"

export interface Shape {
  /** C */
  readonly channels: number
  /** H */
  readonly heads: number
  /** D */
  readonly headChannels: number
  /** inner width of the feed-forward layer */
  readonly innerChannels: number
  readonly normEpsilon: number
  /** a GELU that says how much of a second product goes through, instead of a ReLU */
  readonly gated: boolean
}

interface Layer {
  /** of the layer, for what is dropped */
  readonly name: string
  readonly norm: RmsNorm.RmsNorm
}

/** Parameters `<name>.layer_norm` and `<name>.<kind>.{q,k,v,o}`. */
export interface Look extends Layer {
  readonly heads: number
  readonly queries: Linear.Linear
  readonly keys: Linear.Linear
  readonly values: Linear.Linear
  readonly out: Linear.Linear
}

/** Parameters `<name>.layer_norm` and `<name>.DenseReluDense.{wi,wo}`, with a gate `wi_0` and `wi_1` in place of `wi`. */
export interface FeedForward extends Layer {
  readonly up: Linear.Linear
  /** what the gate lets through; undefined without a gate */
  readonly through: Linear.Linear | undefined
  readonly down: Linear.Linear
}

const layer = (name: string, { channels, normEpsilon }: Shape): Layer => ({
  name,
  norm: RmsNorm.norm(`${name}.layer_norm`, channels, normEpsilon)
})

export const look = (name: string, kind: "SelfAttention" | "EncDecAttention", shape: Shape): Look => {
  const { channels: C, headChannels: D, heads } = shape
  const part = (letter: string, size: { readonly in: number; readonly out: number }, deviation: number) =>
    Linear.linear(`${name}.${kind}.${letter}`, { ...size, bias: false, deviation })
  const into = { in: C, out: heads * D }
  return {
    ...layer(name, shape),
    heads,
    queries: part("q", into, (C * D) ** -0.5),
    keys: part("k", into, C ** -0.5),
    values: part("v", into, C ** -0.5),
    out: part("o", { in: heads * D, out: C }, (heads * D) ** -0.5)
  }
}

export const feedForward = (name: string, shape: Shape): FeedForward => {
  const { channels: C, gated, innerChannels: F } = shape
  const part = (letters: string, size: { readonly in: number; readonly out: number }) =>
    Linear.linear(`${name}.DenseReluDense.${letters}`, { ...size, bias: false, deviation: size.in ** -0.5 })
  return {
    ...layer(name, shape),
    up: part(gated ? "wi_0" : "wi", { in: C, out: F }),
    through: gated ? part("wi_1", { in: C, out: F }) : undefined,
    down: part("wo", { in: F, out: C })
  }
}

/** `[B, T, C]` -> `[B, H, T, D]` */
const project = (
  x: Tensor,
  linear: Linear.Linear,
  heads: number,
  { precision }: Pick<Run, "precision">
): Tensor => Attention.splitHeads(Linear.apply(x, linear, precision), heads)

/** Keys and values of what another text's encoder gave, `[B, S, C]`. */
export const remember = (
  encoded: Tensor,
  { heads, keys, values }: Look,
  run: Pick<Run, "precision">
): KeysValues => ({
  keys: project(encoded, keys, heads, run),
  values: project(encoded, values, heads, run)
})

/** `[B, T, C]` -> `[B, T, C]`; `attend` mixes positions: of the stream itself, or of a memory. */
export const applyLook = (
  x: Tensor,
  layer: Look,
  options: {
    readonly run: Run
    readonly memory?: KeysValues | undefined
    readonly attend: (heads: Heads) => Tensor
  }
): Tensor => {
  const { attend, memory, run } = options
  const normed = RmsNorm.apply(x, layer.norm)
  const queries = project(normed, layer.queries, layer.heads, run) // [B, H, T, D]
  const seen = attend({ queries, ...(memory ?? remember(normed, layer, run)) })
  const out = Linear.apply(Attention.mergeHeads(seen), layer.out, run.precision)
  return add(x, drop(out, layer.name, run))
}

/** `[B, T, C]` -> `[B, T, C]` */
export const applyFeedForward = (
  x: Tensor,
  { down, name, norm, through, up }: FeedForward,
  run: Run
): Tensor => {
  const { precision } = run
  const normed = RmsNorm.apply(x, norm)
  const raised = Linear.apply(normed, up, precision) // [B, T, inner]
  const inner =
    through === undefined ? relu(raised) : mul(gelu(raised), Linear.apply(normed, through, precision))
  const out = Linear.apply(drop(inner, `${name}.inner`, run), down, precision)
  return add(x, drop(out, name, run))
}

export const lookParameters = ({ keys, out, queries, values }: Look): ReadonlyArray<Parameter> =>
  [queries, keys, values, out].map(({ weight }) => weight)

export const feedForwardParameters = ({ down, norm, through, up }: FeedForward): ReadonlyArray<Parameter> => [
  up.weight,
  ...(through === undefined ? [] : [through.weight]),
  down.weight,
  norm.weight
]
