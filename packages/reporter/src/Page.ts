// What both forms of the report say, HTML and Markdown alike.
import type { Summary } from "./Comparison.ts"
import type { Estimate } from "./Estimates.ts"
import type { Finding } from "./Pairwise.ts"
import type { Verdict } from "./Recommendation.ts"
import type { Group } from "./SideBySide.ts"
import type { Trials } from "./Trials.ts"

/** What happened to the documents between the files and the model. */
export interface Cleaning {
  readonly read: number
  readonly kept: number
  readonly dropped: Readonly<Record<string, number>>
  readonly repaired: Readonly<Record<string, number>>
}

export interface Corpus {
  readonly description: string
  readonly licence: string
  readonly documents: number
  readonly bytes: number
  readonly splits: Readonly<Record<string, number>>
}

export interface Page {
  readonly title: string
  /** what the models are for, in the author's words */
  readonly task: string
  readonly verdict: Verdict
  readonly models: ReadonlyArray<Summary>
  readonly unmeasured: ReadonlyArray<string>
  readonly groups: ReadonlyArray<Group>
  /** the best model against the others on every metric */
  readonly findings: ReadonlyArray<Finding>
  readonly estimates: ReadonlyArray<Estimate>
  readonly trials: Trials | undefined
  readonly corpora: ReadonlyArray<Corpus>
  readonly cleaning: ReadonlyArray<Cleaning>
  /** the pipeline file that made this, so that the page alone is enough to repeat it */
  readonly pipeline: { readonly name: string; readonly text: string } | undefined
  readonly environment: ReadonlyArray<readonly [name: string, value: string]>
}
