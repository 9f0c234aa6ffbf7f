// The columns of rows: ids, segments, positions, and what is learned of them.
import { growUint32 } from "../internal/Grow.ts"
import type { Group } from "./Planner.ts"

/** The part of the run of all tokens that rows still need. */
export class Run {
  /** place in the run of the first token held */
  #base = 0
  #length = 0
  #ids = new Uint32Array(1 << 12)
  #learned = new Uint8Array(0)

  /** One behind the last token held. */
  get end(): number {
    return this.#base + this.#length
  }

  /** `learned`: 1 for each token that an answer consists of; absent where all are learned. */
  append(ids: Uint16Array | Uint32Array, learned?: Uint8Array): void {
    const needed = this.#length + ids.length
    if (needed > this.#ids.length) this.#ids = growUint32(this.#ids, needed)
    this.#ids.set(ids, this.#length)
    if (learned !== undefined) {
      if (needed > this.#learned.length) {
        const grown = new Uint8Array(this.#ids.length)
        grown.set(this.#learned.subarray(0, this.#length))
        this.#learned = grown
      }
      this.#learned.set(learned, this.#length)
    }
    this.#length = needed
  }

  /** Forgets what lies before a place of the run. */
  drop(before: number): void {
    const gone = Math.min(before - this.#base, this.#length)
    if (gone <= 0) return
    this.#ids.copyWithin(0, gone, this.#length)
    this.#learned.copyWithin(0, gone, this.#length)
    this.#length -= gone
    this.#base += gone
  }

  /** Views from a place of the run on. */
  from(place: number): { readonly ids: Uint32Array; readonly learned: Uint8Array | undefined } {
    const at = place - this.#base
    return {
      ids: this.#ids.subarray(at, this.#length),
      learned: this.#learned.length === 0 ? undefined : this.#learned.subarray(at, this.#length)
    }
  }
}

export interface RowSettings {
  readonly contextLength: number
  readonly vocabSize: number
  readonly padId: number
  /** each span is a segment of its own; else a row is one segment */
  readonly masks: boolean
}

/** One batch of the table `tokens`. */
export interface Columns {
  readonly id: Uint16Array | Uint32Array
  readonly segment: Uint16Array
  readonly position: Uint16Array
  readonly loss: Uint8Array
}

/** Rows of a record batch: some megabytes. */
const batchTokens = 2 ** 20

/** The rows of a group, in batches. */
export function* columnsOf(group: Group, run: Run, settings: RowSettings): Generator<Columns> {
  const { contextLength: T } = settings
  const batchRows = Math.max(1, Math.floor(batchTokens / T))
  const { row } = group.spans
  let span = 0
  for (let first = 0; first < group.rows; first += batchRows) {
    const rows = Math.min(batchRows, group.rows - first)
    let stop = span
    while (stop < row.length && row[stop]! < first + rows) stop++
    const size = rows * T
    const columns = {
      id: (settings.vocabSize <= 2 ** 16 ? new Uint16Array(size) : new Uint32Array(size)).fill(
        settings.padId
      ),
      segment: new Uint16Array(size),
      position: new Uint16Array(size),
      loss: new Uint8Array(size)
    }
    for (let segment = 1; span < stop; span++) {
      segment = span > 0 && row[span] === row[span - 1] ? segment + 1 : 1
      write(columns, { group, span, segment, place: (row[span]! - first) * T, run, masks: settings.masks })
    }
    yield columns
  }
}

interface Written {
  readonly group: Group
  readonly span: number
  readonly segment: number
  /** of the row in the columns */
  readonly place: number
  readonly run: Run
  readonly masks: boolean
}

const write = (columns: Columns, { group, masks, place, run, segment, span }: Written): void => {
  const { at, context, source, tokens } = group.spans
  const { ids, learned } = run.from(group.from + source[span]!)
  const count = tokens[span]!
  const start = at[span]!
  columns.id.set(ids.subarray(0, count), place + start)
  columns.segment.fill(masks ? segment : 1, place + start, place + start + count)
  // what opens a segment has nothing before it to be predicted from
  const unlearned = Math.max(context[span]!, masks || start === 0 ? 1 : 0)
  const firstPosition = masks ? 0 : start
  for (let i = 0; i < count; i++) {
    columns.position[place + start + i] = firstPosition + i
    columns.loss[place + start + i] = i < unlearned || learned?.[i] === 0 ? 0 : 1
  }
}
