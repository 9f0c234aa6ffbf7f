// Windows of a run of tokens for networks that write from left to right: each token is foretold from those before it.
import { cut, evaluationStarts, startsOf, windowsPerEpoch } from "../Batches.ts"
import type { Given, HeldSource, Rows, Source, TrainSource } from "../Feed.ts"
import { held } from "./Epochs.ts"

export interface TokenRun {
  /** T + 1 of them at least */
  readonly ids: Uint16Array | Uint32Array
  /** T: a window holds one token more, since the last one is only foretold */
  readonly contextLength: number
  /** of each token, for networks with a domain embedding */
  readonly domains?: Uint8Array
}

/**
 * Inputs of `causal`: `tokens` int32 [B, T + 1], `weights` float32 [B, T], and with domains `domains` int32 [B, T]. A row's place is
 * that of its first token.
 */
const source = ({ contextLength: T, domains, ids }: TokenRun): Source => ({
  assemble: ({ places }, size) => {
    const tokens = new Int32Array(size * (T + 1))
    tokens.set(cut(ids, places, T)) // [rows, T + 1]
    const weights = new Float32Array(size * T).fill(1, 0, places.length * T)
    return {
      inputs: {
        tokens: { shape: [size, T + 1], values: tokens },
        weights: { shape: [size, T], values: weights },
        ...(domains === undefined ? {} : { domains: laid(domains, places, { size, T }) })
      },
      tokens: places.length * T
    }
  }
})

/** What stands at the tokens that are read of some rows, [size, T]. */
const laid = (
  domains: Uint8Array,
  places: Uint32Array,
  { size, T }: { readonly size: number; readonly T: number }
): Given => {
  const values = new Int32Array(size * T)
  for (const [row, place] of places.entries()) values.set(domains.subarray(place, place + T), row * T)
  return { shape: [size, T], values }
}

/** Windows end to end in shuffled order, from an offset drawn for each epoch: a token is foretold once an epoch. */
export const train = (
  run: TokenRun,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number }
): TrainSource => {
  const layout = { tokens: run.ids.length, contextLength: run.contextLength, batchSize, seed }
  const rows = windowsPerEpoch(layout)
  const draw = (step: number): Rows => {
    const first = (step - 1) * batchSize
    return {
      places: startsOf(layout, step),
      epochs: Uint32Array.from({ length: batchSize }, (_, row) => Math.floor((first + row) / rows))
    }
  }
  return { ...source(run), rows, draw }
}

/** The same windows each time: all, or as many as foretell `mostTokens`, spread over the run. */
export const evaluate = (run: TokenRun, mostTokens: number): HeldSource => ({
  ...source(run),
  rows: held(evaluationStarts(run.ids.length, run.contextLength, mostTokens))
})
