// Why a document was kept or cut: each rule's value beside the threshold that holds for its language and script.
import type { ScoreColumn } from "@inkstone/artifact"
import { type CutConfig, thresholdsFor, shortest } from "../Cuts.ts"
import { rules } from "../rules/Table.ts"
import type { ScoreRows } from "./WhatIf.ts"

export interface Judgement {
  /** the rule's name, `gopher.words` */
  readonly rule: string
  readonly unit: string
  readonly says: string
  readonly value: number
  /** the thresholds on it that are in force, and whether the document meets each */
  readonly thresholds: ReadonlyArray<{
    readonly name: string
    readonly kind: "least" | "most"
    readonly threshold: number
    readonly met: boolean
  }>
}

/** In the order in which thresholds are asked; rules that say nothing about this document are left out. */
export const why = (rows: ScoreRows, row: number, config: CutConfig): ReadonlyArray<Judgement> => {
  const inForce = thresholdsFor(config, { lang: rows.lang[row] ?? "", script: rows.script[row] ?? "" })
  const valueOf = (column: ScoreColumn) => rows[column][row] ?? Number.NaN
  return rules.flatMap((rule) => {
    const value = valueOf(rule.column)
    if (Number.isNaN(value)) return []
    const thresholds = inForce
      .filter((one) => one.rule === rule)
      .map(({ limit: { kind, name }, threshold }) => ({
        name,
        kind,
        threshold,
        met: kind === "least" ? value >= Math.fround(threshold) : value <= Math.fround(threshold)
      }))
    return [{ rule: rule.name, unit: rule.unit, says: rule.says, value: shortest(value), thresholds }]
  })
}
