// What became of examples that are not whole: one row each, and counts by rule.
import type { Draft, Ledger } from "@inkstone/artifact"
import { Effect } from "effect"
import type { Example } from "./ExampleReader.ts"

export interface Finding {
  readonly action: "dropped" | "repaired"
  readonly rule: string
  readonly value: number
  readonly threshold: number
}

/** Rows of a record batch. */
const batchRows = 4096
const excerpt = 80

export class ExampleLedger {
  readonly #draft: Draft<typeof Ledger>
  #rows: Array<Finding & { readonly example: Example }> = []
  readonly #counts = { dropped: new Map<string, number>(), repaired: new Map<string, number>() }
  read = 0
  kept = 0

  constructor(draft: Draft<typeof Ledger>) {
    this.#draft = draft
  }

  add(example: Example, finding: Finding): void {
    const counts = this.#counts[finding.action]
    counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1)
    this.#rows.push({ ...finding, example })
  }

  /** Writes what has come together, where that is a batch. */
  flush(atLeast = batchRows) {
    if (this.#rows.length < atLeast || this.#rows.length === 0) return Effect.void
    const rows = this.#rows
    this.#rows = []
    return this.#draft.append("ledger", {
      id: rows.map(({ example }) => example.id),
      source: rows.map(({ example }) => example.source),
      action: rows.map(({ action }) => action),
      rule: rows.map(({ rule }) => rule),
      value: Float64Array.from(rows, ({ value }) => value),
      threshold: Float64Array.from(rows, ({ threshold }) => threshold),
      excerpt: rows.map(({ example }) => (example.parts[0]?.text ?? "").slice(0, excerpt).toWellFormed())
    })
  }

  end() {
    return Effect.andThen(
      this.flush(1),
      Effect.suspend(() =>
        this.#draft.describe({
          read: this.read,
          kept: this.kept,
          dropped: Object.fromEntries(this.#counts.dropped),
          repaired: Object.fromEntries(this.#counts.repaired)
        })
      )
    )
  }
}
