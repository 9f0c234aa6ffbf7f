// What a stage drops or cuts, for the ledger.
import { excerptOf, type Kind, type Ledger } from "@inkstone/artifact"

interface Entry {
  readonly id: string
  readonly source: string
  readonly text: string
  readonly rule: string
  readonly value: number
  readonly threshold: number
}

export class LedgerRows {
  read = 0
  readonly dropped: Record<string, number> = {}
  readonly repaired: Record<string, number> = {}
  #entries: Array<Entry & { readonly action: "dropped" | "repaired" }> = []

  drop(entry: Entry): void {
    this.dropped[entry.rule] = (this.dropped[entry.rule] ?? 0) + 1
    this.#enter(entry, "dropped")
  }

  repair(entry: Entry): void {
    this.repaired[entry.rule] = (this.repaired[entry.rule] ?? 0) + 1
    this.#enter(entry, "repaired")
  }

  #enter({ text, ...entry }: Entry, action: "dropped" | "repaired"): void {
    this.#entries.push({ ...entry, action, text: excerptOf(text) })
  }

  /** What came together since the last time. */
  take(): Kind.Rows<(typeof Ledger.tables)["ledger"]> {
    const entries = this.#entries
    this.#entries = []
    return {
      id: entries.map(({ id }) => id),
      source: entries.map(({ source }) => source),
      action: entries.map(({ action }) => action),
      rule: entries.map(({ rule }) => rule),
      value: Float64Array.from(entries, ({ value }) => value),
      threshold: Float64Array.from(entries, ({ threshold }) => threshold),
      excerpt: entries.map(({ text }) => text)
    }
  }
}
