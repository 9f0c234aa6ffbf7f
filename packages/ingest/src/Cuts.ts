// Compares stored scores with thresholds. No text is looked at here, so other thresholds can be tried without reading again.
import type { ScoreColumn } from "@inkstone/artifact"
import type { IngestConfig } from "./IngestConfig.ts"
import { profileFor, type Tongue } from "./rules/LanguageProfile.ts"
import type { Limit, Rule } from "./rules/Rule.ts"
import { groupOf, limitNamed, optionalGroups, rules } from "./rules/Table.ts"
import { isHan } from "./Script.ts"

/** A document is cut by the first threshold its scores do not meet. */
export interface Cut {
  readonly rule: string
  readonly value: number
  readonly threshold: number
}

/** A limit with the number that holds for some language and script. */
export interface Threshold {
  readonly rule: Rule
  readonly limit: Limit
  readonly threshold: number
}

/** What decides about cuts. */
export type CutConfig = Pick<IngestConfig, "cuts" | "allowReplacement" | "personalData">

/**
 * The thresholds that hold for a language and script, in the order in which they are asked. Those of `byLang` win over `byScript`,
 * that over `byScript.Hani`, that over the common ones, and those over the defaults of the language's profile.
 */
export const thresholdsFor = (
  { allowReplacement, cuts, personalData }: CutConfig,
  tongue: Tongue
): ReadonlyArray<Threshold> => {
  if (cuts === "off") return []
  const said = new Map<string, number>()
  const inForce = new Set<string>(["", "blocklist"])
  const layers: ReadonlyArray<object | undefined> = [
    personalData === "drop" ? { personal: { maxItems: 0 } } : undefined,
    cuts,
    isHan(tongue.script) ? cuts.byScript["Hani"] : undefined,
    cuts.byScript[tongue.script],
    cuts.byLang[tongue.lang]
  ]
  for (const layer of layers) enterAll(layer ?? {}, said, inForce)
  const profile = profileFor(tongue)
  return rules.flatMap((rule) =>
    rule.limits.flatMap((limit) => {
      if (limit.name === "replacement-character" && allowReplacement) return []
      const byDefault =
        limit.defaults[profile] === undefined ? limit.defaults.default : limit.defaults[profile]
      const threshold = said.get(limit.name) ?? (inForce.has(groupOf(limit.name)) ? byDefault : undefined)
      return typeof threshold === "number" ? [{ rule, limit, threshold }] : []
    })
  )
}

const groupNames: ReadonlySet<string> = new Set(optionalGroups)

/** Enters the numbers of a layer of the config under the full names of their limits. */
const enterAll = (layer: object, said: Map<string, number>, inForce: Set<string>, group = ""): void => {
  for (const [key, value] of Object.entries(layer)) {
    if (typeof value === "number") said.set(group === "" ? key : `${group}.${key}`, value)
    else if (group === "" && key !== "byScript" && key !== "byLang") {
      if (groupNames.has(key)) inForce.add(key)
      enterAll(Object(value), said, inForce, key)
    }
  }
}

/**
 * The first threshold that the scores of a document do not meet. `valueOf` gives a column's value in the row of the document. Scores
 * are float32, so thresholds are compared as such: 0.3 is 0.3 on both sides.
 */
export const cut = (
  valueOf: (column: ScoreColumn) => number,
  thresholds: ReadonlyArray<Threshold>
): Cut | undefined => {
  for (const { limit, rule, threshold } of thresholds) {
    const value = valueOf(rule.column)
    // a rule that says nothing has NaN, which is neither below nor above
    if (limit.kind === "least" ? value < Math.fround(threshold) : value > Math.fround(threshold)) {
      return { rule: limit.name, value: shortest(value), threshold }
    }
  }
  return undefined
}

/** The shortest decimal that is this float32: 0.2 and not 0.20000000298023224. */
export const shortest = (value: number): number => {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** Longer than any script allows: no such record needs to be held. */
export const longest = (cuts: IngestConfig["cuts"]): number => {
  const byDefault = limitNamed("maxChars")?.limit.defaults.default ?? 0
  if (cuts === "off") return byDefault
  const others = [...Object.values(cuts.byScript), ...Object.values(cuts.byLang)]
  return Math.max(cuts.maxChars ?? byDefault, ...others.map((thresholds) => thresholds.maxChars ?? 0))
}
