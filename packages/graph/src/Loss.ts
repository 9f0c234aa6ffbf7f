// One number of all terms of an objective, and how much each term weighs.
import type { Term, Terms } from "./Objective.ts"
import { add, div, maximum, mul } from "./ops/Elementwise.ts"
import { sum } from "./ops/Reduce.ts"
import type { Tensor } from "./Tensor.ts"

// far below any weight that counts: a term without a single prediction costs nothing, instead of 0/0
const least = 1e-9

/**
 * The means of all terms, added up: a scalar.
 *
 * @param total of a term's weights; where the batch is part of something larger, that of the whole
 */
export const lossOf = (
  terms: Terms,
  total: (name: string, term: Term) => Tensor = (_, { weights }) => sum(weights)
): Tensor =>
  Object.entries(terms)
    .map(([name, term]) => {
      const mean = div(sum(mul(term.values, term.weights)), maximum(total(name, term), least))
      return term.factor === undefined || term.factor === 1 ? mean : mul(mean, term.factor)
    })
    .reduce((loss, part) => add(loss, part))
