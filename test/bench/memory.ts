// Whether training holds what it took: 20,000 steps of a tiny network, and the memory of the process on the way.
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { Memory, Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import type { BenchOptions, Row } from "./Row.ts"
import * as Feeds from "./training/Feeds.ts"
import type { Work } from "./training/Work.ts"

const tiny: Work = {
  name: "GPT 2x32",
  family: "gpt2",
  precision: "float32",
  layers: 2,
  heads: 2,
  channels: 32,
  vocab: 64,
  batch: 2,
  positions: 16,
  written: 0
}
const warm = 1000

/** Resident bytes after so many steps from the start. */
const residentAfter = (steps: ReadonlyArray<number>): Promise<ReadonlyArray<number>> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { feeds, objective } = Feeds.of(tiny)
        const { entries, graphDef } = TrainingProgram.build(objective, {
          optimizer: AdamW.defaults,
          precision: tiny.precision,
          clusters: true
        })
        const session = yield* Session.open(graphDef)
        session.call(entries.init, { key: { values: Int32Array.of(0, 1) } })
        let step = 0
        return steps.map((until) => {
          while (step < until) {
            step += 1
            session.call(entries.train, {
              ...feeds,
              key: { values: Int32Array.of(0, step) },
              learningRate: { values: Float32Array.of(1e-3) },
              maxGradientNorm: { values: Float32Array.of(1) },
              step: { values: Float32Array.of(step) }
            })
          }
          return Memory.counters().residentBytes
        })
      })
    )
  )

export const memory = async ({ quick }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const steps = quick ? 4000 : 20_000
  const points = [steps / 2, steps]
  const [before = Number.NaN, ...later] = await residentAfter([warm, ...points])
  return points.map((point, at) => {
    const after = later[at] ?? Number.NaN
    return {
      work: `${tiny.name}: resident after ${point.toLocaleString("en-US")} steps, and after ${warm.toLocaleString("en-US")}`,
      unit: "MB",
      ours: after / 1e6,
      peer: before / 1e6,
      peerName: "itself",
      ratio: before / after
    }
  })
}
