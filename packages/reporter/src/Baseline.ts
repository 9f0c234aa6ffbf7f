// Does a trained network beat the honest baseline, a table of counts? Said plainly either way.
import { comparable, score, type Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"
import { compare } from "./Resample.ts"

const best = (models: ReadonlyArray<Summary>) =>
  models.reduce((a: Summary | undefined, b) => (a === undefined || score(b) < score(a) ? b : a), undefined)

/** `after 1.02 M tokens, 0.5 passes over the training text` */
const effort = ({ curve, trainTokens }: Summary): string => {
  const seen = curve?.tokensSeen.at(-1)
  return seen === undefined
    ? ""
    : `, after ${Format.count(seen)} tokens, ${Format.significant(seen / trainTokens)} passes over the training text`
}

/**
 * The best network against the best n-gram model, on the same documents; empty where either is missing or the two were not
 * measured alike.
 */
export const againstBaseline = (models: ReadonlyArray<Summary>, seed: number): string => {
  const network = best(models.filter(({ family }) => family !== "ngram"))
  const ngram = best(models.filter(({ family }) => family === "ngram"))
  if (network === undefined || ngram === undefined || !comparable(network, ngram)) return ""
  const { high, low } = compare(network.items, ngram.items, { seed, resamples: 2000, confidence: 0.95 })
  const numbers = `${Format.value(score(network))} against ${Format.value(score(ngram))} bits per byte${effort(network)}`
  const [verb, baseline] = [
    low > 0 ? "does not beat" : high < 0 ? "beats" : "cannot be told from",
    ngram.label
  ]
  return ` The best network, ${network.label}, ${verb} the n-gram baseline ${baseline}: ${numbers}.`
}
