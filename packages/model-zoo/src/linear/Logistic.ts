// Multinomial logistic regression over sparse rows, the objective of scikit-learn's LogisticRegression divided by C times the rows:
//   mean nats of the classes + |weights|² / (2 C rows), the intercepts not counted.
import * as Lbfgs from "./Lbfgs.ts"
import type { Sparse } from "./Tfidf.ts"

export interface Logistic {
  readonly features: number
  readonly labels: number
  /** [features + 1, labels], row by row; the last row holds the intercepts */
  readonly weights: Float64Array
}

export interface Data {
  readonly matrix: Sparse
  /** class of each row */
  readonly labels: Int32Array
}

/** Writes the log-probabilities of the classes of a row, [labels]. */
const logProbabilities = (
  { features, labels, weights }: Logistic,
  { columns, starts, values }: Sparse,
  place: { row: number; out: Float64Array }
) => {
  const { out, row } = place
  for (let k = 0; k < labels; k++) out[k] = weights[features * labels + k]!
  for (let at = starts[row]!; at < starts[row + 1]!; at++) {
    const from = columns[at]! * labels
    for (let k = 0; k < labels; k++) out[k]! += values[at]! * weights[from + k]!
  }
  let most = -Infinity
  for (let k = 0; k < labels; k++) most = Math.max(most, out[k]!)
  let sum = 0
  for (let k = 0; k < labels; k++) sum += Math.exp(out[k]! - most)
  const log = most + Math.log(sum)
  for (let k = 0; k < labels; k++) out[k]! -= log
}

/** Log-probabilities of all rows, [rows, labels]. */
export const predict = (model: Logistic, matrix: Sparse): Float64Array => {
  const all = new Float64Array(matrix.rows * model.labels)
  for (let row = 0; row < matrix.rows; row++)
    logProbabilities(model, matrix, { row, out: all.subarray(row * model.labels, (row + 1) * model.labels) })
  return all
}

/** Mean nats of the right classes. */
export const nats = (model: Logistic, { labels, matrix }: Data): number => {
  const said = predict(model, matrix)
  return labels.reduce((sum, label, row) => sum - said[row * model.labels + label]!, 0) / labels.length
}

/** The penalised loss with its gradient; `strength` is scikit-learn's C. */
export const objective = (
  { labels: right, matrix }: Data,
  { features, labels, strength }: Pick<Logistic, "features" | "labels"> & { readonly strength: number }
): Lbfgs.Function => {
  const out = new Float64Array(labels)
  const penalty = 1 / (strength * matrix.rows)
  return (weights, gradient) => {
    gradient.fill(0)
    let loss = 0
    for (let row = 0; row < matrix.rows; row++) {
      logProbabilities({ features, labels, weights }, matrix, { row, out })
      const label = right[row]!
      loss -= out[label]!
      for (let k = 0; k < labels; k++) out[k] = (Math.exp(out[k]!) - (k === label ? 1 : 0)) / matrix.rows
      for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at++) {
        const from = matrix.columns[at]! * labels
        for (let k = 0; k < labels; k++) gradient[from + k]! += matrix.values[at]! * out[k]!
      }
      for (let k = 0; k < labels; k++) gradient[features * labels + k]! += out[k]!
    }
    let squares = 0
    for (let i = 0; i < features * labels; i++) {
      squares += weights[i]! * weights[i]!
      gradient[i]! += penalty * weights[i]!
    }
    return loss / matrix.rows + (penalty / 2) * squares
  }
}

export interface Fitting extends Lbfgs.Options {
  readonly features: number
  readonly labels: number
  readonly strength: number
  /** where to begin; zeros if left out */
  readonly from?: Float64Array
}

/** Fits to the optimum, which is one: the objective is convex. */
export const fit = (data: Data, fitting: Fitting): Logistic & { readonly minimum: Lbfgs.Minimum } => {
  const { features, labels } = fitting
  const from = fitting.from ?? new Float64Array((features + 1) * labels)
  const minimum = Lbfgs.minimize(objective(data, fitting), from, fitting)
  return { features, labels, weights: minimum.at, minimum }
}
