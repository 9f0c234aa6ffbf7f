// Rows of comma- or tab-separated text as it streams past, read as Python's csv module and spreadsheets read it (RFC 4180 and what
// is found beside it): a quote counts at the beginning of a field only, two quotes inside quotes are one, line ends of all three kinds.
import { Bounded } from "./Bounded.ts"

export interface CsvRow {
  readonly fields: ReadonlyArray<string>
  /** line on which the row begins, from 1 */
  readonly line: number
  /** code points of a row that is too long to hold, of which `fields` has only the beginning */
  readonly tooLong: number | undefined
  /** line of the quote that was never closed, if the file ends inside it */
  readonly unclosed: number | undefined
}

const quoteUnit = 0x22
const [lineFeed, carriageReturn] = [10, 13]

type State = "start" | "plain" | "quoted" | "closing"

/** Feed it with `push`, then call `end`. A blank line is no row. */
export class CsvRows {
  readonly #delimiter: number
  /** 1 for ASCII characters that mean something */
  readonly #special = new Uint8Array(128)
  readonly #quotes: boolean
  readonly #limit: number
  readonly #field: Bounded
  #fields: Array<string> = []
  /** code points of the fields that are complete */
  #chars = 0
  #state: State = "start"
  #line = 1
  #rowLine = 1
  #quoteLine = 1
  #afterReturn = false
  #done: Array<CsvRow> = []

  constructor({
    delimiter,
    quotes,
    limit
  }: {
    readonly delimiter: string
    readonly quotes: boolean
    /** most code points of a row */
    readonly limit: number
  }) {
    this.#delimiter = delimiter.charCodeAt(0)
    for (const unit of [this.#delimiter, quoteUnit, lineFeed, carriageReturn]) this.#special[unit] = 1
    this.#quotes = quotes
    this.#limit = limit
    this.#field = new Bounded(limit)
  }

  push(chunk: string): ReadonlyArray<CsvRow> {
    let from = 0 // of what belongs to the field and is not added yet
    for (let i = 0; i < chunk.length; i++) {
      const special = this.#nextSpecial(chunk, i)
      if (special > i) {
        if (this.#state !== "quoted") this.#state = "plain"
        this.#afterReturn = false
        i = special
        if (i === chunk.length) break
      }
      const unit = chunk.charCodeAt(i)
      const isSecondHalf = this.#afterReturn && unit === lineFeed
      this.#afterReturn = unit === carriageReturn
      const isLineEnd = unit === lineFeed || unit === carriageReturn
      if (isLineEnd && !isSecondHalf) this.#line++
      if (this.#state === "quoted") {
        if (unit !== quoteUnit) continue
        this.#field.add(chunk.slice(from, i))
        this.#state = "closing"
        from = i + 1
      } else if (isSecondHalf && this.#isNew) from = i + 1
      else if (isLineEnd) {
        this.#field.add(chunk.slice(from, i))
        this.#finishRow()
        from = i + 1
      } else if (unit === this.#delimiter) {
        this.#field.add(chunk.slice(from, i))
        this.#finishField()
        from = i + 1
      } else if (unit === quoteUnit && this.#quotes && this.#state === "start") {
        this.#state = "quoted"
        this.#quoteLine = this.#line
        from = i + 1
      } else if (unit === quoteUnit && this.#state === "closing") {
        // the second of two: it is text, and the field goes on
        this.#state = "quoted"
        from = i
      } else this.#state = "plain"
    }
    this.#field.add(chunk.slice(from))
    return this.#take()
  }

  end(): ReadonlyArray<CsvRow> {
    const unclosed = this.#state === "quoted" ? this.#quoteLine : undefined
    if (!this.#isNew) this.#finishRow(unclosed)
    return this.#take()
  }

  /** The next place where something may end or begin. */
  #nextSpecial(chunk: string, from: number): number {
    let at = from
    for (; at < chunk.length; at++) {
      const unit = chunk.charCodeAt(at)
      if (unit < 128 && this.#special[unit] === 1) break
    }
    return at
  }

  /** Nothing of a row has been seen yet. */
  get #isNew(): boolean {
    return this.#state === "start" && this.#fields.length === 0
  }

  #finishField(): void {
    const { text, tooLong } = this.#field.take()
    // one more for the delimiter, so that a line of nothing but commas comes to an end too
    this.#chars += (tooLong ?? text.length) + 1
    // of a row that is too long no more is kept than its beginning
    if (this.#chars <= this.#limit || this.#fields.length === 0) this.#fields.push(text)
    this.#state = "start"
  }

  #finishRow(unclosed?: number): void {
    if (!this.#isNew) {
      this.#finishField()
      const tooLong = this.#chars > this.#limit ? this.#chars : undefined
      this.#done.push({ fields: this.#fields, line: this.#rowLine, tooLong, unclosed })
    }
    this.#fields = []
    this.#chars = 0
    this.#rowLine = this.#line
    this.#state = "start"
  }

  #take(): ReadonlyArray<CsvRow> {
    const done = this.#done
    this.#done = []
    return done
  }
}
