// Which model, for this task and this budget, and why; or why nobody can say yet. The rule:
//
// 1. A model over the budget is out.
// 2. Models are ranked by one metric, and only if their numbers have the same signature and the same resamples.
// 3. The best is compared with each other one on the same items (paired bootstrap, Holm). Those it does not beat at
//    the level asked for tie with it; of all that tie, the one with the fewest weights to store is taken: a baseline too.
// 4. With fewer items than `minDocuments` nothing is decided.
import { alike, type Metric, primaryOf, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { compare, type Difference, gain, holm } from "./Resample.ts"

export interface Budget {
  /** most numbers the model may have */
  readonly maxParameters?: number
  /** most bytes its weights may take */
  readonly maxWeightBytes?: number
  /** longest training */
  readonly maxTrainMs?: number
  /** longest wait for an answer, or for a token of one where answers were not timed */
  readonly maxLatencyMs?: number
}

export interface Rule {
  readonly budget: Budget
  /** level of significance after correction, 0.05 */
  readonly alpha: number
  /** fewest held-out documents that can decide anything */
  readonly minDocuments: number
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

/** What was not measured is not over the budget. */
const within = (model: Summary, budget: Budget) => {
  const latency = model.speed.get("milliseconds_per_example") ?? model.speed.get("milliseconds_per_token")
  return (
    model.parameters <= (budget.maxParameters ?? Infinity) &&
    model.weightBytes <= (budget.maxWeightBytes ?? Infinity) &&
    (model.cost.get("train_ms") ?? 0) <= (budget.maxTrainMs ?? Infinity) &&
    (latency ?? 0) <= (budget.maxLatencyMs ?? Infinity)
  )
}

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
  const measured = eligible.filter((model) => primaryOf(model) !== undefined)
  const ranked = measured.toSorted((a, b) => score(a) - score(b))
  const best = ranked[0]
  const metric = best && primaryOf(best)
  const name = Format.words(models[0]!.primary)
  if (best === undefined || metric === undefined) return undecided(`no model has ${name}`)
  const unlike = ranked.filter((model) => !alike(primaryOf(model), metric))
  if (unlike.length > 0 && ranked.length > 1)
    return undecided(
      `${name} of ${unlike.map(({ label }) => label).join(", ")} was measured another way than that of ${best.label} (see the signatures), so that they cannot be ranked`
    )
  if (metric.n < rule.minDocuments)
    return undecided(
      `${metric.n} held-out ${metric.items} decide nothing; at least ${rule.minDocuments} are needed. ${best.label} did best`
    )
  const others = ranked.slice(1)
  const differences = others.map((other) => compare(metric, primaryOf(other)!))
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
    reason: reasonOf({ best, metric, cheapest, ties, pairs }) + budget,
    pairs,
    ranking: ranked.map(({ label }) => label)
  }
}

const reasonOf = (given: {
  readonly best: Summary
  readonly metric: Metric
  readonly cheapest: Summary
  readonly ties: ReadonlyArray<Summary>
  readonly pairs: ReadonlyArray<Pair>
}): string => {
  const { best, cheapest, metric, pairs, ties } = given
  const { items, n } = metric
  const reached = `${Format.words(best.primary)} ${Format.value(metric.value)}`
  const next = pairs[0]
  if (next === undefined) return `${best.label} is the only model within the budget, with ${reached}.`
  if (ties.length === 0) {
    const { by, high, low } = gain(next, metric.better)
    const p = next.adjusted < 0.001 ? "< 0.001" : `= ${next.adjusted.toFixed(3)}`
    return `${best.label} reaches ${reached} on ${n} held-out ${items}, better than ${next.second}, the next best, by ${Format.value(by)} (95 % interval ${Format.value(low)} to ${Format.value(high)}, p ${p} after correction).`
  }
  const names = ties.map(({ label }) => label).join(", ")
  const needed = documentsNeeded(
    pairs.find(({ second }) => second === ties[0]!.label)!,
    n
  )
  const more = Number.isFinite(needed) ? ` About ${Format.count(needed)} ${items} would separate them.` : ""
  const choice =
    cheapest === best
      ? `${best.label} is also the smallest of them`
      : `${cheapest.label} is the smallest of them (${Format.bytes(cheapest.weightBytes)} against ${Format.bytes(best.weightBytes)})`
  return `${best.label} did best with ${reached}, but ${n} held-out ${items} do not tell it from ${names}; ${choice}.${more}`
}
