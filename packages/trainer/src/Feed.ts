// Where the batches of a training come from. Which rows a step sees follows from the seed and the step alone, so that a resumed
// training goes on at step 90,001 without walking over the 90,000 before.

/** One input of a program: row-major. */
export interface Given {
  readonly shape: ReadonlyArray<number>
  readonly values: Int32Array | Float32Array | Uint8Array
}

/** What a program is given for some rows, by the names of its objective's inputs. */
export interface Batch {
  readonly inputs: Readonly<Record<string, Given>>
  /** read or written, padding and rows that fill up not counted */
  readonly tokens: number
}

/** Rows of the data, in the order in which they stand in a batch. */
export interface Rows {
  /** what the ledger says of each: position of its first token, or its number */
  readonly places: Uint32Array
  /** how often the data was gone through before each: what is hidden or cut differs from time to time */
  readonly epochs: Uint32Array
}

/** Rows of one split, and how they become batches. Pure: equal rows give equal batches. */
export interface Source {
  /**
   * A batch of these rows, filled up to `size` rows with weight 0. Shapes depend on `size`, and for data that is grouped by length
   * on the longest row; nothing else.
   */
  readonly assemble: (rows: Rows, size: number) => Batch
}

/** What is trained on. */
export interface TrainSource extends Source {
  /** Rows of a step, which counts from 1: always as many as a step has. */
  readonly draw: (step: number) => Rows
  /** rows of one epoch */
  readonly rows: number
}

/** What is evaluated on: always the same rows, so that losses of different steps compare. */
export interface HeldSource extends Source {
  readonly rows: Rows
}

/**
 * Rows as batches of `size`, assembled one at a time; the last one is filled up where it is short. With each the number of its
 * rows that count.
 */
export function* windowOf(
  source: Source,
  { epochs, places }: Rows,
  size: number
): Generator<{ readonly batch: Batch; readonly rows: number }> {
  for (let from = 0; from < places.length; from += size) {
    const some = { places: places.subarray(from, from + size), epochs: epochs.subarray(from, from + size) }
    yield { batch: source.assemble(some, size), rows: some.places.length }
  }
}
