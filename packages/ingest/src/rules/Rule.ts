// What a rule is to everyone but its measuring code: a column of scores, its unit, and the thresholds that may cut on it.
import type { ScoreColumn } from "@inkstone/artifact"
import type { ProfileName } from "./LanguageProfile.ts"

/** A threshold that a pipeline may set. */
export interface Limit {
  /** as in the config below `cuts`, and as the ledger names it: `minChars`, `gopher.minWords` */
  readonly name: string
  /** `least`: a value below the threshold is cut; `most`: a value above it. What lies on it stays. */
  readonly kind: "least" | "most"
  /**
   * Where the limit's group is in force and the pipeline says nothing else, by profile; `default` stands for those left out, and
   * null says that there is none.
   */
  readonly defaults: Partial<Readonly<Record<ProfileName, number | null>>>
}

export interface Rule {
  /** the limit's group and what is measured: `chars`, `gopher.words` */
  readonly name: string
  readonly column: ScoreColumn
  /** `share` is of one, from 0 to 1 */
  readonly unit: string
  readonly says: string
  /** none: the rule only tells */
  readonly limits: ReadonlyArray<Limit>
}

export const least = (name: string, defaults: Limit["defaults"] = {}): Limit => ({
  name,
  kind: "least",
  defaults
})
export const most = (name: string, defaults: Limit["defaults"] = {}): Limit => ({
  name,
  kind: "most",
  defaults
})
