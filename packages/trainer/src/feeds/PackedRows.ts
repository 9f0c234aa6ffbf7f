// Rows of kind `packed` for networks that write from left to right: several documents in a row, each seeing itself only, and of
// conversations the answers alone foretold.
import type { Artifact, ArtifactCorrupt, Packed, StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import type { StageFailure } from "@inkstone/stage"
import type { HeldSource, Source, TrainSource } from "../Feed.ts"
import { drawn, held, spread } from "./Epochs.ts"
import { nothingToLearn } from "./Refusals.ts"

export interface PackedColumns {
  /** T: tokens of a row */
  readonly contextLength: number
  /** row after row */
  readonly id: Uint16Array | Uint32Array
  /** 1, 2, ... within the row; 0 is padding */
  readonly segment: Uint16Array
  readonly position: Uint16Array
  /** 1 where the token is to be foretold */
  readonly loss: Uint8Array
}

/** A token is foretold from the one before it where both are of one segment. */
const isForetold = ({ loss, segment }: PackedColumns, at: number): boolean =>
  loss[at] === 1 && segment[at] === segment[at - 1]

export interface PackedRows extends PackedColumns {
  /** numbers of rows with something to foretell: the others are left out */
  readonly learnable: Uint32Array
}

export const of = (columns: PackedColumns): PackedRows => {
  const { contextLength: T, id } = columns
  const found: Array<number> = []
  for (let row = 0; row < id.length / T; row += 1) {
    let at = row * T + 1
    while (at < (row + 1) * T && !isForetold(columns, at)) at += 1
    if (at < (row + 1) * T) found.push(row)
  }
  return { ...columns, learnable: Uint32Array.from(found) }
}

/** Reads a split; refuses one of which nothing is to be foretold. */
export const read = Effect.fn("PackedRows.read")(function* (
  port: string,
  packed: Artifact<typeof Packed>
): Effect.fn.Return<PackedRows, StageFailure | ArtifactCorrupt | StorageFailed> {
  const { contextLength } = packed.attributes
  const rows = of({ contextLength, ...(yield* packed.read("tokens")) })
  return rows.learnable.length === 0 ? yield* nothingToLearn(port) : rows
})

/**
 * Inputs: `tokens` int32 [B, T + 1], the last of each row only there for the shape, `weights` float32 [B, T], `documents` int32
 * [B, T], 0 for padding, and `positions` int32 [B, T]. A row's place is its number.
 */
const source = (rows: PackedRows): Source => ({
  assemble: ({ places }, size) => {
    const { contextLength: T, id, position, segment } = rows
    const tokens = new Int32Array(size * (T + 1))
    const [documents, positions] = [new Int32Array(size * T), new Int32Array(size * T)]
    const weights = new Float32Array(size * T)
    let read = 0
    for (const [row, place] of places.entries()) {
      const [from, to] = [place * T, (place + 1) * T]
      tokens.set(id.subarray(from, to), row * (T + 1))
      documents.set(segment.subarray(from, to), row * T)
      positions.set(position.subarray(from, to), row * T)
      for (let at = from; at < to; at += 1) {
        if (segment[at] !== 0) read += 1
        if (at > from && isForetold(rows, at)) weights[row * T + (at - from - 1)] = 1
      }
    }
    return {
      inputs: {
        tokens: { shape: [size, T + 1], values: tokens },
        weights: { shape: [size, T], values: weights },
        documents: { shape: [size, T], values: documents },
        positions: { shape: [size, T], values: positions }
      },
      tokens: read
    }
  }
})

/** Rows in an order shuffled anew each epoch. */
export const train = (
  rows: PackedRows,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number }
): TrainSource => {
  const { learnable } = rows
  return {
    ...source(rows),
    rows: learnable.length,
    draw: (step) => {
      const { epochs, places } = drawn({ rows: learnable.length, batchSize, seed }, step)
      return { places: places.map((row) => learnable[row] ?? 0), epochs }
    }
  }
}

/** All rows, or as many as hold `mostTokens`, spread over the split. */
export const evaluate = (rows: PackedRows, mostTokens: number): HeldSource => {
  const { contextLength, learnable } = rows
  const kept = spread(learnable.length, mostTokens / contextLength)
  return { ...source(rows), rows: held(kept.map((row) => learnable[row] ?? 0)) }
}
