// What a stage drops or cuts, for the ledger.
import { Ledger, type Kind } from "@inkstone/artifact"

interface Entry {
  readonly id: string
  readonly source: string
  readonly text: string
  readonly rule: string
  readonly value: number
  readonly threshold: number
}

const excerptChars = 80

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

/** The first characters in one line. */
export const excerptOf = (text: string): string => {
  const line = text.slice(0, 4 * excerptChars).replace(whiteSpace, " ")
  const short = line.slice(0, excerptChars)
  // characters and units are the same but for surrogate pairs
  return (/[\ud800-\udfff]/.test(short) ? Array.from(line).slice(0, excerptChars).join("") : short).trim()
}
// a single space, which is most of all white space, is left alone instead of being replaced by itself
const whiteSpace = /[\p{Cc}\s]{2,}|[^\S ]|\p{Cc}/gu
