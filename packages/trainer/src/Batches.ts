// Which windows of the corpus each step sees. The batch of any step follows from the seed and the step alone: a resumed
// training reads the batch of step 90,001 without walking over the 90,000 before.
import { keyOf, mix, permute } from "./Permutation.ts"

export interface Layout {
  /** tokens of the corpus */
  readonly tokens: number
  /** T: positions the model sees; a window holds one token more, since the last one is only predicted */
  readonly contextLength: number
  /** B: windows of one step */
  readonly batchSize: number
  readonly seed: number
}

// Any constant will do: it keeps the offset of an epoch from telling anything about its order.
const offsetSalt = 0x0ff5e7

/** One step's tokens, row-major `[B, T + 1]`, and where in the corpus each row began. */
export interface Batch {
  readonly tokens: Int32Array // [B, T + 1]
  readonly starts: Uint32Array // [B]
}

/** Fewest tokens from which one window can be laid. */
export const fewestTokens = (contextLength: number): number => contextLength + 1

/**
 * Windows of one epoch. Each begins where the last one's predictions ended, so that a token is predicted once an epoch.
 * The first begins at an offset drawn for the epoch, so that windows are not cut at the same places every time; what
 * lies before it and behind the last window, less than two windows, is left out of that epoch.
 */
export const windowsPerEpoch = ({ tokens, contextLength }: Layout): number =>
  Math.max(1, Math.floor(tokens / contextLength) - 1)

/** Position of the first window of an epoch. */
export const offsetOf = (layout: Layout, epoch: number): number => {
  const used = windowsPerEpoch(layout) * layout.contextLength
  const choices = Math.min(layout.contextLength, layout.tokens - used)
  return Math.floor((mix(keyOf(layout.seed, epoch), offsetSalt) / 2 ** 32) * choices)
}

/** Where the rows of a step begin. Steps count from 1; a batch may hold the end of one epoch and the start of the next. */
export const startsOf = (layout: Layout, step: number): Uint32Array<ArrayBuffer> => {
  const { batchSize, contextLength, seed } = layout
  const perEpoch = windowsPerEpoch(layout)
  const starts = new Uint32Array(batchSize)
  for (let row = 0; row < batchSize; row += 1) {
    const drawn = (step - 1) * batchSize + row
    const epoch = Math.floor(drawn / perEpoch)
    const window = permute(drawn % perEpoch, perEpoch, keyOf(seed, epoch))
    starts[row] = offsetOf(layout, epoch) + window * contextLength
  }
  return starts
}

/** Cuts windows of T + 1 tokens out of the corpus: `[starts.length, T + 1]`, row-major. */
export const cut = (
  ids: Uint16Array | Uint32Array,
  starts: ArrayLike<number>,
  contextLength: number
): Int32Array<ArrayBuffer> => {
  const width = contextLength + 1
  const tokens = new Int32Array(starts.length * width)
  for (let row = 0; row < starts.length; row += 1) {
    const start = starts[row] ?? 0
    tokens.set(ids.subarray(start, start + width), row * width)
  }
  return tokens
}

/**
 * Windows to evaluate on: laid end to end from the first token, and if that is more than `mostTokens` predictions, as
 * many as fit, spread evenly over the split. Always the same ones, so that losses of different steps compare.
 */
export const evaluationStarts = (
  tokens: number,
  contextLength: number,
  mostTokens: number
): Uint32Array<ArrayBuffer> => {
  const windows = Math.floor((tokens - 1) / contextLength)
  const kept = Math.min(windows, Math.max(1, Math.floor(mostTokens / contextLength)))
  return Uint32Array.from({ length: kept }, (_, i) => Math.floor((i * windows) / kept) * contextLength)
}
