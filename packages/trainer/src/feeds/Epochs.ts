// Rows by number, shuffled anew for each epoch: which of them a step sees follows from the seed and the step alone.
import type { Rows } from "../Feed.ts"
import { keyOf, permute } from "../Permutation.ts"

export interface Shuffling {
  /** rows of an epoch */
  readonly rows: number
  /** rows of a step */
  readonly batchSize: number
  readonly seed: number
}

/**
 * Numbers of the rows of a step, which counts from 1. An epoch has each row once; a step may hold the end of one epoch and the
 * start of the next.
 */
export const drawn = ({ batchSize, rows, seed }: Shuffling, step: number): Rows => {
  const places = new Uint32Array(batchSize)
  const epochs = new Uint32Array(batchSize)
  for (let row = 0; row < batchSize; row += 1) {
    const draw = (step - 1) * batchSize + row
    const epoch = Math.floor(draw / rows)
    places[row] = permute(draw % rows, rows, keyOf(seed, epoch))
    epochs[row] = epoch
  }
  return { places, epochs }
}

/** As many of `rows` numbers as `most` allows, one at least, spread evenly over all. */
export const spread = (rows: number, most: number): Uint32Array<ArrayBuffer> => {
  const kept = Math.min(rows, Math.max(1, Math.floor(most)))
  return Uint32Array.from({ length: kept }, (_, i) => Math.floor((i * rows) / kept))
}

/** Rows that are always the same: of no epoch. */
export const held = (places: Uint32Array): Rows => ({ places, epochs: new Uint32Array(places.length) })
