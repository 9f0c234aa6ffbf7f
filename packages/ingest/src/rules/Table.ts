// All rules in one table. Its order is that in which thresholds are asked: the first that fails is the reason.
import type { ScoreColumn } from "@inkstone/artifact"
import { basic, beside } from "./Basic.ts"
import { gopher, repetition } from "./Gopher.ts"
import { c4, fineweb } from "./Lines.ts"
import type { Limit, Rule } from "./Rule.ts"

export const rules: ReadonlyArray<Rule> = [...basic, ...beside, ...repetition, ...gopher, ...c4, ...fineweb]

/** Groups that hold only where a pipeline names them; the rest is always in force. */
export const optionalGroups = ["gopher", "repetition", "c4", "fineweb"] as const

/** `gopher` of `gopher.minWords`; "" for the basic ones. */
export const groupOf = (name: string): string => (name.includes(".") ? name.slice(0, name.indexOf(".")) : "")

/** The rule and the limit that a threshold's name means, such as `gopher.minWords`. */
export const limitNamed = (name: string): { readonly rule: Rule; readonly limit: Limit } | undefined =>
  byLimit.get(name)

const byLimit = new Map(
  rules.flatMap((rule) => rule.limits.map((limit) => [limit.name, { rule, limit }] as const))
)

/** The rule whose values a column of `scores` holds. */
export const ruleOf = (column: ScoreColumn): Rule | undefined => byColumn.get(column)
const byColumn = new Map(rules.map((rule) => [rule.column, rule]))
