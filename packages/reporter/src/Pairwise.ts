// The best model against each other one, on every metric that both have: who beats whom by how much, or that nobody can say.
import { alike, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { compare, gain, holm } from "./Resample.ts"

export interface Finding {
  readonly metric: string
  readonly first: string
  readonly second: string
  /** how much the first is better, negative where it is worse */
  readonly by: number
  readonly low: number
  readonly high: number
  /** after Holm's correction over all models of this metric */
  readonly p: number
  /** a sentence */
  readonly said: string
}

/** `a beats b by 0.031 [0.012, 0.050]`, or `undecided` */
const sentence = (
  names: readonly [string, string],
  { by, high, low }: { readonly by: number; readonly low: number; readonly high: number },
  isDecided: boolean
): string => {
  const [first, second] = names
  if (!isDecided) return `undecided: ${Format.value(by)} [${Format.value(low)}, ${Format.value(high)}]`
  return by > 0
    ? `${first} beats ${second} by ${Format.value(by)} [${Format.value(low)}, ${Format.value(high)}]`
    : `${second} beats ${first} by ${Format.value(-by)} [${Format.value(-high)}, ${Format.value(-low)}]`
}

export const findings = (
  best: Summary | undefined,
  models: ReadonlyArray<Summary>,
  alpha: number
): ReadonlyArray<Finding> => {
  if (best === undefined) return []
  return [...best.metrics].flatMap(([metric, own]) => {
    const others = models.filter((model) => model !== best && alike(own, model.metrics.get(metric)))
    const differences = others.map((other) => compare(own, other.metrics.get(metric)!))
    const adjusted = holm(differences.map(({ p }) => p))
    return others.map((other, i) => {
      const won = gain(differences[i]!, own.better)
      const p = adjusted[i]!
      const said = sentence([best.label, other.label], won, p <= alpha)
      return { metric, first: best.label, second: other.label, p, said, ...won }
    })
  })
}
