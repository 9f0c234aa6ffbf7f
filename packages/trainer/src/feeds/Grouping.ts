// Rows of like length in a step, so that little of it is padding. As the samplers of transformers (`group_by_length`) and fairseq do,
// rows are shuffled first, then put in order within large pools, and the steps of a pool are shuffled again.
import type { Rows } from "../Feed.ts"
import { keyOf, permute } from "../Permutation.ts"
import type { Shuffling } from "./Epochs.ts"

/** Steps of a pool, as transformers has it. */
const poolSteps = 50

/** Any constant will do: it keeps the order of a pool's steps from telling anything about the order of its rows. */
const stepSalt = 0x9001

/**
 * Rows of a step, as `Epochs.drawn` gives them, but alike in level: a step has rows of one level but where a pool goes from one to
 * the next. An epoch has each row once; where a step holds the end of one and the start of the next, each part is alike in itself.
 */
export const grouped = (shuffling: Shuffling, levels: Uint8Array): ((step: number) => Rows) => {
  const { batchSize, rows, seed } = shuffling

  /** Rows of an epoch that fill up the step in which the epoch before ended. */
  const headOf = (epoch: number) => Math.min(rows, (batchSize - ((epoch * rows) % batchSize)) % batchSize)

  /** Rows of a pool in the order in which steps take them. Pools begin with steps, but for the first of an epoch. */
  const poolOf = (epoch: number, pool: number): Uint32Array<ArrayBuffer> => {
    const head = headOf(epoch)
    const poolRows = poolSteps * batchSize
    const from = pool === 0 ? 0 : head + pool * poolRows
    const to = Math.min(rows, head + (pool + 1) * poolRows)
    const key = keyOf(seed, epoch)
    const sorted = Array.from({ length: to - from }, (_, i) => permute(from + i, rows, key)).toSorted(
      (a, b) => levels[a]! - levels[b]!
    )
    // steps of the pool, the first and the last of an epoch perhaps shorter
    const starts: Array<number> = []
    for (let at = from; at < to; at = at < head ? head : at + batchSize) starts.push(at)
    const order = new Uint32Array(to - from)
    let taken = 0
    for (let i = 0; i < starts.length; i += 1) {
      const step = permute(i, starts.length, keyOf(keyOf(seed, epoch) ^ stepSalt, pool))
      const [start, end] = [starts[step] ?? to, starts[step + 1] ?? to]
      order.set(sorted.slice(taken, taken + end - start), start - from)
      taken += end - start
    }
    return order
  }

  // the pool that was asked for last: what a step sees is the same without it
  let last = { epoch: -1, pool: -1, from: 0, order: new Uint32Array(0) }
  const rowAt = (epoch: number, at: number): number => {
    const head = headOf(epoch)
    const pool = Math.max(0, Math.floor((at - head) / (poolSteps * batchSize)))
    if (last.epoch !== epoch || last.pool !== pool) {
      const from = pool === 0 ? 0 : head + pool * poolSteps * batchSize
      last = { epoch, pool, from, order: poolOf(epoch, pool) }
    }
    return last.order[at - last.from] ?? 0
  }

  return (step) => {
    const places = new Uint32Array(batchSize)
    const epochs = new Uint32Array(batchSize)
    for (let row = 0; row < batchSize; row += 1) {
      const draw = (step - 1) * batchSize + row
      const epoch = Math.floor(draw / rows)
      places[row] = rowAt(epoch, draw % rows)
      epochs[row] = epoch
    }
    return { places, epochs }
  }
}
