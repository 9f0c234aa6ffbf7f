// Which model, for this task and this budget, and why; or why nobody can say yet. The rule:
//
// 1. A model over the budget is out.
// 2. Models are ranked by bits per byte, and only if their numbers have the same signature and the same documents.
// 3. The best is compared with each other one on the same documents (paired bootstrap, Holm). Those it does not beat at
//    the level asked for tie with it; of all that tie, the one with the fewest weights to store is taken.
// 4. With fewer documents than `minDocuments` nothing is decided.
import { bitsPerByte, comparable, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { compare, type Difference, holm } from "./Resample.ts"

export interface Budget {
  /** most numbers the model may have */
  readonly maxParameters?: number
  /** most bytes its weights may take */
  readonly maxWeightBytes?: number
}

export interface Rule {
  readonly budget: Budget
  /** level of significance after correction, 0.05 */
  readonly alpha: number
  /** fewest held-out documents that can decide anything */
  readonly minDocuments: number
  readonly seed: number
}

export interface Pair extends Difference {
  readonly first: string
  readonly second: string
  /** after Holm's correction over all pairs with the best model */
  readonly adjusted: number
}

export interface Verdict {
  /** label of a model, or `undecided` */
  readonly recommendation: string
  readonly reason: string
  /** the best against each other model, best first */
  readonly pairs: ReadonlyArray<Pair>
  /** from best to worst; models that may not be ranked are missing */
  readonly ranking: ReadonlyArray<string>
}

const RESAMPLES = 2000

const within = (model: Summary, { maxParameters, maxWeightBytes }: Budget) =>
  model.parameters <= (maxParameters ?? Infinity) && model.weightBytes <= (maxWeightBytes ?? Infinity)

const undecided = (reason: string): Verdict => ({
  recommendation: "undecided",
  reason,
  pairs: [],
  ranking: []
})

/** How many documents would separate two models whose difference and interval are these, if it is real. */
const documentsNeeded = ({ difference, high, low }: Difference, documents: number) => {
  const halfWidth = (high - low) / 2
  return difference === 0 ? Infinity : Math.ceil(documents * (halfWidth / difference) ** 2)
}

export const recommend = (models: ReadonlyArray<Summary>, rule: Rule): Verdict => {
  const eligible = models.filter((model) => within(model, rule.budget))
  if (models.length === 0) return undecided("no model was measured")
  if (eligible.length === 0) return undecided("every model is over the budget")
  const measured = eligible.filter((model) => bitsPerByte(model) !== undefined)
  const ranked = measured.toSorted((a, b) => score(a) - score(b))
  const best = ranked[0]
  if (best === undefined) return undecided("no model has bits per byte")
  const unlike = ranked.filter((model) => !comparable(model, best))
  if (unlike.length > 0)
    return undecided(
      `bits per byte of ${unlike.map(({ label }) => label).join(", ")} were measured another way than those of ${best.label} (see the signatures), so that they cannot be ranked`
    )
  const documents = best.items.ids.length
  if (documents < rule.minDocuments)
    return undecided(
      `${documents} held-out documents decide nothing; at least ${rule.minDocuments} are needed. ${best.label} scored lowest`
    )
  const others = ranked.slice(1)
  const differences = others.map((other) =>
    compare(best.items, other.items, { seed: rule.seed, resamples: RESAMPLES, confidence: 0.95 })
  )
  const adjusted = holm(differences.map(({ p }) => p))
  const pairs = others.map((other, i) => ({
    first: best.label,
    second: other.label,
    adjusted: adjusted[i]!,
    ...differences[i]!
  }))
  const ties = others.filter((_, i) => adjusted[i]! > rule.alpha)
  const cheapest = [best, ...ties].reduce((a, b) => (b.weightBytes < a.weightBytes ? b : a))
  const out = models.filter((model) => !eligible.includes(model)).map(({ label }) => label)
  const budget = out.length === 0 ? "" : ` Over the budget: ${out.join(", ")}.`
  return {
    recommendation: cheapest.label,
    reason: reasonOf({ best, cheapest, ties, pairs, documents }) + budget,
    pairs,
    ranking: ranked.map(({ label }) => label)
  }
}

const reasonOf = (given: {
  readonly best: Summary
  readonly cheapest: Summary
  readonly ties: ReadonlyArray<Summary>
  readonly pairs: ReadonlyArray<Pair>
  readonly documents: number
}): string => {
  const { best, cheapest, documents, pairs, ties } = given
  const next = pairs[0]
  if (next === undefined)
    return `${best.label} is the only model within the budget, at ${Format.value(score(best))} bits per byte.`
  if (ties.length === 0)
    return `${best.label} needs ${Format.value(score(best))} bits per byte on ${documents} held-out documents, ${Format.value(-next.difference)} fewer than ${next.second}, the next best (95 % interval ${Format.value(-next.high)} to ${Format.value(-next.low)}, p ${next.adjusted < 0.001 ? "< 0.001" : `= ${next.adjusted.toFixed(3)}`} after correction).`
  const names = ties.map(({ label }) => label).join(", ")
  const needed = documentsNeeded(
    pairs.find(({ second }) => second === ties[0]!.label)!,
    documents
  )
  const more = Number.isFinite(needed) ? ` About ${Format.count(needed)} documents would separate them.` : ""
  const choice =
    cheapest === best
      ? `${best.label} is also the smallest of them`
      : `${cheapest.label} is the smallest of them (${Format.bytes(cheapest.weightBytes)} against ${Format.bytes(best.weightBytes)})`
  return `${best.label} scored lowest at ${Format.value(score(best))} bits per byte, but ${documents} held-out documents do not tell it from ${names}; ${choice}.${more}`
}
