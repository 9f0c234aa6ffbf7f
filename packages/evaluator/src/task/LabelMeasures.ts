// What is measured of classes of texts, of labels of tokens, and of numbers, beside what they should have been.
import type { Measurement, Named } from "../Measurement.ts"
import * as Classification from "../metrics/Classification.ts"
import * as Correlation from "../metrics/Correlation.ts"
import * as Statistics from "../metrics/Statistics.ts"

const named =
  (condition: string) =>
  (metric: string, unit: string, better: Named["better"] = "higher"): Named => ({
    metric,
    unit,
    better,
    signature: `metric:${metric}|${condition}`
  })

/** Values of a series, or of those of it that were drawn. */
const picked = <A>(series: ArrayLike<A>, drawn: Uint32Array | undefined): ReadonlyArray<A> =>
  drawn === undefined ? Array.from(series) : Array.from(drawn, (at) => series[at]!)

/** Classes of texts: accuracy, F1 and Matthews' correlation of all. */
export const ofClasses = (
  predictions: ReadonlyArray<string>,
  references: ReadonlyArray<string>,
  condition: string
): Measurement => {
  const of = named(condition)
  return {
    metrics: [
      of("accuracy", "share of texts"),
      of("macro_f1", "0 to 1"),
      of("micro_f1", "0 to 1"),
      of("mcc", "-1 to 1")
    ],
    values: (drawn) => {
      const { accuracy, macroF1, mcc, microF1 } = Classification.measure(
        picked(predictions, drawn),
        picked(references, drawn)
      )
      return [accuracy, macroF1, microF1, mcc]
    },
    each: { accuracy: Float64Array.from(predictions, (label, at) => Number(label === references[at])) }
  }
}

/** Numbers: correlations and squared errors. */
export const ofNumbers = (
  predictions: Float64Array,
  references: Float64Array,
  condition: string
): Measurement => {
  const of = named(condition)
  const errors = predictions.map((value, at) => (value - references[at]!) ** 2)
  return {
    metrics: [of("pearson", "-1 to 1"), of("spearman", "-1 to 1"), of("mse", "squared error", "lower")],
    values: (drawn) => {
      const [a, b] = [picked(predictions, drawn), picked(references, drawn)]
      const squares = picked(errors, drawn)
      return [
        Correlation.pearson(a, b),
        Correlation.spearman(a, b),
        squares.reduce((sum, each) => sum + each, 0) / squares.length
      ]
    },
    each: { mse: errors }
  }
}

/** Begin, end and type of the names that labels such as B-PER, I-PER and O mark, as conlleval takes them. */
export const namesOf = (labels: ReadonlyArray<string>): ReadonlyArray<string> => {
  const found: Array<string> = []
  let [start, type] = [-1, ""]
  const close = (end: number) => {
    if (start >= 0) found.push(`${start}-${end}:${type}`)
    start = -1
  }
  for (const [at, label] of labels.entries()) {
    const [mark, ...rest] = label.split("-")
    const kind = rest.join("-")
    const inside = mark === "I" && start >= 0 && kind === type
    if (inside) continue
    close(at)
    if (mark === "B" || mark === "I") {
      start = at
      type = kind
    }
  }
  close(labels.length)
  return found
}

/** Labels of tokens, text by text: how many are right, and F1 of whole names where labels mark names. */
export const ofTags = (
  predictions: ReadonlyArray<ReadonlyArray<string>>,
  references: ReadonlyArray<ReadonlyArray<string>>,
  condition: string
): Measurement => {
  const of = named(condition)
  const marks = references.some((labels) => labels.some((label) => label.startsWith("B-")))
  const statistics = Statistics.make(references.length, 5, (at, row) => {
    const [said, right] = [predictions[at]!, references[at]!]
    const [names, expected] = [new Set(namesOf(said)), namesOf(right)]
    const hits = expected.filter((name) => names.has(name)).length
    row.set([
      right.filter((label, i) => label === said[i]).length,
      right.length,
      hits,
      names.size,
      expected.length
    ])
  })
  return {
    metrics: [of("token_accuracy", "share of tokens"), ...(marks ? [of("entity_f1", "0 to 1")] : [])],
    values: (drawn) => {
      const [right = 0, all = 0, hits = 0, claims = 0, expected = 0] = Statistics.sums(statistics, drawn)
      const f1 = claims + expected === 0 ? 1 : (2 * hits) / (claims + expected)
      return [right / all, ...(marks ? [f1] : [])]
    }
  }
}
