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

interface Asked {
  /** of every document */
  readonly all: ReadonlyArray<Threshold>
  /** whether one that is kept now still is: what it is known to meet is not asked again */
  readonly stays: (row: number) => boolean
}

/** What is asked of each language and script, worked out once; neighbours mostly have the same. */
const tongues = (rows: ScoreRows, before: CutConfig, after: CutConfig) => {
  const known = new Map<string, Asked>()
  let last: { readonly lang: string; readonly script: string; readonly asked: Asked } | undefined
  return (lang: string, script: string): Asked => {
    if (last !== undefined && last.lang === lang && last.script === script) return last.asked
    const key = `${lang} ${script}`
    const all = thresholdsFor(after, { lang, script })
    const asked = known.get(key) ?? {
      all,
      stays: meets(rows, stricter(thresholdsFor(before, { lang, script }), all))
    }
    known.set(key, asked)
    last = { lang, script, asked }
    return asked
  }
}

/** Those of `then` that a document which meets all of `now` may fail. */
const stricter = (
  now: ReadonlyArray<Threshold>,
  then: ReadonlyArray<Threshold>
): ReadonlyArray<Threshold> => {
  const known = new Map(now.map(({ limit, threshold }) => [limit.name, threshold]))
  return then.filter(({ limit, threshold }) => known.get(limit.name) !== threshold)
}

/** Whether a row meets thresholds, with each column looked up beforehand. */
const meets = (rows: ScoreRows, thresholds: ReadonlyArray<Threshold>): ((row: number) => boolean) => {
  const tests = thresholds.map(({ limit, rule, threshold }) => ({
    values: rows[rule.column],
    least: limit.kind === "least",
    border: Math.fround(threshold)
  }))
  return (row) => {
    for (const { border, least, values } of tests) {
      // NaN is neither below nor above
      const value = values[row] ?? Number.NaN
      if (least ? value < border : value > border) return false
    }
    return true
  }
}

/** Documents that something else than a threshold took out (a copy, a broken record) stay out, whatever the thresholds. */
export const whatIf = (rows: ScoreRows, before: CutConfig, after: CutConfig): WhatIf => {
  const askedOf = tongues(rows, before, after)
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
    const asked = askedOf(lang, script)
    const cutAfter = fixed || (kept && asked.stays(row)) ? undefined : cut(valueOf, asked.all)
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
    if (!kept && keptAfter)
      coming.push({ row, before: cut(valueOf, thresholdsFor(before, { lang, script })), after: undefined })
  }
  return { ...total, byRule, coming, going }
}
