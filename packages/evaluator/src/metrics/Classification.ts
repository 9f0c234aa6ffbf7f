// Metrics of classes: how often a label is right, over all and class by class.

export interface ClassScores {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** how often the class is right among the references */
  readonly support: number
}

export interface Classification<Label> {
  /** share of equal labels, 0 to 1 */
  readonly accuracy: number
  /** F1 of the counts of all classes together; without `classes` it is the accuracy */
  readonly microF1: number
  /** mean of the classes' F1, each counting alike */
  readonly macroF1: number
  /** Matthews' correlation, -1 to 1 (Matthews, 1975; of several classes Gorodkin, 2004); 0 where one side has one class only */
  readonly mcc: number
  readonly classes: ReadonlyMap<Label, ClassScores>
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/**
 * Predictions beside references of equal number, classes as scikit-learn takes them: those of either side, unless `classes` names
 * those that count for F1, such as all but "outside". An F1 without any case is 0. NaN where there is nothing to measure.
 */
export const measure = <Label>(
  predictions: ReadonlyArray<Label>,
  references: ReadonlyArray<Label>,
  classes?: ReadonlyArray<Label>
): Classification<Label> => {
  if (predictions.length !== references.length)
    throw new RangeError(`${predictions.length} predictions beside ${references.length} references`)
  const labels = [...new Set([...references, ...predictions])]
  const places = new Map(labels.map((label, place) => [label, place]))
  const [right, predicted, expected] = [0, 1, 2].map(() => new Float64Array(labels.length))
  for (const [at, reference] of references.entries()) {
    const [p, r] = [places.get(predictions[at]!)!, places.get(reference)!]
    predicted![p]!++
    expected![r]!++
    if (p === r) right![r]!++
  }
  const of = (label: Label) => {
    const place = places.get(label)
    return place === undefined ? [0, 0, 0] : [right![place]!, predicted![place]!, expected![place]!]
  }
  const counted = classes ?? labels
  const scores = new Map(
    counted.map((label) => {
      const [hits = 0, claims = 0, support = 0] = of(label)
      const [precision, recall] = [ratio(hits, claims), ratio(hits, support)]
      return [label, { precision, recall, f1: ratio(2 * hits, claims + support), support }] as const
    })
  )
  const sums = counted.map(of).reduce((sum, counts) => sum.map((value, i) => value + counts[i]!), [0, 0, 0])
  const n = references.length
  const hits = right!.reduce((sum, value) => sum + value, 0)
  return {
    accuracy: hits / n,
    microF1: n === 0 ? NaN : ratio(2 * sums[0]!, sums[1]! + sums[2]!),
    macroF1: [...scores.values()].reduce((sum, { f1 }) => sum + f1, 0) / counted.length,
    mcc: n === 0 ? NaN : correlation({ n, hits, predicted: predicted!, expected: expected! }),
    classes: scores
  }
}

const product = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)

/** Gorodkin's R_K from the margins of the confusion matrix. */
const correlation = (of: {
  readonly n: number
  readonly hits: number
  readonly predicted: Float64Array
  readonly expected: Float64Array
}): number => {
  const { expected, hits, n, predicted } = of
  const covariance = hits * n - product(predicted, expected)
  const [p, r] = [n * n - product(predicted, predicted), n * n - product(expected, expected)]
  return p === 0 || r === 0 ? 0 : covariance / Math.sqrt(p * r)
}
