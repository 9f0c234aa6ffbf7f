// How much arithmetic a step is, by the program itself.
import { AdamW, Explain, TrainingProgram } from "@inkstone/graph"
import * as Feeds from "./Feeds.ts"
import type { Work } from "./Work.ts"

/** Floating-point operations of all matrix products of a step: 2 M N K each. */
export const flopsOf = (work: Work): number => {
  const { objective, sizes } = Feeds.of(work)
  const { precision } = work
  const { train } = TrainingProgram.entriesOf(objective, {
    optimizer: AdamW.defaults,
    precision,
    clusters: true
  })
  return Explain.costs(train, { clusters: true })(sizes).productFlops
}
