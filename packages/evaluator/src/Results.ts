// Writes what was measured into an artifact of kind `metrics`.
import type { ArtifactInvalid, Draft, Kind, Metrics, StorageFailed } from "@inkstone/artifact"
import { Seed } from "@inkstone/stage"
import { Effect } from "effect"
import type { Resampling } from "./Bootstrap.ts"
import type { Measure } from "./Measurement.ts"

type Rows<T extends Kind.TableName<typeof Metrics>> = Kind.Rows<(typeof Metrics)["tables"][T]>

export interface Results {
  readonly measures: ReadonlyArray<Measure>
  readonly confidence: number
  readonly items: Rows<"items">
  readonly speed: ReadonlyArray<readonly [name: string, value: number]>
  readonly about: Kind.AttributesOf<typeof Metrics>
}

/** How resamples are drawn, as `metrics` says it. Data, number and algorithm decide; no seed of a pipeline or a node does. */
export const resamplingOf = (
  data: string,
  {
    bootstrapSamples: samples,
    confidence
  }: { readonly bootstrapSamples: number; readonly confidence: number }
): Resampling & { readonly name: string } => ({
  samples,
  confidence,
  seed: Seed.derive(0, "resamples", data),
  name: `philox|samples:${samples}|data:${data}`
})

/** Numbers, items and speed; tables of one task alone are its stage's. */
export const write = (
  metrics: Draft<typeof Metrics>,
  { about, confidence, items, measures, speed }: Results
): Effect.Effect<void, ArtifactInvalid | StorageFailed> =>
  Effect.all(
    [
      metrics.append("metrics", {
        metric: measures.map(({ metric }) => metric),
        value: Float64Array.from(measures, ({ value }) => value),
        low: Float64Array.from(measures, ({ low }) => low),
        high: Float64Array.from(measures, ({ high }) => high),
        confidence: new Float64Array(measures.length).fill(confidence),
        n: new Uint32Array(measures.length).fill(items.id.length),
        unit: measures.map(({ unit }) => unit),
        better: measures.map(({ better }) => better),
        signature: measures.map(({ signature }) => signature)
      }),
      metrics.append("replicates", {
        metric: measures.flatMap(({ metric, replicates }) => Array.from(replicates, () => metric)),
        value: Float64Array.from(measures.flatMap(({ replicates }) => [...replicates]))
      }),
      metrics.append("items", items),
      metrics.append("speed", {
        name: speed.map(([name]) => name),
        value: Float64Array.from(speed, ([, value]) => value)
      }),
      metrics.describe(about)
    ],
    { discard: true }
  )
