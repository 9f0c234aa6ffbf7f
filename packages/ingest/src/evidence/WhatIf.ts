// What other thresholds would change, from stored scores alone: no text is read.
import type { Kind, ScoreColumn, Scores } from "@inkstone/artifact"
import { cut, type CutConfig, type Threshold, thresholdsFor } from "../Cuts.ts"
import { limitNamed } from "../rules/Table.ts"

export type ScoreRows = Kind.Rows<(typeof Scores)["tables"]["scores"]>

/** A document that would no longer be what it is. */
export interface Move {
  readonly row: number
  /** what cuts it now and what would then, with value and threshold; undefined where it is kept */
  readonly before: Reason | undefined
  readonly after: Reason | undefined
}
export interface Reason {
  readonly rule: string
  readonly value: number
  readonly threshold: number
}

export interface WhatIf {
  readonly keptBefore: number
  readonly keptAfter: number
  /** UTF-8 bytes of clean text */
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** documents that each rule cuts, before and after */
  readonly byRule: ReadonlyMap<string, { readonly before: number; readonly after: number }>
  readonly coming: ReadonlyArray<Move>
  readonly going: ReadonlyArray<Move>
}

/** The thresholds of each language and script, worked out once. */
const tongues = (config: CutConfig) => {
  const known = new Map<string, ReadonlyArray<Threshold>>()
  return (lang: string, script: string): ReadonlyArray<Threshold> => {
    const key = `${lang} ${script}`
    const found = known.get(key) ?? thresholdsFor(config, { lang, script })
    known.set(key, found)
    return found
  }
}

/** Documents that something else than a threshold took out (a copy, a broken record) stay out, whatever the thresholds. */
export const whatIf = (rows: ScoreRows, before: CutConfig, after: CutConfig): WhatIf => {
  const [now, then] = [tongues(before), tongues(after)]
  const byRule = new Map<string, { before: number; after: number }>()
  const tally = (rule: string, side: "before" | "after") => {
    const counts = byRule.get(rule) ?? { before: 0, after: 0 }
    counts[side]++
    byRule.set(rule, counts)
  }
  const total = { keptBefore: 0, keptAfter: 0, bytesBefore: 0, bytesAfter: 0 }
  const coming: Array<Move> = []
  const going: Array<Move> = []
  for (let row = 0; row < rows.id.length; row++) {
    const valueOf = (column: ScoreColumn) => rows[column][row] ?? Number.NaN
    const [lang, script] = [rows.lang[row] ?? "", rows.script[row] ?? ""]
    const kept = rows.kept[row] === true
    const reason = rows.rule[row] ?? ""
    const bytes = rows.bytes[row] ?? 0
    const fixed = !kept && limitNamed(reason) === undefined
    const cutAfter = fixed ? undefined : cut(valueOf, then(lang, script))
    const keptAfter = !fixed && cutAfter === undefined
    if (!kept) tally(reason, "before")
    if (!keptAfter) tally(fixed ? reason : (cutAfter?.rule ?? ""), "after")
    if (kept) {
      total.keptBefore++
      total.bytesBefore += bytes
    }
    if (keptAfter) {
      total.keptAfter++
      total.bytesAfter += bytes
    }
    if (kept && !keptAfter) going.push({ row, before: undefined, after: cutAfter })
    if (!kept && keptAfter) coming.push({ row, before: cut(valueOf, now(lang, script)), after: undefined })
  }
  return { ...total, byRule, coming, going }
}
