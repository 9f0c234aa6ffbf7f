// Compares stored scores with thresholds. No text is looked at here, so other thresholds can be tried without reading again.
import type { IngestConfig, Thresholds } from "./IngestConfig.ts"
import type { RuleName, Scores } from "./Rules.ts"
import { isHan, type Script } from "./Script.ts"

/** A document is cut by the first threshold its scores do not meet. */
export interface Cut {
  readonly rule: string
  readonly value: number
  readonly threshold: number
}

interface Limit {
  readonly name: keyof Thresholds
  readonly score: RuleName
  readonly kind: "least" | "most"
}
const limits: ReadonlyArray<Limit> = [
  { name: "maxChars", score: "chars", kind: "most" },
  { name: "minChars", score: "chars", kind: "least" },
  { name: "maxControlRatio", score: "controlRatio", kind: "most" },
  { name: "minLetterRatio", score: "letterRatio", kind: "least" },
  { name: "maxDigitRatio", score: "digitRatio", kind: "most" },
  { name: "minHanRatio", score: "hanRatio", kind: "least" },
  { name: "maxLineChars", score: "lineChars", kind: "most" },
  { name: "minUniqueLineRatio", score: "uniqueLineRatio", kind: "least" },
  { name: "minWords", score: "words", kind: "least" },
  { name: "maxMeanWordChars", score: "meanWordChars", kind: "most" }
]

/** The thresholds that hold for a script. */
export const thresholdsFor = (cuts: IngestConfig["cuts"], script: Script): Thresholds => ({
  ...cuts,
  ...(isHan(script) ? cuts.byScript["Hani"] : {}),
  ...cuts.byScript[script]
})

export const cut = (
  scores: Scores,
  script: Script,
  { cuts, allowReplacement }: Pick<IngestConfig, "cuts" | "allowReplacement">
): Cut | undefined => {
  const replacements = scores.get("replacements") ?? 0
  if (!allowReplacement && replacements > 0) {
    return { rule: "replacement-character", value: replacements, threshold: 0 }
  }
  const thresholds = thresholdsFor(cuts, script)
  for (const { name, score, kind } of limits) {
    const threshold = thresholds[name]
    const value = scores.get(score)
    if (threshold === undefined || value === undefined) continue
    if (kind === "least" ? value < threshold : value > threshold) return { rule: name, value, threshold }
  }
  return undefined
}

/** Longer than any script allows: no such record needs to be held. */
export const longest = ({ maxChars, byScript }: IngestConfig["cuts"]): number =>
  Math.max(maxChars, ...Object.values(byScript).map((thresholds) => thresholds.maxChars ?? 0))
