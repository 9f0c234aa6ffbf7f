// The middle of what each rule measured, over kept and over dropped documents of each language: where a corpus stands between its
// thresholds.
import { type DatasetCard, type Kind, type ScoreColumn, scoreColumns } from "@inkstone/artifact"
import type { ScoreRows } from "../evidence/WhatIf.ts"
import { ruleOf } from "../rules/Table.ts"

type MedianRows = Kind.Rows<(typeof DatasetCard.tables)["scores"]>

interface Values {
  readonly kept: Array<number>
  readonly dropped: Array<number>
}

export interface Median {
  readonly rule: string
  readonly lang: string
  readonly kept: number
  readonly dropped: number
}

/** The middle one, or the lower of the two in the middle; NaN of none. */
const median = (values: ReadonlyArray<number>): number => {
  const sorted = Float64Array.from(values).toSorted()
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** A sample of a language is enough for a middle: what follows of it is not held. */
const mostHeld = 100_000

export class ScoreMedians {
  readonly #values = new Map<string, Map<ScoreColumn, Values>>()

  add(rows: ScoreRows): void {
    for (const [row, lang] of rows.lang.entries()) {
      const columns = this.#values.get(lang) ?? new Map<ScoreColumn, Values>()
      this.#values.set(lang, columns)
      for (const column of scoreColumns) {
        const value = rows[column][row] ?? Number.NaN
        if (Number.isNaN(value)) continue
        const values = columns.get(column) ?? { kept: [], dropped: [] }
        columns.set(column, values)
        const side = rows.kept[row] === true ? values.kept : values.dropped
        if (side.length < mostHeld) side.push(value)
      }
    }
  }

  medians(): ReadonlyArray<Median> {
    return [...this.#values.keys()].toSorted().flatMap((lang) =>
      Array.from(this.#values.get(lang) ?? [], ([column, { dropped, kept }]) => ({
        rule: ruleOf(column)?.name ?? column,
        lang,
        kept: median(kept),
        dropped: median(dropped)
      }))
    )
  }

  rows(): MedianRows {
    const all = this.medians()
    return {
      rule: all.map(({ rule }) => rule),
      lang: all.map(({ lang }) => lang),
      kept_median: Float64Array.from(all, ({ kept }) => kept),
      dropped_median: Float64Array.from(all, ({ dropped }) => dropped)
    }
  }
}
