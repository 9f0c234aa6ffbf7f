// Which tokens stand in which row. Documents are told one after another by their length; whole groups of rows come out, so that
// no more than a group of tokens has to be in memory however large the corpus is.
import { growUint32 } from "../internal/Grow.ts"
import { bestFit } from "./BestFit.ts"

export interface PackSettings {
  readonly policy: "concatenate" | "best-fit" | "one"
  /** tokens of a row */
  readonly contextLength: number
  /** `one`: what becomes of a document longer than a row */
  readonly overflow: "windows" | "cut"
  /** `one`, `windows`: tokens that a window repeats of the one before, below `contextLength` */
  readonly stride: number
  /** tokens of documents that are planned together, about; more of them pack better and take more memory */
  readonly groupTokens: number
}

/** Columns of the table `spans`, and where each span starts in the run of all tokens, counted from the group's `from`. */
export interface Spans {
  readonly row: Uint32Array
  readonly at: Uint32Array
  readonly tokens: Uint32Array
  readonly context: Uint32Array
  readonly document: Uint32Array
  readonly from: Uint32Array
  readonly source: Uint32Array
}

/** Rows that are complete, spans in order of row and place. */
export interface Group {
  /** the run of all tokens from here to there holds what the rows need */
  readonly from: number
  readonly to: number
  readonly firstRow: number
  readonly rows: number
  /** `row` counts from `firstRow` */
  readonly spans: Spans
}

export class Planner {
  readonly #settings: PackSettings
  #pieces = new Pieces()
  /** of the pieces waiting for their rows */
  #tokens = 0
  #document = 0
  #run = 0
  #rows = 0
  cutDocuments = 0
  cutTokens = 0
  /** planned and not taken yet, in order */
  readonly ready: Array<Group> = []

  constructor(settings: PackSettings) {
    this.#settings = settings
  }

  /**
   * The next document of the run, or the next example; an empty one has no span. `skipped` tokens of the document were cut off
   * before it came into the run.
   */
  add(tokens: number, skipped = 0): void {
    const { contextLength: T, overflow, policy, stride } = this.#settings
    const stop = policy === "one" && overflow === "cut" ? Math.min(tokens, T) : tokens
    const step = policy === "one" ? T - stride : T
    for (let from = 0; from < stop;) {
      const room = policy === "concatenate" ? T - (this.#tokens % T) : T
      const taken = Math.min(room, stop - from)
      this.#pieces.push({
        document: this.#document,
        from: skipped + from,
        tokens: taken,
        context: policy === "one" && from > 0 ? stride : 0,
        source: this.#run + from
      })
      this.#tokens += taken
      if (this.#tokens >= this.#settings.groupTokens && (policy !== "concatenate" || taken === room))
        this.#flush()
      if (from + taken === stop) break
      from += policy === "one" ? step : taken
    }
    const cut = skipped + tokens - stop
    if (cut > 0) this.cutDocuments++
    this.cutTokens += cut
    this.#document++
    this.#run += tokens
  }

  /** There are no more documents: what waits becomes rows. */
  end(): void {
    if (this.#pieces.count > 0) this.#flush()
  }

  #flush(): void {
    const { rows, spans } = this.#laidOut()
    const from = this.#pieces.start
    this.ready.push({ from, to: this.#pieces.end, firstRow: this.#rows, rows, spans })
    this.#rows += rows
    this.#pieces = new Pieces()
    this.#tokens = 0
  }

  #laidOut(): { readonly rows: number; readonly spans: Spans } {
    const { contextLength, policy } = this.#settings
    const pieces = this.#pieces.columns()
    const count = pieces.tokens.length
    if (policy === "best-fit") return inOrder(pieces, bestFit(pieces.tokens, contextLength))
    if (policy === "one")
      return {
        rows: count,
        spans: {
          ...pieces,
          row: Uint32Array.from({ length: count }, (_, i) => i),
          at: new Uint32Array(count)
        }
      }
    const row = new Uint32Array(count)
    const at = new Uint32Array(count)
    let tokens = 0
    for (let i = 0; i < count; i++) {
      row[i] = Math.floor(tokens / contextLength)
      at[i] = tokens % contextLength
      tokens += pieces.tokens[i]!
    }
    return { rows: Math.ceil(tokens / contextLength), spans: { ...pieces, row, at } }
  }
}

type Piece = "tokens" | "context" | "document" | "from" | "source"
const names: ReadonlyArray<Piece> = ["tokens", "context", "document", "from", "source"]

/** Parts of documents, each of at most a row, as columns that grow. */
class Pieces {
  count = 0
  /** of the run */
  start = 0
  end = 0
  readonly #columns: Record<Piece, Uint32Array> = {
    tokens: new Uint32Array(64),
    context: new Uint32Array(64),
    document: new Uint32Array(64),
    from: new Uint32Array(64),
    source: new Uint32Array(64)
  }

  push(piece: Readonly<Record<Piece, number>>): void {
    if (this.count === 0) this.start = piece.source
    this.end = piece.source + piece.tokens
    for (const name of names) {
      if (this.count === this.#columns[name].length)
        this.#columns[name] = growUint32(this.#columns[name], this.count + 1)
      this.#columns[name][this.count] = name === "source" ? piece.source - this.start : piece[name]
    }
    this.count++
  }

  columns(): Readonly<Record<Piece, Uint32Array>> {
    const { context, document, from, source, tokens } = this.#columns
    const used = (column: Uint32Array) => column.subarray(0, this.count)
    return {
      tokens: used(tokens),
      context: used(context),
      document: used(document),
      from: used(from),
      source: used(source)
    }
  }
}

/** Pieces sorted by row, those of a row in the order of the corpus: a counting sort. */
const inOrder = (
  pieces: Readonly<Record<Piece, Uint32Array>>,
  rowOf: Uint32Array
): { readonly rows: number; readonly spans: Spans } => {
  const count = rowOf.length
  let rows = 0
  for (const row of rowOf) rows = Math.max(rows, row + 1)
  const next = new Uint32Array(rows + 1)
  for (const row of rowOf) next[row + 1]!++
  for (let row = 0; row < rows; row++) next[row + 1]! += next[row]!
  const order = new Uint32Array(count)
  for (let piece = 0; piece < count; piece++) order[next[rowOf[piece]!]!++] = piece
  const at = new Uint32Array(count)
  for (let i = 1; i < count; i++) {
    const before = order[i - 1]!
    if (rowOf[before] === rowOf[order[i]!]) at[i] = at[i - 1]! + pieces.tokens[before]!
  }
  const sorted = (column: Uint32Array) => order.map((piece) => column[piece]!)
  return {
    rows,
    spans: {
      row: sorted(rowOf),
      at,
      tokens: sorted(pieces.tokens),
      context: sorted(pieces.context),
      document: sorted(pieces.document),
      from: sorted(pieces.from),
      source: sorted(pieces.source)
    }
  }
}
