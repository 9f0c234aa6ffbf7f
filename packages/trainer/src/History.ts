// What happened so far, step by step: grows during the training, travels in its checkpoints, ends up as the trace.
import * as NamedArray from "@inkstone/model-zoo/NamedArray"

/** Columns of the trace's tables, in their order there. */
export const stepColumns = [
  "step",
  "tokens_seen",
  "loss_nats",
  "learning_rate",
  "gradient_norm",
  "update_norm",
  "step_ms",
  "tokens_per_second",
  "ceiling_share",
  "rss_bytes"
] as const
/** Of every evaluation; a task's measures come behind them. */
export const evaluationColumns = ["step", "loss_nats", "bits_per_byte"] as const

type Row<Column extends string> = Readonly<Record<Column, number>>
export type StepRow = Row<(typeof stepColumns)[number]>
export type EvaluationLog = Log<string>

/** Rows of numbers, appended one at a time and stored as one float64 array [rows, columns]. */
export class Log<const Column extends string> {
  readonly columns: ReadonlyArray<Column>
  #values = new Float64Array(0)
  #rows = 0

  constructor(columns: ReadonlyArray<Column>) {
    this.columns = columns
  }

  get rows(): number {
    return this.#rows
  }

  append(row: Row<Column>): void {
    const width = this.columns.length
    const needed = (this.#rows + 1) * width
    if (needed > this.#values.length) {
      const grown = new Float64Array(Math.max(64 * width, needed * 2))
      grown.set(this.#values)
      this.#values = grown
    }
    for (const [i, column] of this.columns.entries())
      this.#values[this.#rows * width + i] = row[column] ?? Number.NaN
    this.#rows += 1
  }

  /** One column as a copy. */
  column(name: Column): Float64Array<ArrayBuffer> {
    const width = this.columns.length
    const at = this.columns.indexOf(name)
    return Float64Array.from({ length: this.#rows }, (_, row) => this.#values[row * width + at] ?? 0)
  }

  /** The last values of a column, `count` at most. */
  tail(name: Column, count: number): Float64Array<ArrayBuffer> {
    const width = this.columns.length
    const at = this.columns.indexOf(name)
    const first = Math.max(0, this.#rows - count)
    return Float64Array.from(
      { length: this.#rows - first },
      (_, i) => this.#values[(first + i) * width + at] ?? 0
    )
  }

  /** The last value of a column, or undefined if there are no rows. */
  last(name: Column): number | undefined {
    const width = this.columns.length
    return this.#rows === 0 ? undefined : this.#values[(this.#rows - 1) * width + this.columns.indexOf(name)]
  }

  toArray(name: string): NamedArray.NamedArray {
    const width = this.columns.length
    return NamedArray.of(name, "float64", this.#values.slice(0, this.#rows * width), [this.#rows, width])
  }

  /** Puts back what `toArray` gave; false if it is not such an array. */
  restore(array: NamedArray.NamedArray | undefined): boolean {
    const values = NamedArray.view(array, "float64")
    if (array === undefined || values === undefined || array.shape[1] !== this.columns.length) return false
    this.#values = Float64Array.from(values)
    this.#rows = array.shape[0] ?? 0
    return true
  }
}
