// What an evaluation measures beside the loss, from what the network says of each row.
import type { Measures } from "./Task.ts"

/** Numbers of the rows that count, with their weights. */
type Column = ArrayLike<number>
const none: Column = []

/** Share of texts, or of tokens that have a label, whose likeliest class is the one asked for. */
export const accuracy: Measures = {
  names: ["accuracy"],
  begin: () => {
    let [right, all] = [0, 0]
    return {
      // rows that fill up weigh nothing
      add: ({ inputs }, said) => {
        const labels = inputs["labels"]?.values ?? none
        const weights = inputs["weights"]?.values ?? none
        const predicted = said["predicted"] ?? none
        for (let i = 0; i < labels.length; i += 1) {
          if (weights[i] === 0) continue
          all += 1
          if (predicted[i] === labels[i]) right += 1
        }
      },
      result: () => ({ accuracy: right / all })
    }
  }
}

/** Pearson's correlation of the numbers said with those asked for; 0 where either does not vary. */
export const correlation: Measures = {
  names: ["pearson"],
  begin: () => {
    const asked: Array<number> = []
    const told: Array<number> = []
    return {
      add: ({ inputs }, said, rows) => {
        for (let row = 0; row < rows; row += 1) {
          asked.push(inputs["targets"]?.values[row] ?? Number.NaN)
          told.push(said["value"]?.[row] ?? Number.NaN)
        }
      },
      result: () => ({ pearson: pearson(asked, told) })
    }
  }
}

const mean = (of: ReadonlyArray<number>) => of.reduce((sum, x) => sum + x, 0) / of.length

const pearson = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  const [meanA, meanB] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (const [i, x] of a.entries()) {
    const [dx, dy] = [x - meanA, (b[i] ?? Number.NaN) - meanB]
    ab += dx * dy
    aa += dx * dx
    bb += dy * dy
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}

/** Share of rows of which both borders of the answer are found, or that there is none. */
export const exactSpans: Measures = {
  names: ["exact_match"],
  begin: () => {
    let [right, all] = [0, 0]
    return {
      add: ({ inputs }, said, rows) => {
        for (let row = 0; row < rows; row += 1) {
          all += 1
          const begins = said["beginAt"]?.[row] === inputs["begins"]?.values[row]
          const ends = said["endAt"]?.[row] === inputs["ends"]?.values[row]
          if (begins && ends) right += 1
        }
      },
      result: () => ({ exact_match: right / all })
    }
  }
}
