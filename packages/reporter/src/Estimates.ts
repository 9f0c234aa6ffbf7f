// What a training was estimated to cost, beside what it did cost.
import type { Summary } from "./Comparison.ts"
import * as Format from "./Format.ts"

export interface Estimate {
  readonly model: string
  readonly what: string
  readonly predicted: string
  readonly actual: string
  /** actual / predicted */
  readonly ratio: string
}

const prefix = "predicted_"
const told = (name: string) =>
  name.endsWith("_ms") ? Format.duration : name.endsWith("_bytes") ? Format.bytes : Format.count

/** Of every number in a training's cost that is there with and without `predicted_` before its name. */
export const estimates = (models: ReadonlyArray<Summary>): ReadonlyArray<Estimate> =>
  models.flatMap(({ cost, label }) =>
    [...cost].flatMap(([name, predicted]) => {
      const what = name.slice(prefix.length)
      const actual = cost.get(what)
      if (!name.startsWith(prefix) || actual === undefined) return []
      const format = told(what)
      return [
        {
          model: label,
          what: Format.words(what.replace(/_(ms|bytes)$/, "")),
          predicted: format(predicted),
          actual: format(actual),
          ratio: Format.significant(actual / predicted)
        }
      ]
    })
  )
