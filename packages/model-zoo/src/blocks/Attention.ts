// Scaled dot-product attention (Vaswani et al. 2017), and the ways of looking that need no cache.
import {
  cast,
  causalMask,
  Dimension,
  equal,
  logicalAnd,
  matmul,
  operandsOf,
  range,
  rematerialize,
  reshape,
  softmax,
  sub,
  less,
  type Run,
  type Tensor,
  transpose
} from "@inkstone/graph"
import type { Attend, Heads, Reading } from "../Network.ts"
import { drop } from "./Drop.ts"

/** `[B, T, H*D]` -> `[B, H, T, D]`. */
export const splitHeads = (x: Tensor, heads: number): Tensor => {
  const [B = 1, T = 1, channels = 1] = x.shape
  const D = Number(channels) / heads
  return transpose(reshape(x, [B, T, heads, D]), [0, 2, 1, 3])
}

/** `[B, H, T, D]` -> `[B, T, H*D]`. */
export const mergeHeads = (x: Tensor): Tensor => {
  const [B = 1, H = 1, T = 1, D = 1] = x.shape
  return reshape(transpose(x, [0, 2, 1, 3]), [B, T, Dimension.times(H, D)])
}

export interface AttentionOptions extends Run {
  /** of the layer, for what is dropped */
  readonly name: string
  readonly scale: number
  /** bool, broadcast to [B, H, T, S] */
  readonly mask?: Tensor
  /** float32, broadcast to [B, H, T, S] */
  readonly bias?: Tensor
  /** whether the backward pass finds the weights [B, H, T, S] kept; else it makes them again */
  readonly kept?: boolean
}

/**
 * Whether weights of texts so long are worth keeping: they grow with the square of the text, while the product that makes them
 * again is T / 36C of a block's arithmetic. A short one's cost 5 % of a step of a small network and save little.
 */
export const worthKeeping = (positions: number): boolean => positions <= 256

/**
 * `queries [B, H, T, D]` over `keys` and `values` `[B, K, S, D]` -> float32 `[B, H, T, D]`. K divides H: as many queries in a
 * row share a head of keys (Ainslie et al. 2023). The weights `[B, H, T, S]` are made again in the backward pass, unless
 * they are to be kept.
 */
export const attention = ({ keys, queries, values }: Heads, options: AttentionOptions): Tensor => {
  const { bias, mask, name, precision, scale } = options
  const dtype = operandsOf(precision)
  const [B = 1, H = 1, T = 1, D = 1] = queries.shape
  const [, K = 1, S = 1] = keys.shape
  const rows = Dimension.times(Number(H) / Number(K), T) // of queries that share a head of keys
  const grouped = (x: Tensor, last: Dimension.Dim) => (H === K ? x : reshape(x, [B, K, rows, last])) // [B, K, rows, last]
  const each = (x: Tensor, last: Dimension.Dim) => (H === K ? x : reshape(x, [B, H, T, last]))
  const look = (q: Tensor, k: Tensor, v: Tensor, run: Run): Tensor => {
    const products = matmul(grouped(q, D), k, { transposeB: true })
    const weights = softmax(each(products, S), {
      scale,
      dtype,
      ...(bias === undefined ? {} : { bias }),
      ...(mask === undefined ? {} : { mask })
    }) // [B, H, T, S]
    return matmul(grouped(drop(weights, name, run), S), v) // [B, K, rows, D]
  }
  const inputs = [cast(queries, dtype), cast(keys, dtype), cast(values, dtype)] as const
  const { dropout } = options
  // What is made again as part of a whole block needs no care of its own.
  const seen =
    options.kept === true || options.rematerialize === true
      ? look(...inputs, options)
      : dropout === undefined
        ? rematerialize((q, k, v) => look(q, k, v, options), inputs)
        : rematerialize(
            (q, k, v, key) => look(q, k, v, { ...options, dropout: { ...dropout, key } }),
            [...inputs, dropout.key]
          )
  return cast(each(seen, D), "float32") // [B, H, T, D]
}

/** Who sees whom in a reading of `[B, T]`, broadcast to `[B, H, T, T]`; undefined where all see all. */
const visibility = (
  { documents, mask }: Reading,
  {
    T,
    causal,
    window
  }: { readonly T: Dimension.Dim; readonly causal: boolean; readonly window: number | undefined }
): Tensor | undefined => {
  const [B = 1] = (mask ?? documents)?.shape ?? []
  const across = (x: Tensor) => reshape(x, [B, 1, 1, T])
  const down = (x: Tensor) => reshape(x, [B, 1, T, 1])
  const places = range(T)
  const conditions = [
    ...(causal ? [causalMask(T)] : []), // [T, T]
    // [T, T]: how far back a place is
    ...(window === undefined ? [] : [less(sub(reshape(places, [T, 1]), places), window)]),
    ...(mask === undefined ? [] : [across(mask)]), // [B, 1, 1, T]
    ...(documents === undefined ? [] : [equal(down(documents), across(documents))]) // [B, 1, T, T]
  ]
  return conditions.length === 0 ? undefined : conditions.reduce(logicalAnd)
}

/** Looks at the tokens of the reading itself. */
export const selfAttend =
  (
    reading: Reading,
    {
      causal,
      kept = false,
      name
    }: { readonly causal: boolean; readonly kept?: boolean; readonly name: string }
  ): Attend =>
  (layer, heads, { bias, scale, window } = {}) => {
    const [, , T = 1, D = 1] = heads.queries.shape
    const mask = visibility(reading, { T, causal, window })
    return attention(heads, {
      ...reading,
      name: `${name}.${layer}.attention`,
      kept,
      scale: scale ?? 1 / Math.sqrt(Number(D)),
      ...(mask === undefined ? {} : { mask }),
      ...(bias === undefined ? {} : { bias: bias(range(T), range(T)) })
    })
  }
