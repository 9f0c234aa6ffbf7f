// Where judged documents are entered into the three tables, one after the other in the order of files: what one document means for
// another, such as that it says the same, is settled here.
import {
  type Documents,
  type Kind,
  type Ledger,
  type ScoreColumn,
  scoreColumns,
  type Scores
} from "@inkstone/artifact"
import type { Cut } from "./Cuts.ts"
import type { Judged } from "./Judge.ts"
import type { ScoreRow } from "./measure/ScoreRow.ts"
import { Seen } from "./Seen.ts"

type ScoreEntry = Pick<Judged, "id" | "source" | "lang" | "script" | "bytes" | "scores"> & {
  readonly kept: boolean
  readonly rule: string
}
type LedgerRow = {
  readonly id: string
  readonly source: string
  readonly action: "dropped" | "repaired"
  readonly rule: string
  readonly value: number
  readonly threshold: number
  readonly excerpt: string
}

/** One record batch a table; what has no rows is absent. */
export interface Batches {
  readonly documents: Kind.Rows<(typeof Documents)["tables"]["documents"]> | undefined
  readonly scores: Kind.Rows<(typeof Scores)["tables"]["scores"]> | undefined
  readonly ledger: Kind.Rows<(typeof Ledger)["tables"]["ledger"]> | undefined
}

/** A batch is big enough at so many UTF-8 bytes of text, or so many documents read. */
const batchBytes = 4 * 2 ** 20
const batchDocuments = 1024

export class Desk {
  readonly #seen = new Seen()
  #documents: Array<Judged> = []
  #scores: Array<ScoreEntry> = []
  #ledger: Array<LedgerRow> = []
  #waitingBytes = 0
  #waitingReads = 0

  read = 0
  kept = 0
  /** of the clean text of the kept documents, in UTF-8 */
  bytes = 0
  readonly splits: Record<string, number> = { train: 0, validation: 0, test: 0 }
  /** documents per rule */
  readonly dropped: Record<string, number> = {}
  readonly repaired: Record<string, number> = {}

  /** True when there is a batch to take. */
  get isFull(): boolean {
    return this.#waitingBytes >= batchBytes || this.#waitingReads >= batchDocuments
  }

  enter(one: Judged): void {
    const { bytes, excerpt, id, lang, repairs, script, scores, source, split } = one
    this.read++
    this.#waitingReads++
    for (const { rule, count } of repairs) {
      this.#ledger.push({ id, source, action: "repaired", rule, value: count, threshold: 0, excerpt })
      tally(this.repaired, rule)
    }
    const failed = one.cut ?? this.#repeated(one.fingerprint)
    const rule = failed?.rule ?? ""
    this.#scores.push({ id, source, lang, script, bytes, scores, kept: failed === undefined, rule })
    if (failed !== undefined) {
      this.#ledger.push({ id, source, action: "dropped", ...failed, excerpt })
      tally(this.dropped, rule)
      return
    }
    this.#documents.push(one)
    this.kept++
    this.bytes += bytes
    this.#waitingBytes += bytes
    tally(this.splits, split)
  }

  /** Documents come in order of name, so the one that stays is the first by name. The value is the how manieth it is. */
  #repeated(print: string): Cut | undefined {
    if (print === "") return undefined
    const copies = this.#seen.count(print)
    return copies > 1 ? { rule: "exact-duplicate", value: copies, threshold: 1 } : undefined
  }

  /** What has come together since the last time, in columns. */
  take(): Batches {
    const [documents, scores, ledger] = [this.#documents, this.#scores, this.#ledger]
    this.#documents = []
    this.#scores = []
    this.#ledger = []
    this.#waitingBytes = 0
    this.#waitingReads = 0
    return {
      documents:
        documents.length === 0
          ? undefined
          : {
              id: documents.map((row) => row.id),
              source: documents.map((row) => row.source),
              lang: documents.map((row) => row.lang),
              script: documents.map((row) => row.script),
              split: documents.map((row) => row.split),
              licence: documents.map((row) => row.licence),
              group: documents.map((row) => row.group),
              bytes: Uint32Array.from(documents, (row) => row.bytes),
              text: documents.map((row) => row.text)
            },
      scores:
        scores.length === 0
          ? undefined
          : {
              id: scores.map((row) => row.id),
              source: scores.map((row) => row.source),
              lang: scores.map((row) => row.lang),
              script: scores.map((row) => row.script),
              bytes: Uint32Array.from(scores, (row) => row.bytes),
              kept: scores.map((row) => row.kept),
              rule: scores.map((row) => row.rule),
              ...columnsOf(scores.map((row) => row.scores))
            },
      ledger:
        ledger.length === 0
          ? undefined
          : {
              id: ledger.map((row) => row.id),
              source: ledger.map((row) => row.source),
              action: ledger.map((row) => row.action),
              rule: ledger.map((row) => row.rule),
              value: Float64Array.from(ledger, (row) => row.value),
              threshold: Float64Array.from(ledger, (row) => row.threshold),
              excerpt: ledger.map((row) => row.excerpt)
            }
    }
  }
}

type ScoreValues = Readonly<Record<ScoreColumn, Float32Array>>
const isWhole = (columns: Partial<ScoreValues>): columns is ScoreValues =>
  scoreColumns.every((column) => columns[column] !== undefined)

/** Rows turned into columns. */
const columnsOf = (rows: ReadonlyArray<ScoreRow>): ScoreValues => {
  const columns: Partial<Record<ScoreColumn, Float32Array>> = {}
  for (const [place, name] of scoreColumns.entries()) {
    const column = new Float32Array(rows.length)
    for (let row = 0; row < rows.length; row++) column[row] = rows[row]![place]!
    columns[name] = column
  }
  if (!isWhole(columns)) throw new Error("a column of scores is missing")
  return columns
}

const tally = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}
