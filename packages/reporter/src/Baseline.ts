// Does a trained network beat the honest baseline, a table of counts or a rule? Said plainly either way.
import { alike, primaryOf, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { compare, gain } from "./Resample.ts"

/** families that learn by counting, and rules that learn nothing */
const baselines = new Set(["ngram", "linear", "lead", "copy"])

const best = (models: ReadonlyArray<Summary>) =>
  models.reduce((a: Summary | undefined, b) => (a === undefined || score(b) < score(a) ? b : a), undefined)

/** `after 1.02 M tokens, 0.5 passes over the training text` */
const effort = ({ curve, trainTokens }: Summary): string => {
  const seen = curve?.tokensSeen.at(-1)
  return seen === undefined
    ? ""
    : `, after ${Format.count(seen)} tokens, ${Format.significant(seen / trainTokens)} passes over the training text`
}

/** The best network against the best baseline, on the same items; empty where either is missing or they were not measured alike. */
export const againstBaseline = (models: ReadonlyArray<Summary>): string => {
  const network = best(models.filter(({ family }) => !baselines.has(family)))
  const baseline = best(models.filter(({ family }) => baselines.has(family)))
  const ours = network && primaryOf(network)
  const theirs = baseline && primaryOf(baseline)
  if (network === undefined || ours === undefined || theirs === undefined || !alike(ours, theirs)) return ""
  const { by, high, low } = gain(compare(ours, theirs), ours.better)
  const name = Format.words(network.primary)
  const numbers = `${name} ${Format.value(ours.value)} against ${Format.value(theirs.value)}${effort(network)}`
  const told = `by ${Format.value(Math.abs(by))} [${Format.value(Math.min(Math.abs(low), Math.abs(high)))}, ${Format.value(Math.max(Math.abs(low), Math.abs(high)))}]`
  const verb =
    low > 0
      ? `beats the baseline ${baseline?.label} ${told}`
      : high < 0
        ? `does not beat the baseline ${baseline?.label}, which is better ${told}`
        : `cannot be told from the baseline ${baseline?.label}`
  return ` The best network, ${network.label}, ${verb}: ${numbers}.`
}
