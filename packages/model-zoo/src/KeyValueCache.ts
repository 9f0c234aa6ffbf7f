// Keys and values of what was read, kept in the session: the part of a generation program that lies between a network's keys
// and its queries.
//
// Slots. Rows of a batch end in the same slot, so prompts are padded on the left, and one number says where all of them stand.
// Most slots are in `past`, which is read without a copy; new ones go into `recent`, which is small, so that it costs little to
// write it anew for every token. A full `recent` is moved to `past`.
import {
  add,
  concat,
  Dimension,
  equal,
  full,
  gather,
  Initializer,
  input,
  matmul,
  mul,
  pad,
  type Precision,
  range,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  less,
  logicalAnd,
  type Tensor,
  type Variable,
  variable,
  where
} from "@inkstone/graph"
import * as Attention from "./blocks/Attention.ts"
import type { Attend, CacheShape, KeysValues } from "./Network.ts"

/** R: slots of `recent`. Moving costs a copy of `past`, so few would cost as much as many. */
export const recentSlots = 16
const R = recentSlots

type Updates = ReadonlyArray<readonly [Variable, Tensor]>

/** How a reading or a step puts the cache between keys and queries; `updates` are complete once the network was built. */
export interface Side {
  readonly attend: Attend
  readonly updates: () => Updates
}

const store = (name: string, heads: number, channels: number, slots: Dimension.Dim) =>
  ({
    keys: variable(`${name}.keys`, "float32", ["B", heads, slots, channels], Initializer.zeros),
    values: variable(`${name}.values`, "float32", ["B", heads, slots, channels], Initializer.zeros)
  }) satisfies KeysValues

/** Variables, entries and ways to attend of a cache. Symbolic sizes: `B` rows, `T` tokens of a prompt, `N` slots of `past`. */
export const make = ({ headChannels: D, heads: K, layers }: CacheShape, precision: Precision) => {
  const stores = Array.from({ length: layers }, (_, layer) => ({
    past: store(`cache.past.${layer}`, K, D, "N"),
    recent: store(`cache.recent.${layer}`, K, D, R)
  }))

  /** What an entry that reads prompts is given: `slots` is any vector as long as `past` is to be, at least T. */
  const readingInputs = { mask: input("mask", "bool", ["B", "T"]), slots: input("slots", "int32", ["N"]) }
  const reading = (name: string): Side => {
    const kept: Array<KeysValues> = []
    const plain = Attention.selfAttend({ precision, mask: readingInputs.mask }, { causal: true, name })
    const behind = { axis: 2, before: 0, after: Dimension.minus("N", "T") } // [B, K, T, D] -> [B, K, N, D]
    return {
      attend: (layer, heads, options) => {
        kept[layer] = { keys: pad(heads.keys, behind), values: pad(heads.values, behind) }
        return plain(layer, heads, options)
      },
      updates: () => {
        const empty = full(["B", K, R, D], 0)
        return stores.flatMap(({ past, recent }, layer) => [
          [past.keys, kept[layer]?.keys ?? past.keys] as const,
          [past.values, kept[layer]?.values ?? past.values] as const,
          [recent.keys, empty] as const,
          [recent.values, empty] as const
        ])
      }
    }
  }

  /** What an entry that reads one more token a row is given. */
  const stepInputs = {
    /** whether the row looks there: slots of `past`, then of `recent` */
    visible: input("visible", "bool", ["B", Dimension.plus("N", R)]),
    /** filled slots of `past` */
    base: input("base", "int32", []),
    /** slot of `recent` that the token gets */
    at: input("at", "int32", [])
  }
  const step = (): Side => {
    const { at, base, visible } = stepInputs
    const here = reshape(equal(range(R), at), [R, 1])
    const S = Dimension.plus("N", R)
    const written: Array<KeysValues> = []
    return {
      attend: (layer, { keys, queries, values }, { bias, scale = 1 / Math.sqrt(D), window } = {}) => {
        const { past, recent } = stores[layer] ?? { past: { keys, values }, recent: { keys, values } }
        const [B = 1, H = 1] = queries.shape
        const G = Number(H) / K // queries that share a head of keys and values
        const now = { keys: where(here, keys, recent.keys), values: where(here, values, recent.values) } // [B, K, R, D]
        written[layer] = now
        const asked = reshape(queries, [B, K, G, D])
        // few numbers, so they go with what is around them instead of a kernel of their own
        const wide = reshape(asked, [B, K, G, 1, D])
        const scoresNow = sum(mul(wide, reshape(now.keys, [B, K, 1, R, D])), { axes: [4] }) // [B, K, G, R]
        const scoresPast = matmul(asked, past.keys, { transposeB: true }) // [B, K, G, N]
        const scores = concat([scoresPast, scoresNow], 3) // [B, K, G, N + R]
        const places = concat([range("N"), add(range(R), base)], 0) // [N + R]
        const place = reshape(add(base, at), [1])
        const near = window === undefined ? visible : logicalAnd(visible, less(sub(place, places), window))
        const weights = softmax(scores, {
          scale,
          mask: reshape(near, [B, 1, 1, S]),
          ...(bias === undefined ? {} : { bias: reshape(bias(place, places), [K, G, S]) })
        })
        const weightsNow = reshape(slice(weights, { axis: 3, from: "N", size: R }), [B, K, G, R, 1])
        const seenNow = sum(mul(weightsNow, reshape(now.values, [B, K, 1, R, D])), { axes: [3] }) // [B, K, G, D]
        const seenPast = matmul(slice(weights, { axis: 3, from: 0, size: "N" }), past.values) // [B, K, G, D]
        const seen = add(seenPast, seenNow)
        return reshape(seen, [B, H, 1, D])
      },
      updates: () =>
        stores.flatMap(({ recent }, layer) => [
          [recent.keys, written[layer]?.keys ?? recent.keys] as const,
          [recent.values, written[layer]?.values ?? recent.values] as const
        ])
    }
  }

  /** Moves `recent` behind the `P` filled slots of `past`, which then has `M` slots. */
  const move = {
    inputs: { filled: input("filled", "int32", ["P"]), slots: input("slots", "int32", ["M"]) },
    outputs: {},
    updates: stores.flatMap(({ past, recent }) =>
      (["keys", "values"] as const).map((part) => {
        const kept = slice(past[part], { axis: 2, from: 0, size: "P" }) // [B, K, P, D]
        const after = Dimension.minus(Dimension.minus("M", "P"), R)
        return [past[part], pad(concat([kept, recent[part]], 2), { axis: 2, before: 0, after })] as const // [B, K, M, D]
      })
    )
  }

  const rows = input("rows", "int32", ["Q"])
  /** Row `q` goes on from what row `rows[q]` has read. */
  const reorder = {
    inputs: { rows },
    outputs: {},
    updates: stores.flatMap(({ past, recent }) =>
      [past.keys, past.values, recent.keys, recent.values].map((part) => [part, gather(part, rows)] as const)
    )
  }
  return { readingInputs, reading, stepInputs, step, move, reorder }
}
