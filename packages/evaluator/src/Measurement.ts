// Metrics that are measured together, and what comes of measuring: values, intervals, and the resamples behind them.
import * as Bootstrap from "./Bootstrap.ts"

export interface Named {
  readonly metric: string
  readonly unit: string
  readonly better: "lower" | "higher"
  readonly signature: string
}

export interface Measurement {
  readonly metrics: ReadonlyArray<Named>
  /** The metrics' values in their order, of all examples or of those drawn, whose places may repeat. */
  readonly values: (drawn?: Uint32Array) => ReadonlyArray<number>
  /** of the examples one by one, for metrics that single examples have */
  readonly each?: Readonly<Record<string, ArrayLike<number>>>
}

export interface Measure extends Named, Bootstrap.Interval {
  /** on each resample */
  readonly replicates: Float64Array
}

/** Measures all of them on the same resamples of `n` examples. */
export const measure = (
  measurements: ReadonlyArray<Measurement>,
  n: number,
  resampling: Bootstrap.Resampling
): ReadonlyArray<Measure> => {
  const valuesOf = (drawn?: Uint32Array) => measurements.flatMap(({ values }) => values(drawn))
  const replicates = Bootstrap.replicates(n, resampling, valuesOf)
  const values = valuesOf()
  return measurements
    .flatMap(({ metrics }) => metrics)
    .map((named, which) => {
      const drawn = replicates[which] ?? new Float64Array(0)
      return {
        ...named,
        ...Bootstrap.intervalOf(values[which] ?? NaN, drawn, resampling.confidence),
        replicates: drawn
      }
    })
}
