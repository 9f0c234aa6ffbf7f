// Where each document is repaired, measured, judged and entered into the three tables.
import type { Documents, Kind, Ledger, Scores } from "@inkstone/artifact"
import { cut } from "./Cuts.ts"
import { fingerprint, idOf, splitOf } from "./Identity.ts"
import type { IngestConfig } from "./IngestConfig.ts"
import { languageOf } from "./Language.ts"
import { profile } from "./Profile.ts"
import type { Broken, Found, Read } from "./readers/Format.ts"
import { repair } from "./Repair.ts"
import { type Scores as ScoresOf, measure } from "./Rules.ts"
import { scriptOf } from "./Script.ts"

type DocumentRow = {
  readonly id: string
  readonly source: string
  readonly lang: string
  readonly script: string
  readonly split: string
  readonly licence: string
  readonly group: string
  readonly bytes: number
  readonly text: string
}
type ScoreRow = { readonly id: string; readonly rule: string; readonly value: number }
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

/** Code points of the document that the ledger shows. */
const excerptChars = 80

export class Desk {
  readonly #config: IngestConfig
  readonly #seen = new Map<string, number>()
  #documents: Array<DocumentRow> = []
  #scores: Array<ScoreRow> = []
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

  constructor(config: IngestConfig) {
    this.#config = config
  }

  /** True when there is a batch to take. */
  get isFull(): boolean {
    return this.#waitingBytes >= batchBytes || this.#waitingReads >= batchDocuments
  }

  /** Gives back a broken record if the config says that one ends the run. */
  enter(one: Read): Broken | undefined {
    const id = idOf(one.name, one.span)
    if (one.kind === "broken" && this.#config.onBadRecord === "fail") return one
    this.read++
    this.#waitingReads++
    if (one.kind === "found") this.#judge(id, one)
    else {
      const reason = one.kind === "refused" ? one : { rule: "bad-record", value: one.at, threshold: 0 }
      const measured = scoreOfRefusal[reason.rule]
      if (measured !== undefined) this.#scores.push({ id, rule: measured, value: reason.value })
      this.#drop({ id, source: one.source, text: one.text }, reason)
    }
    return undefined
  }

  #judge(id: string, { source, text: raw, lang, licence, group = "" }: Found): void {
    const config = this.#config
    const { text, repairs, controlRatio } = repair(raw, config.unicode)
    const counted = profile(text)
    const script = scriptOf(text, counted)
    const scores = measure({ text, profile: counted, script, controlRatio })
    this.#enterScores(id, scores)
    const excerpt = excerptOf(text)
    for (const { rule, count } of repairs) {
      this.#ledger.push({ id, source, action: "repaired", rule, value: count, threshold: 0, excerpt })
      tally(this.repaired, rule)
    }
    const failed = cut(scores, script, config) ?? this.#repeated(text)
    if (failed !== undefined) return this.#drop({ id, source, text }, failed)
    const split = splitOf(group === "" ? id : group, config.splits)
    this.#documents.push({
      id,
      source,
      lang: config.lang ?? lang ?? languageOf(text, script),
      script,
      split,
      licence: licence ?? config.licence,
      group,
      bytes: counted.bytes,
      text
    })
    this.kept++
    this.bytes += counted.bytes
    this.#waitingBytes += counted.bytes
    tally(this.splits, split)
  }

  /** Documents come in order of name, so the one that stays is the first by name. The value is the how manieth it is. */
  #repeated(
    text: string
  ): { readonly rule: string; readonly value: number; readonly threshold: number } | undefined {
    if (this.#config.deduplicate === "none") return undefined
    const print = fingerprint(text)
    const copies = (this.#seen.get(print) ?? 0) + 1
    this.#seen.set(print, copies)
    return copies > 1 ? { rule: "exact-duplicate", value: copies, threshold: 1 } : undefined
  }

  #enterScores(id: string, scores: ScoresOf): void {
    for (const [rule, value] of scores) this.#scores.push({ id, rule, value })
  }

  #drop(
    { id, source, text }: { readonly id: string; readonly source: string; readonly text: string },
    { rule, value, threshold }: { readonly rule: string; readonly value: number; readonly threshold: number }
  ): void {
    this.#ledger.push({ id, source, action: "dropped", rule, value, threshold, excerpt: excerptOf(text) })
    tally(this.dropped, rule)
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
              rule: scores.map((row) => row.rule),
              value: Float64Array.from(scores, (row) => row.value)
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

/** The one score that is known of a document which could not be held or read. */
const scoreOfRefusal: Readonly<Record<string, string>> = { maxChars: "chars", binary: "controlRatio" }

const tally = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}

const excerptOf = (text: string): string =>
  Array.from(text.slice(0, 4 * excerptChars).replace(/[\p{Cc}\s]+/gu, " "))
    .slice(0, excerptChars)
    .join("")
    .trim()
